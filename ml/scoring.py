"""Score a file of any length: chunk by chunk, the same rows in the same order, bad rows marked."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ml.bundle import Bundle
from ml.errors import InvalidData, Problem
from ml.score import Score
from ml.service import Service
from ml.tables import Table, read_table, safe_cell, score_cells, score_header

CHUNK = 5_000
PROBLEMS = "problems"


@dataclass(frozen=True)
class Done:
    """How many records were scored, and how many were refused."""

    scored: int
    refused: int


def score_file(
    service: Service, model: str, source: Path, target: Path, progress: Callable[[int], object] = lambda _: None
) -> Done:
    """Score a CSV file into another.

    The result has the columns of the source, then the label, a probability an outcome, and what is
    wrong with a row that could not be scored. It appears under its name only when it is complete.

    Parameters
    ----------
    service : Service
    model : str
        Name or key of the model; one version scores the whole file.
    source, target : Path
        UTF-8; the source is separated by commas, semicolons or tabs, the target by commas.
    progress : callable
        Called after each chunk with the number of bytes of the source that it took.

    Raises
    ------
    UnknownModel, BrokenModel
    InvalidData
        When the source cannot be read or the target cannot be written.
    Unreadable
        When the source is no table.
    """
    bundle = service.model(model)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with source.open(newline="", encoding="utf-8") as lines, part.open("w", newline="", encoding="utf-8") as out:
            counted = _Counted(lines)
            done = _score(service, bundle, read_table(counted), csv.writer(out), lambda: progress(counted.take()))
        os.replace(part, target)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidData(f"{source} cannot be scored into {target}: {error}.") from None
    finally:
        part.unlink(missing_ok=True)
    return done


def _score(service: Service, bundle: Bundle, table: Table, out: Any, tick: Callable[[], object]) -> Done:
    _check_header(bundle, table.header)
    out.writerow([*map(safe_cell, table.header), *score_header(bundle.outcomes), PROBLEMS])
    scored = refused = 0
    for chunk in _chunks(table.rows):
        answers = _answers(service, bundle, chunk)
        out.writerows(_line(table, bundle, row, answer) for row, answer in zip(chunk, answers, strict=True))
        good = sum(isinstance(answer, Score) for answer in answers)
        scored, refused = scored + good, refused + len(chunk) - good
        tick()
    return Done(scored, refused)


def _check_header(bundle: Bundle, header: Sequence[str]) -> None:
    """A file in which no column is a feature is the wrong file, not one with a million gaps."""
    if not any(name in bundle.schema.position for name in header):
        message = f"No column of the file is a feature of {bundle.name}."
        raise InvalidData(
            message, f"The file has {', '.join(header)[:200]}; features: {', '.join(bundle.schema.names)}."
        )


def _chunks(rows: Iterator[dict[str, str] | Problem]) -> Iterator[list[dict[str, str] | Problem]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _answers(
    service: Service, bundle: Bundle, chunk: Sequence[dict[str, str] | Problem]
) -> list[Score | tuple[Problem, ...]]:
    scores = iter(service.score_each(bundle, [row for row in chunk if not isinstance(row, Problem)]))
    return [(row,) if isinstance(row, Problem) else next(scores) for row in chunk]


def _line(
    table: Table, bundle: Bundle, row: dict[str, str] | Problem, answer: Score | tuple[Problem, ...]
) -> list[str]:
    cells = list(row.values()) if isinstance(row, dict) else _fit(row, len(table.header))
    given = [safe_cell(cell) for cell in cells]
    if isinstance(answer, Score):
        return [*given, *score_cells(bundle.outcomes, answer), ""]
    return [*given, *[""] * (1 + len(bundle.outcomes)), safe_cell(words(answer))]


def _fit(problem: Problem, width: int) -> list[str]:
    """The cells of a line that does not fit its header, as far as they fit."""
    cells = problem.value if isinstance(problem.value, list) else []
    return [*map(str, cells[:width]), *[""] * (width - len(cells))]


def words(problems: Sequence[Problem]) -> str:
    """Problems of one record in one cell."""
    return "; ".join(
        f"{problem.feature}: {problem.message}" if problem.feature else problem.message for problem in problems
    )


class _Counted:
    """Lines, and the bytes that they took."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._size = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._size += len(line.encode())
        return line

    def take(self) -> int:
        """Bytes since the last time."""
        size, self._size = self._size, 0
        return size
