"""Columns that a result has beside those of the file: their names, each once, and the cells of one score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, count

from ml.bundle.bundle import Bundle
from ml.bundle.scored import Score
from ml.data.outcomes import Outcomes
from ml.data.schema import Schema
from ml.files.cells.safe_cells import safe_cell
from ml.files.header.match_columns import reads_like_a_feature

DECISION, PROBLEMS = "decision", "problems"


def score_header(outcomes: Outcomes) -> list[str]:
    """Names of the columns that :func:`score_cells` fills."""
    return ["label", *(f"probability_{name}" for name in outcomes.names)]


def score_cells(outcomes: Outcomes, score: Score) -> list[str]:
    """A score as cells: the label, then a probability an outcome with all its digits.

    Several labels are separated by a comma and a space. Probabilities are empty where the
    estimator offers none.
    """
    given = [""] * len(outcomes) if score.probabilities is None else map(repr, score.probabilities)
    return [safe_cell(", ".join(score.labels)), *given]


def added_columns(bundle: Bundle, more: Sequence[str] = ()) -> list[str]:
    """Default names of the result's own columns, before they are made distinct from the file's."""
    return [*score_header(bundle.outcomes), *more, PROBLEMS]


def result_header(bundle: Bundle, header: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    """Names of the result's columns: the file's, the score's, further columns of ours, and the problems of a row."""
    return [*map(safe_cell, header), *unique_names(added_columns(bundle, more), header, bundle.schema)]


def unique_names(wanted: Sequence[str], header: Iterable[str], schema: Schema | None = None) -> list[str]:
    """Our names as they are, or with the first number from 2 with which they are nobody else's: ``label_2``.

    A file may have a column of that name; one that was scored before has all of them. A result is scored again like
    any file, so no column of ours may be taken for a feature either.

    Parameters
    ----------
    wanted : sequence of str
        Names of our columns in their order.
    header : iterable of str
        Columns of the file, compared letter by letter: a program that reads ``label`` finds ours beside a "Label".
    schema : Schema, optional
        Schema of the model; our names read like none of its features, aliases or labels.

    Returns
    -------
    list of str
        As many as were wanted, each once.
    """
    taken = {name.strip() for name in header}
    ours: set[str] = set()  # Excel and SQL take no two columns that differ in case only
    names_so_far: list[str] = []
    for name in wanted:
        numbered = chain([name], (f"{name}_{number}" for number in count(2)))
        unused = (each for each in numbered if each not in taken and each.casefold() not in ours)
        free = next(each for each in unused if schema is None or not reads_like_a_feature(schema, each))
        ours.add(free.casefold())
        names_so_far.append(free)
    return names_so_far
