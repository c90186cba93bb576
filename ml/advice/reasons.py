"""Reasons: the largest contributions for and against an outcome, as sentences.

No sentence claims a cause: a contribution describes the model, not the world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.advice.local_shapley import Explanation
from ml.data.feature import Feature, Value, text_of
from ml.data.schema import Row, Schema
from ml.text.words import named, points_text, rounded, unsure
from ml.translation import mark, text

NOT_CAUSES = mark("These are the model's reasons, not causes: changing a value need not change what happens.")
MOST = 3


@dataclass(frozen=True)
class Reason:
    """One known value and what it contributes to the score of one outcome."""

    feature: str
    """Name of the feature."""
    points: float
    """Contribution in percentage points, with its sign, not rounded."""
    sentence: str
    """"Income of 120 thousand $ a year raises it by 21 points"; no full stop."""
    unsure: str = ""
    """"± 0.2 points", the 95 % interval of sampling, where the digits of the sentence show it; else empty."""

    @property
    def words(self) -> str:
        """The sentence, with the sampling error behind it where the digits show it."""
        return f"{self.sentence} ({self.unsure})" if self.unsure else self.sentence


@dataclass(frozen=True)
class Reasons:
    """Reasons for and against an outcome, the largest first."""

    raising: tuple[Reason, ...]
    lowering: tuple[Reason, ...]


def reasons(schema: Schema, row: Row, explanation: Explanation, outcome: int, most: int = MOST) -> Reasons:
    """The largest contributions for and against one outcome, in words.

    Parameters
    ----------
    row : Row
        The record that was explained.
    outcome : int
        Column of the outcome.
    most : int
        Greatest number of reasons of each sign. Contributions that round to 0 points are left out.
    """
    displayed, shown, contributions = as_displayed(schema, row, explanation.contributions)
    _, _, errors = as_displayed(schema, row, explanation.errors)  # the error of a sum is at most the sum of errors
    points, margins = (100.0 * contributions[:, outcome]).tolist(), (100.0 * errors[:, outcome]).tolist()
    strongest = sorted(zip(points, margins, displayed.features, shown, strict=True), key=lambda each: -abs(each[0]))

    def worded(sign: int) -> tuple[Reason, ...]:
        side = [each for each in strongest if sign * each[0] > 0 and rounded(each[0])][:most]
        return tuple(Reason(of.name, p, sentence(of, value, p), unsure(p, error)) for p, error, of, value in side)

    return Reasons(worded(1), worded(-1))


def as_displayed(schema: Schema, row: Row, contributions: np.ndarray) -> tuple[Schema, Row, np.ndarray]:
    """Schema, row and contributions as displayed: one line per one-hot group, its contributions summed.

    Parameters
    ----------
    contributions : ndarray of float, shape (p, k)
    """
    if not schema.one_hot and not any(feature.hidden for feature in schema.features):
        return schema, row, contributions
    columns = {one.name: [schema.position[name] for name in one.columns] for one in schema.one_hot}
    texts = dict(zip(schema.names, map(text_of, row), strict=True))
    chosen = {one.name: one.choice_of(texts) or None for one in schema.one_hot}
    names = schema.displayed.names
    places = [columns.get(name) or [schema.position[name]] for name in names]
    shown = tuple(chosen[name] if name in columns else row[schema.position[name]] for name in names)
    return schema.displayed, shown, np.array([contributions[place].sum(axis=0) for place in places])


def sentence(feature: Feature, value: Value, points: float) -> str:
    """Effect of one value on the score as a sentence, without a full stop."""
    if not rounded(points):
        return text("{value} does not move it", value=named(feature, value))
    slots = {"value": named(feature, value), "points": points_text(abs(points))}
    if points > 0:
        return text("{value} raises it by {points}", **slots)
    return text("{value} lowers it by {points}", **slots)
