"""Entry point of ``python -m ml``: the list of commands, a module each, and errors as exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ml.bundle.record_book import BookStore
from ml.cli import (
    BAD_INPUT,
    FAILED,
    OK,
    add,
    check_models,
    import_records,
    list_models,
    people,
    predict,
    promote,
    remove,
    report,
    rollback,
    score,
    train,
    trust,
    versions,
    warm,
)
from ml.cli.again import challenger, retrain, training
from ml.cli.erasure import forget
from ml.cli.examples import add_examples
from ml.cli.instances import backup, restore, sync, upload
from ml.cli.instances.sharing import catch_up
from ml.decision.cut_offs import ChosenCutOffs
from ml.errors import InvalidRecord, LikelyError, Problem, os_error_words
from ml.service import Service, open_service

COMMANDS = (
    train,
    add,
    training,
    retrain,
    challenger,
    versions,
    promote,
    rollback,
    remove,
    trust,
    list_models,
    check_models,
    warm,
    predict,
    score,
    report,
    import_records,
    forget,
    people,
    upload,
    sync,
    backup,
    restore,
)
WITHOUT_MODELS = ("people", "sync", "restore")  # these use no model, or fill the cache of shared models themselves


def main(
    argv: Sequence[str],
    models: Path,
    book_store: Callable[[], BookStore] | None = None,
    chosen: ChosenCutOffs | None = None,
    served: Callable[[], Service] | None = None,
    forget_chosen: Callable[[str], int] | None = None,
    accounts: Callable[[], people.Accounts] | None = None,
    own_models: Path | None = None,
    store_backup: Callable[[], backup.StoreBackup] | None = None,
    eraser: Callable[[], forget.Eraser] | None = None,
    outcome_rows: retrain.OutcomeRows | None = None,
    challengers: Callable[[], challenger.Challengers] | None = None,
) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str
        The words after ``python -m ml``.
    book_store : callable, optional
        Opens what keeps the books of records; only ``records`` needs it.
    chosen : callable, optional
        Gives the cut-off that somebody chose; only ``report`` asks.
    served : callable, optional
        Opens the models with the server's cache; only ``warm`` and ``--warm`` ask.
    forget_chosen : callable, optional
        Removes the cut-offs that somebody chose for a model, and gives how many; only ``remove`` asks.
    accounts : callable, optional
        Opens the accounts of people who sign in; only ``people`` asks.
    own_models : Path, optional
        The folder of models that are not shared, where `models` is the cache of shared ones; only ``upload`` asks.
    store_backup : callable, optional
        Opens backups of the store; only ``backup`` and ``restore`` ask.
    eraser : callable, optional
        Opens what finds and erases a record; only ``forget`` asks.
    outcome_rows : callable, optional
        Gives decisions of a model and what came of them, as known at a time; only ``training`` and ``retrain`` ask.
    challengers : callable, optional
        Opens what chooses challengers; only ``challenger`` asks.

    Returns
    -------
    int
        0 done, 1 a model or file is at fault, 2 the input is.
    """
    parser = _parser()
    record = argv[:1] == ["predict"] and len(argv) > 1 and not argv[1].startswith("-")
    given = parser.parse_args(argv[:2] if record else argv)
    given.rest = argv[2:] if record else ()
    given.models, given.own_models = models, own_models or models
    given.book_store = book_store
    given.chosen = chosen
    given.forget_chosen = forget_chosen
    given.accounts = accounts
    given.store_backup = store_backup
    given.eraser, given.outcome_rows, given.challengers = eraser, outcome_rows, challengers
    given.served = served or (lambda: open_service(models, chosen=chosen))
    try:
        if given.command not in WITHOUT_MODELS:
            catch_up(models)
        done: int = given.run(given)
    except InvalidRecord as error:
        _print_problems(error.problems)
        return BAD_INPUT
    except LikelyError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # whatever reads our standard output, such as head, has ended
        return OK
    except OSError as error:
        print(f"error: {os_error_words(error)}.", file=sys.stderr)
        return FAILED
    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml", description="Train, look at and ask the models.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(commands)
    for command, own in zip(COMMANDS, commands.choices.values(), strict=True):
        own.set_defaults(run=command.run)
    add_examples(parser, commands.choices)
    return parser


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        name = f"--{problem.feature}: " if problem.feature else ""
        print(f"error: {name}{problem.message} {problem.hint}".rstrip(), file=sys.stderr)
