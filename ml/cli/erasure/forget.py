"""``python -m ml forget``: erases all values of one record wherever the service keeps them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Protocol

from ml.cli import BAD_INPUT, FAILED, OK
from ml.data.records import LONGEST_ID


class Place(Protocol):
    """A place where a record is kept."""

    place: str
    times: int
    fate: str
    erase: Any


class ErasureReport(Protocol):
    """All places of a record."""

    places: tuple[Place, ...]
    beyond: tuple[str, ...]
    left: int


class Eraser(Protocol):
    """Finds and erases a record."""

    def look(self, record: str, models: Sequence[str], column: str) -> Any:
        """All places of a record."""

    def erase(self, report: Any) -> bool:
        """Erase it from these places; False where bytes stay in the files of the database for now."""


ELSEWHERE = (
    "what browsers keep for their users (recent records, pins), files that were downloaded, backups, archives",
    "decisions that are still to be stored, and lines of them that could not be read (*.bad, both in VAR_DIR/spool)",
    "the memory of processes that run: start them again",
)


def register(commands: Any) -> None:
    """Add the command."""
    forget = commands.add_parser(
        "forget",
        help="erase one record, by its id, wherever the service keeps it",
        description="Say where a record is kept, by the id that its model's column gives, and what would be done;\n"
        "with --yes do it. Rows and counts stay, without what they told of the record.",
    )
    forget.add_argument("record", metavar="RECORD", help="the record's id")
    forget.add_argument("--model", action="append", default=[], metavar="NAME", help="of these models; else of all")
    forget.add_argument("--column", default="", help="the files' column that names records, if the model has none")
    forget.add_argument("--yes", action="store_true", help="erase it; else nothing is changed")


def run(given: argparse.Namespace) -> int:
    """Print where the record is, and erase it with ``--yes``; FAILED where it stays somewhere for now."""
    record = given.record.strip()
    if not record or len(record) > LONGEST_ID:
        print(f"error: {record[:40]!r} came; accepted: an id of 1 to {LONGEST_ID} characters")
        return BAD_INPUT
    eraser: Eraser = given.eraser()
    report: ErasureReport = eraser.look(record, given.model, given.column)
    _print(report)
    if not report.places:
        return OK
    if not given.yes:
        print("Nothing was changed: say --yes if that is meant.")
        return OK
    clean = eraser.erase(report)
    print(f"Erased in {len(report.places) - report.left} places.")
    if not clean:
        print("The database is in use: deleted bytes are in its files until the next sweep, at most an hour and a bit.")
    return FAILED if report.left else OK


def _print(report: ErasureReport) -> None:
    print("It is kept in:" if report.places else "It is kept nowhere that can be searched by an id.")
    for each in report.places:
        print(f"  {each.place}: {each.times} {'time' if each.times == 1 else 'times'}; {each.fate}")
    print("What cannot be erased from here:")
    for words in (*report.beyond, *ELSEWHERE):
        print(f"  {words}")
