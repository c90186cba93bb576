"""``python -m ml retrain``: fits a live version again on decisions whose outcomes are known; the new one waits."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ml.cli import OK
from ml.cli.made_version import print_made, print_next_steps
from ml.cli.options import add_history_options
from ml.service import open_service

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle
    from ml.training.again.outcome_rows import OutcomeRow

OutcomeRows = Callable[["Bundle", float, float], Iterator["OutcomeRow"]]  # version, as of, since
# As ml.training.again.usable has them, which is slow to import.
GROUPS, MOST_DECISIONS = ("called", "control", "all"), 200_000


def register(commands: Any) -> None:
    """Add the command."""
    retrain = commands.add_parser(
        "retrain",
        help="fit a live version again on decisions whose outcomes are known",
        description="Fit the live version's estimator again, with the same parameters, on decisions of the service "
        "whose outcomes are known,\nand judge it on later ones. The new version waits: nothing changes until it is "
        "promoted.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    retrain.add_argument("name", help="the model, or the key of a version to start from")
    add_as_of_option(retrain)
    retrain.add_argument(
        "--since",
        metavar="DATE",
        help="only decisions from this day on, such as the day since when the live version has been off",
    )
    retrain.add_argument(
        "--groups",
        choices=GROUPS,
        default=GROUPS[0],
        help="whose decisions: all but control groups, who were not called (called); only these (control); or both",
    )
    retrain.add_argument(
        "--most",
        type=count,
        default=MOST_DECISIONS,
        metavar="N",
        help=f"decisions that are held in memory; more are refused, {MOST_DECISIONS:,} by default",
    )
    add_history_options(retrain)


def add_as_of_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--as-of``."""
    parser.add_argument(
        "--as-of", metavar="DATE", help="count what was known at the end of this day (UTC), or at this time; else now"
    )


def count(written: str) -> int:
    """A whole number from 1; ArgumentTypeError for anything else."""
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"{written!r} is no whole number from 1.")
    return int(written)


def run(given: argparse.Namespace) -> int:
    """Make the version, and say what it learned from."""
    from ml.training.again.as_of import read_as_of, read_since
    from ml.training.again.retrain import retrained
    from ml.training.build import build_bundle

    bundle = open_service(given.models).model(given.name)
    as_of = read_as_of(given.as_of, time.time())
    rows = given.outcome_rows(bundle, as_of, read_since(given.since))
    trained = retrained(bundle, rows, as_of, given.groups, given.most)
    print(trained.about["data"], flush=True)
    for note in trained.notes:
        print(f"note: {note}", flush=True)
    print("proving and writing the version", flush=True)
    key = build_bundle(
        trained, given.models, action="hold", by=given.by, why=given.why or f"Trained again: {bundle.key}"
    )
    print_made(key, given.models, "", held=True)
    print_next_steps(given.models, key)
    return OK
