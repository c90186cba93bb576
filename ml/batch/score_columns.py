"""Scores as columns of a table: their names, and the cells of one record."""

from __future__ import annotations

from ml.bundle.scored import Score
from ml.data.outcomes import Outcomes
from ml.files.cells.safe_cells import safe_cell


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
