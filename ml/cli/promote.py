"""``python -m ml promote``: makes a held or an older version live."""

from __future__ import annotations

import argparse
from typing import Any

from ml.cli import OK
from ml.cli.made_version import is_live, print_live, split_key
from ml.cli.options import add_history_options
from ml.lifecycle.actions import make_live


def register(commands: Any) -> None:
    """Add the command."""
    promote = commands.add_parser(
        "promote",
        help="make a held or an older version live",
        description="Open a version, have it give its golden answers, and make it live. Running servers use it\n"
        "from the next request on.",
    )
    promote.add_argument("key", metavar="NAME@FINGERPRINT", help="the version")
    add_history_options(promote)


def run(given: argparse.Namespace) -> int:
    """Make the version live unless it is."""
    name, fingerprint = split_key(given.key)
    if is_live(given.models, given.key):
        print(f"{given.key} is live already.")
        return OK
    print_live(name, make_live(given.models, name, fingerprint, by=given.by, why=given.why))
    return OK
