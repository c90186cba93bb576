"""Observers of predictions: called with the time that each took, and with the scores of each record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ml.bundle.bundle import Bundle
from ml.data.schema import Schema

OnScored = Callable[[str, int, float], None]
ScoresById = Sequence[tuple[str | None, Sequence[float] | None]]  # id and probabilities of each record
CutOffsUsed = Mapping[str, float] | None  # by outcome; None where the answer is made without any
OnScores = Callable[[Bundle, Iterable[object], Callable[[], ScoresById], CutOffsUsed], None]


def id_of(schema: Schema, raw: object) -> str | None:
    """Id of a raw record; None where the schema has none, or none was sent."""
    number = raw.get(schema.record_id) if schema.record_id and isinstance(raw, Mapping) else None
    return None if number is None or not str(number).strip() else str(number).strip()
