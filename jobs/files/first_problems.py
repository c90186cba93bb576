"""Summary of the problems of a file's first records: by kind, and by feature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.files.file_words import labels_of
from ml.data.schema import Schema
from ml.errors import Problem


@dataclass(frozen=True)
class Unread:
    """Values of a feature that cannot be read."""

    feature: str
    count: int
    row: int
    """The first record with such a value, from 0."""
    example: str
    """Value as in the file."""
    accepted: str
    """Description of accepted values."""


def sorts(problems: Sequence[Problem]) -> list[tuple[Problem, int]]:
    """The first problem of each kind (feature and wording), with its count."""
    first: dict[tuple[str | None, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.feature, problem.message), problem)
    counts = Counter((problem.feature, problem.message) for problem in problems)
    return [(problem, counts[sort]) for sort, problem in first.items()]


def unread_of(
    schema: Schema, problems: Sequence[Problem], names: Sequence[str], lines: Sequence[Sequence[str]]
) -> list[Unread]:
    """Unreadable values by feature, the most frequent first.

    Problems of records are in the order of `lines`, cells as in the file; missing values are skipped, they are reported
    by feature. `names` are the feature names of the columns.
    """
    place = {name: at for at, name in enumerate(names)}
    known = labels_of(schema)
    first: dict[str, Problem] = {}
    counts: Counter[str] = Counter()
    for problem in problems:
        if problem.feature in known and problem.value not in (None, ""):
            first.setdefault(problem.feature, problem)
            counts[problem.feature] += 1
    return [
        Unread(name, count, first[name].row, _cell(first[name], place.get(name), lines), first[name].hint)
        for name, count in counts.most_common()
    ]


def _cell(problem: Problem, at: int | None, lines: Sequence[Sequence[str]]) -> str:
    """The raw cell of a problem; for a one-hot group, which has no single cell, the problem's value."""
    return str(problem.value) if at is None else lines[problem.row][at]
