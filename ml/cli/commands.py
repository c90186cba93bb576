"""What ``python -m ml`` can do. One function a command; each returns the exit code."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from ml.bundle.bundle import Bundle
from ml.bundle.record_book import Shelf
from ml.cli import import_records, lifecycle, reading, score, warm
from ml.cli import trust as trusting
from ml.cli.examples import add_examples
from ml.cli.record import record_of
from ml.decision.cut_offs import Chosen
from ml.errors import InvalidData, InvalidRecord, LikelyError, Problem
from ml.metrics.evaluation import evaluation_of
from ml.service import Service, open_service

if TYPE_CHECKING:
    from ml.recipes import Recipe

OK, FAILED, BAD_INPUT = 0, 1, 2
WARM = "then compute ahead what its pages open with"


def main(
    argv: Sequence[str],
    models: Path,
    shelf: Callable[[], Shelf] | None = None,
    chosen: Chosen | None = None,
    served: Callable[[], Service] | None = None,
    forget_chosen: Callable[[str], int] | None = None,
) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str
        The words after ``python -m ml``.
    models : Path
        The folder of the models.
    shelf : callable, optional
        Opens what keeps the books of records; only ``records`` needs it.
    chosen : callable, optional
        Gives the cut-off that somebody chose; only ``report`` asks.
    served : callable, optional
        Opens the models with the server's cache; only ``warm`` and ``--warm`` ask.
    forget_chosen : callable, optional
        Removes the cut-offs that somebody chose for a model, and gives how many; only ``remove`` asks.

    Returns
    -------
    int
        0 done, 1 a model or file is at fault, 2 the input is.
    """
    parser = _parser()
    record = argv[:1] == ["predict"] and len(argv) > 1 and not argv[1].startswith("-")
    given = parser.parse_args(argv[:2] if record else argv)
    given.rest = argv[2:] if record else ()
    given.models = models
    given.shelf = shelf
    given.chosen = chosen
    given.forget_chosen = forget_chosen
    given.served = served or (lambda: open_service(models, chosen=chosen))
    try:
        done: int = given.run(given)
    except InvalidRecord as error:
        _say_problems(error.problems)
        return BAD_INPUT
    except LikelyError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader of our output has left
        return OK
    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml", description="Train, look at and ask the models.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train demo models and make them live")
    train.add_argument("name", nargs="?", help="the model; all of them without a name")
    train.add_argument("--data", type=Path, metavar="FILE", help="CSV file to learn from, where the recipe takes one")
    train.add_argument("--missing", action="store_true", help="only the models that are not there yet")
    train.add_argument("--warm", action="store_true", help=WARM)
    lifecycle.describe_who(train)
    train.set_defaults(run=_train)

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
    lifecycle.describe_who(add)
    add.add_argument(
        "--calibrate",
        type=Path,
        metavar="FILE",
        help="rows that it did not see and that are not the hold-out: calibrate its probabilities on them",
    )
    add.add_argument("--warm", action="store_true", help=WARM)
    reading.describe(add)
    add.set_defaults(run=_add)

    lifecycle.register(commands)
    trusting.register(commands)
    commands.add_parser("list", help="list the models").set_defaults(run=_list)
    commands.add_parser("check", help="open every model and say what is wrong").set_defaults(run=_check)

    ahead = commands.add_parser("warm", help="compute ahead what the Insights and Performance pages open with")
    warm.describe(ahead)
    ahead.set_defaults(run=_warm)

    predict = commands.add_parser("predict", help="score one record", allow_abbrev=False)
    predict.add_argument("name", help="the model, or a key such as iris@3f9a1c2b")
    predict.set_defaults(run=_predict)

    score.register(commands)

    report = commands.add_parser("report", help="write a model's report: a whole HTML file, or one page as PDF")
    report.add_argument("name", help="the model, or a key such as loan@3f9a1c2b")
    report.add_argument("--out", dest="target", type=Path, required=True, metavar="FILE", help="ends in .html or .pdf")
    report.add_argument("--outcome", metavar="OUTCOME", help="what it is about; without it, what pages open with")
    report.set_defaults(run=_report)

    records = commands.add_parser("records", help="load the records that the Prediction page finds by id or text")
    import_records.describe(records)
    records.set_defaults(run=_records)
    add_examples(parser, commands.choices)
    return parser


def _train(given: argparse.Namespace) -> int:
    from ml.recipes import RECIPES, recipe

    if given.data and not given.name:
        raise LikelyError("--data belongs to one model.", "Name it: python -m ml train NAME --data FILE.")
    there = open_service(given.models).names() if given.missing else ()
    names = [name for name in ([given.name] if given.name else RECIPES) if name not in there]
    started = time.perf_counter()
    for number, name in enumerate(names, start=1):
        print(f"[{number}/{len(names)}] {name}", flush=True)
        _train_one(recipe(name), given)
    if names:
        print(f"{len(names)} trained in {time.perf_counter() - started:.1f} s, in {given.models}/")
    else:
        print(f"All models are there already, in {given.models}/")
    if given.warm:
        warm.warm_each(given.served(), names)
    return OK


