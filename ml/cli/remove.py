"""``python -m ml remove``: removes a version that is not live, or a whole model."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ml.cli import FAILED, OK
from ml.cli.made_version import split_key
from ml.cli.options import add_history_options
from ml.errors import InvalidData
from ml.lifecycle.actions import need_model, remove_model, remove_version
from ml.lifecycle.commit import known_versions


def register(commands: Any) -> None:
    """Add the command."""
    remove = commands.add_parser(
        "remove",
        help="remove a version that is not live, or a whole model",
        description="Remove a version that is not live, or a model with all its versions and the records that were\n"
        "loaded for it. The history stays, and the name can be used again.",
    )
    remove.add_argument("key", metavar="NAME[@FINGERPRINT]", help="the version, or the model")
    remove.add_argument("--yes", action="store_true", help="remove a whole model without asking")
    add_history_options(remove)


def run(given: argparse.Namespace) -> int:
    """Remove what the key names; a whole model after its user agreed."""
    if "@" in given.key:
        name, fingerprint = split_key(given.key)
        remove_version(given.models, name, fingerprint, by=given.by, why=given.why)
        print(f"{given.key} is removed")
        return OK
    need_model(given.models, given.key)
    versions = len(known_versions(given.models, given.key))
    what = f"the model {given.key} with {versions} version{'' if versions == 1 else 's'}"
    if not given.yes and not _agreed(what):
        print("Nothing was removed.")
        return FAILED
    # asked before anything is removed: the store may not answer
    records = (given.book_store().size(given.key) or 0) if given.book_store else 0
    gone = remove_model(given.models, given.key, by=given.by, why=given.why)
    if records:
        given.book_store().clear(given.key)
    cut_offs = given.forget_chosen(given.key) if given.forget_chosen else 0  # else a new model of this name gets them
    also = [f"its {records:,} loaded records"] if records else []
    also += [f"{cut_offs} chosen cut-off{'' if cut_offs == 1 else 's'}"] if cut_offs else []
    said = f", and {' and '.join(also)}" if also else ""
    print(f"{given.key} is removed: {', '.join(gone) or 'no version was there'}{said}")
    return OK


def _agreed(what: str) -> bool:
    if not sys.stdin.isatty():
        raise InvalidData(f"This removes {what}.", "Say --yes if that is meant.")
    return input(f"Remove {what}? [y/N] ").strip().lower() in ("y", "yes")
