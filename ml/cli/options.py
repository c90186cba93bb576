"""Options that several commands share: how a file is written; why a version is changed and by whom."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """Add the read options of files; options left out are detected from the file."""
    group = parser.add_argument_group("how the file is written (found out where nothing is said)")
    group.add_argument("--encoding", help="such as utf-8, windows-1252, utf-16")
    group.add_argument("--separator", help="comma, semicolon, tab, pipe or one character")
    group.add_argument("--decimal", help="mark of decimals: comma or point")
    group.add_argument("--header-row", metavar="ROW", help="row with the names of the columns, from 1")
    group.add_argument("--sheet", help="sheet of a workbook, by name or by number from 1")
    group.add_argument("--dates", help="order of day, month and year: dmy, mdy or ymd")


def file_options(given: argparse.Namespace) -> ReadOptions:
    """The options as given; BadReadOption where one is impossible."""
    return ReadOptions.from_mapping(vars(given))


def print_dialect(name: str, dialect: Dialect, notes: Iterable[str]) -> None:
    """Print how a file was read on standard error: results may go to standard output."""
    print(f"{name}: {dialect.sentence()}", file=sys.stderr)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def add_history_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--why`` and ``--by``, for commands that write into a model's history."""
    parser.add_argument("--why", metavar="TEXT", help="why; it stands in the history")
    parser.add_argument("--by", metavar="NAME", help="who does it; else the user of this computer")