def _train_one(train: Recipe, given: argparse.Namespace) -> None:
    from ml.training.build import build_bundle

    trained = train(given.data, lambda line: print(f"      {line}", flush=True))
    print("      proving and writing the version", flush=True)
    key = build_bundle(trained, given.models, action="train", by=given.by, why=given.why)
    _say_live(key, given.models, "      ")


def _add(given: argparse.Namespace) -> int:
    from ml.add import Given, gather
    from ml.training.build import build_bundle

    given.reading = reading.options_of(given)
    print(f"reading {given.estimator.name}, {given.data.name}, {given.holdout.name}", flush=True)
    trained = gather(Given(**{field: getattr(given, field) for field in Given.__dataclass_fields__}))
    for note in trained.notes:
        print(f"note: {note}", flush=True)
    print("proving and writing the version", flush=True)
    try:
        key = build_bundle(trained, given.models, action="hold" if given.hold else "add", by=given.by, why=given.why)
    except InvalidRecord as error:
        raise InvalidData(f"The description refuses rows of the data: {error}") from None
    _say_live(key, given.models, "", held=given.hold)
    bundle = open_service(given.models).model(key)
    _say_right(bundle)
    _say_checks(bundle)
    if given.hold:
        lifecycle.say_promote(given.models, key)
    if given.warm:
        warm.warm_each(given.served(), [key])
    return OK


def _warm(given: argparse.Namespace) -> int:
    service = given.served()
    faults = {} if given.name else service.check()
    for name, fault in faults.items():
        if fault:
            print(f"{name}: {fault}", file=sys.stderr)
    warm.warm_each(service, given.name or [name for name, fault in faults.items() if not fault])
    return FAILED if any(faults.values()) else OK


def _say_right(bundle: Bundle) -> None:
    """What the model gets right: whoever fitted it knows the figure, and sees when columns were misread."""
    found = evaluation_of(bundle)
    left_out = bundle.card.get("left_out")
    if left_out:
        print(f"note: the estimator gives {left_out['rows']:,} rows of the hold-out no answer; they are left out:")
        print(f"      {left_out['why']}")
    right = found.labels == found.truth
    print(f"right on the hold-out of {len(right):,} records (compare with your own figures):")
    if bundle.outcomes.exclusive:
        print(f"      {right.all(axis=1).mean():.1%} of the labels")
        return
    for item, share in zip(bundle.outcomes.items, right.mean(axis=0), strict=True):
        print(f"      {share:.1%} {item.name}")


def _say_checks(bundle: Bundle) -> None:
    """What was found when the hold-out was compared with the training data."""
    from ml.text.holdout_words import sentences

    for sentence in sentences(bundle.card):
        print(f"note: {sentence}")


def _say_live(key: str, models: Path, indent: str, *, held: bool = False) -> None:
    path = open_service(models).model(key).card["path"]
    state = lifecycle.held_text(models, key) if held else f"{key} is live"
    print(f"{indent}{state}; served by {path['kind']}: {path['why']}", flush=True)


def _list(given: argparse.Namespace) -> int:
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


def _check(given: argparse.Namespace) -> int:
    faults = open_service(given.models).check()
    for name, fault in faults.items():
        print(f"{name}: {fault or 'serves'}")
    return FAILED if any(faults.values()) else OK


def _predict(given: argparse.Namespace) -> int:
    service = open_service(given.models)
    record = record_of(service.model(given.name).schema, given.name, given.rest)
    with redirect_stdout(sys.stderr):  # an estimator may print what it likes
        scored = service.score(given.name, [record])
    score = scored.scores[0]
    print(", ".join(score.labels) or "none")
    outcomes = scored.model.outcomes.items
    width = max(len(outcome.name) for outcome in outcomes)
    for outcome, probability in zip(outcomes, score.probabilities or (), strict=bool(score.probabilities)):
        print(f"{outcome.name:<{width}}  {probability!r}")
    for note in score.notes:
        print(f"note: {note.feature}: {note.message}", file=sys.stderr)
    return OK


def _report(given: argparse.Namespace) -> int:
    from ml.report.files import write

    length = write(open_service(given.models, chosen=given.chosen), given.name, given.target, given.outcome)
    print(f"{length / 1000:,.0f} kB written to {given.target}")
    return OK


def _records(given: argparse.Namespace) -> int:
    done = import_records.run(open_service(given.models).model(given.name), given)
    return OK if done else BAD_INPUT


def _say_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        name = f"--{problem.feature}: " if problem.feature else ""
        print(f"error: {name}{problem.message} {problem.hint}".rstrip(), file=sys.stderr)
