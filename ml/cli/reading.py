"""Options of the command line that say how a file is written, and what was found out, in words."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options; what is left out is found out."""
    told = parser.add_argument_group("how the file is written (found out where nothing is said)")
    told.add_argument("--encoding", help="such as utf-8, windows-1252, utf-16")
    told.add_argument("--separator", help="comma, semicolon, tab, pipe or one character")
    told.add_argument("--decimal", help="mark of decimals: comma or point")
    told.add_argument("--header-row", metavar="ROW", help="row with the names of the columns, from 1")
    told.add_argument("--sheet", help="sheet of a workbook, by name or by number from 1")
    told.add_argument("--dates", help="order of day, month and year: dmy, mdy or ymd")


def options_of(given: argparse.Namespace) -> ReadOptions:
    """What was said; BadReadOption where it cannot be."""
    return ReadOptions.from_mapping(vars(given))


def say(name: str, dialect: Dialect, notes: Iterable[str]) -> None:
    """Say how a file was read, beside the results: they may go to standard output."""
    print(f"{name}: {dialect.sentence()}", file=sys.stderr)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
