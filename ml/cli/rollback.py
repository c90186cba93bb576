"""``python -m ml rollback``: makes the version live that was live before the present one."""

from __future__ import annotations

import argparse
from typing import Any

from ml.cli import OK
from ml.cli.made_version import print_live
from ml.cli.options import add_history_options
from ml.lifecycle.actions import rollback


def register(commands: Any) -> None:
    """Add the command."""
    back = commands.add_parser(
        "rollback",
        help="make the version live that was live before the present one",
        description="Make the version live that was live before the present one. Done again it goes further back,\n"
        "not to and fro: a version that a rollback left comes back by promote.",
    )
    back.add_argument("name", help="the model")
    add_history_options(back)


def run(given: argparse.Namespace) -> int:
    """Go one version back."""
    print_live(given.name, rollback(given.models, given.name, by=given.by, why=given.why))
    return OK
