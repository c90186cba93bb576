"""Workbooks (.xlsx, .xlsb, .xls, .ods): read by another process, which may be killed for what it takes.

The reader (calamine) is quick, but holds a whole sheet in memory, and a file of 300 kB can unpack to gigabytes. So it
works in a process of its own with limits of memory and time: docs/decisions/0035-one-reader-of-tables.md.
"""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ml.errors import ReadersBusy, Unreadable
from ml.files.readers.refused import SAVE
from ml.translation import mark, text, translated

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 300  # until the process is stopped, whatever it does
AT_ONCE = 2  # such processes of one process of ours: each may take 1.5 GB
WAIT = 8.0  # seconds for a place
ENDED = mark("The file takes more memory or time than there is for one.")


_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Workbook:
    """A sheet of a workbook, being read."""

    format: str
    """"xlsx", "xlsb", "xls", "ods", "html" or "xml"."""
    sheet: str
    sheets: tuple[str, ...]
    """Names of the visible sheets."""
    notes: tuple[str, ...]
    rows: Iterator[list[Any]]
    """Typed cells of every row from the first."""


def open_workbook(file: BinaryIO, sheet: str | None, known: Collection[str]) -> Workbook:
    """Begin to read a sheet of a workbook.

    Parameters
    ----------
    file : binary file
    sheet : str or None
        Name or number from 1; None takes the first that can be seen and holds a table.
    known : collection of str
        Names of columns that are expected, plain.

    Raises
    ------
    Unreadable
    """
    return _of_answers(ask_limited_process(file, {"reader": "workbook", "sheet": sheet, "known": sorted(known)}))


def open_markup(file: BinaryIO, encoding: str, errors: str, sheet: str | None, known: Collection[str]) -> Workbook:
    """Begin to read a table of a web page or an XML file, as :func:`open_workbook` reads a sheet.

    Parameters
    ----------
    encoding, errors : str
        As :class:`ml.files.text.encodings.TextScan` found them.
    """
    asked = {"reader": "markup", "encoding": encoding, "errors": errors, "sheet": sheet, "known": sorted(known)}
    return _of_answers(ask_limited_process(file, asked))


def _of_answers(answers: Iterator[Any]) -> Workbook:
    head = next(answers)
    return Workbook(
        head["format"],
        head["sheet"],
        tuple(head["sheets"]),
        tuple(map(translated, head["notes"])),
        (row for rows in answers for row in rows),
    )


def ask_limited_process(file: BinaryIO, asked: dict[str, Any]) -> Iterator[Any]:
    """Answers of the process of :mod:`ml.files.readers.limited_process`: a head, then lists of rows.

    Raises
    ------
    Unreadable
        The reason of the process, or its limit of memory or time.
    ReadersBusy
    """
    answers = _answers(file, asked)
    head = next(answers)  # what is wrong with the file as a whole is told at once
    return _chained(head, answers)


def _chained(head: Any, answers: Iterator[Any]) -> Iterator[Any]:
    yield head
    yield from answers


@contextmanager
def _place() -> Iterator[None]:
    """Hold one of the few slots for reader processes; ReadersBusy where none becomes free in time.

    A caller that needs the first rows only drops the table. Where that is part of a reference cycle, it holds its place
    until garbage is collected, so garbage is collected before anybody is refused.
    """
    if not _places.acquire(timeout=WAIT / 8):
        gc.collect()
        if not _places.acquire(timeout=WAIT):
            raise ReadersBusy(text("Other files are being read here."), text("Try again in a moment."))
    try:
        yield
    finally:
        _places.release()


def _answers(file: BinaryIO, asked: dict[str, Any]) -> Iterator[Any]:
    with _place(), tempfile.TemporaryDirectory(prefix="likely-") as folder:
        path = Path(folder, "copy.table")
        file.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        asked = {**asked, "path": str(path), "packages": sys.path}
        command = [sys.executable, "-m", "ml.files.readers.limited_process", orjson.dumps(asked).decode()]
        with subprocess.Popen(  # noqa: S603 - our own module
            command,
            cwd=ROOT,  # from where `-m` imports
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            clock = threading.Timer(SECONDS, process.kill)
            clock.daemon = True
            clock.start()
            try:
                yield from _read(process)
            finally:
                clock.cancel()
                process.kill()


def _read(process: subprocess.Popen[bytes]) -> Iterator[Any]:
    for line in process.stdout or ():
        try:
            answer = orjson.loads(line)
        except orjson.JSONDecodeError:
            break
        if isinstance(answer, dict) and "error" in answer:
            raise Unreadable(*map(translated, answer["error"]))
        if answer is None:  # a regular end
            return
        yield answer
    raise Unreadable(text(ENDED), text(SAVE))
