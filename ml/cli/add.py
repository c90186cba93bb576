"""``python -m ml add``: adds a model that was fitted elsewhere, from files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ml.bundle.bundle import Bundle
from ml.cli import OK, warm
from ml.cli.made_version import print_made, print_next_steps
from ml.cli.options import add_file_options, add_history_options, file_options
from ml.errors import InvalidData, InvalidRecord
from ml.service import open_service


def register(commands: Any) -> None:
    """Add the command."""
    add = commands.add_parser("add", help="add a model that was fitted elsewhere, and make it live")
    add.add_argument("name", help="what the model is called, such as churn")
    add.add_argument(
        "--estimator", type=Path, required=True, metavar="FILE", help="the fitted estimator, by skops.io.dump"
    )
    add.add_argument("--data", type=Path, required=True, metavar="FILE", help="CSV file: rows that it learned from")
    add.add_argument("--holdout", type=Path, required=True, metavar="FILE", help="CSV file: rows that it did not see")
    add.add_argument(
        "--truth",
        required=True,
        action="append",
        metavar="COLUMN",
        help="the true outcome; once an independent outcome",
    )
    add.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="WORD=CLASS",
        help="what a word in the truth means, where the estimator has codes: --map left=1 --map stayed=0",
    )
    add.add_argument("--positive", metavar="OUTCOME", help="the outcome that pages open with")
    add.add_argument("--record-id", metavar="COLUMN", help="the column that names a record")
    add.add_argument("--describe", type=Path, metavar="FILE", help="TOML file with title, labels, units, help, limits")
    add.add_argument(
        "--trust", action="append", default=[], metavar="TYPE", help="a type in the estimator's file to trust"
    )
    add.add_argument(
        "--code", type=Path, metavar="FILE_OR_FOLDER", help="the estimator's own classes and functions; travels along"
    )
    add.add_argument("--trust-pickle", action="store_true", help="load a pickle, and run the code that it holds")
    add.add_argument("--hold", action="store_true", help="do not make it live: compare it first, then promote it")
    add_history_options(add)
    add.add_argument(
        "--calibrate",
        type=Path,
        metavar="FILE",
        help="rows that it did not see and that are not the hold-out: calibrate its probabilities on them",
    )
    warm.add_warm_option(add)
    add_file_options(add)


def run(given: argparse.Namespace) -> int:
    """Make a version from the files and say how it does on its hold-out."""
    from ml.add import ModelFiles, read_model_files
    from ml.training.build import build_bundle

    given.reading = file_options(given)
    print(f"reading {given.estimator.name}, {given.data.name}, {given.holdout.name}", flush=True)
    trained = read_model_files(
        ModelFiles(**{field: getattr(given, field) for field in ModelFiles.__dataclass_fields__})
    )
    for note in trained.notes:
        print(f"note: {note}", flush=True)
    print("proving and writing the version", flush=True)
    try:
        key = build_bundle(trained, given.models, action="hold" if given.hold else "add", by=given.by, why=given.why)
    except InvalidRecord as error:
        raise InvalidData(f"The description refuses rows of the data: {error}") from None
    print_made(key, given.models, "", held=given.hold)
    bundle = open_service(given.models).model(key)
    _print_share_right(bundle)
    _print_holdout_checks(bundle)
    if given.hold:
        print_next_steps(given.models, key)
    if given.warm:
        warm.warm_each(given.served(), [key])
    return OK


def _print_share_right(bundle: Bundle) -> None:
    """Print the share of right labels: whoever fitted the model knows it, and sees when columns were misread."""
    from ml.metrics.evaluation import evaluation_of

    evaluation = evaluation_of(bundle)
    left_out = bundle.card.get("left_out")
    if left_out:
        print(f"note: rows of the hold-out that the estimator gives no answer are left out ({left_out['rows']:,}):")
        print(f"      {left_out['why']}")
    right = evaluation.labels == evaluation.truth
    print(f"right on the hold-out of {len(right):,} records (compare with your own figures):")
    if bundle.outcomes.exclusive:
        print(f"      {right.all(axis=1).mean():.1%} of the labels")
        return
    for item, share in zip(bundle.outcomes.items, right.mean(axis=0), strict=True):
        print(f"      {share:.1%} {item.name}")


def _print_holdout_checks(bundle: Bundle) -> None:
    """Print what comparing the hold-out with the training data found."""
    from ml.text.holdout_words import sentences

    for sentence in sentences(bundle.card):
        print(f"note: {sentence}")
