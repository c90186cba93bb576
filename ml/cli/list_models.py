"""``python -m ml list``: lists the models."""

from __future__ import annotations

import argparse
from typing import Any

from ml.cli import OK
from ml.errors import LikelyError
from ml.service import open_service


def register(commands: Any) -> None:
    """Add the command."""
    commands.add_parser("list", help="list the models")


def run(given: argparse.Namespace) -> int:
    """Print a line for each model: key, title, number of features, outcomes; or why it does not open."""
    service = open_service(given.models)
    for name in service.names():
        try:
            bundle = service.model(name)
        except LikelyError as error:
            print(f"{name}: {error}")
        else:
            outcomes = ", ".join(bundle.outcomes.names)
            print(f"{bundle.key}  {bundle.title}: {len(bundle.schema.features)} features -> {outcomes}")
    return OK
