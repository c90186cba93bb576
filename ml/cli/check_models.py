"""``python -m ml check``: opens every model and says what is wrong."""

from __future__ import annotations

import argparse
from typing import Any

from ml.cli import FAILED, OK
from ml.service import open_service


def register(commands: Any) -> None:
    """Add the command."""
    commands.add_parser("check", help="open every model and say what is wrong")


def run(given: argparse.Namespace) -> int:
    """Print for each model that it serves, or its fault."""
    faults = open_service(given.models).check()
    for name, fault in faults.items():
        print(f"{name}: {fault or 'serves'}")
    return FAILED if any(faults.values()) else OK
