"""``python -m ml sync``: fetches what is live into the cache of this machine (MODELS_URL)."""

from __future__ import annotations

import argparse
from typing import Any

from ml.cli import FAILED, OK
from ml.cli.instances.sharing import need_shared
from ml.lifecycle.shared.sync import Sync


def register(commands: Any) -> None:
    """Add the command."""
    commands.add_parser(
        "sync",
        help="fetch the live versions into the cache of this machine (MODELS_URL)",
        description="Fetch the live versions from object storage into the cache of this machine. Servers do so by\n"
        "themselves; here it is for images and for a look at what is wrong.",
    )


def run(given: argparse.Namespace) -> int:
    """Fetch, and print what is live and what could not be fetched."""
    shared = need_shared(given.models)
    faults = Sync(shared).catch_up()
    for name, model in sorted(shared.known().models.items()):
        if model.live is not None:
            here = "" if f"{name}@{model.live}" not in shared.missing() else ", not here"
            print(f"{name}@{model.live} is live{here}")
    for fault in faults:
        print(f"error: {fault}")
    return FAILED if faults else OK
