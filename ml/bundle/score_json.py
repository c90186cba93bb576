"""Scores and values as JSON values, the same in answers of requests and of jobs."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ml.bundle.scored import Score
from ml.errors import Problem
from ml.text.note_words import few_notes

LONGEST_VALUE = 100


def prediction(names: tuple[str, ...], exclusive: bool, score: Score) -> dict[str, Any]:
    """One score as JSON values; the label is null where a value is blank, for then the estimator was not called."""
    given = score.probabilities
    label = score.labels if not exclusive else score.labels[0] if score.labels else None
    fields: dict[str, Any] = {
        "id": score.id,
        "label": label,
        "probabilities": None if given is None else dict(zip(names, given, strict=True)),
    }
    return fields | notes_of(score.notes)


def notes_of(notes: Sequence[Problem]) -> dict[str, Any]:
    """Notes on a record's values as JSON, very many of a kind as one; empty where there are none."""
    told = few_notes(notes)
    said = [{"feature": note.feature, "value": short(note.value), "message": note.message} for note in told]
    return {"notes": said} if said else {}


def short(value: object) -> Any:
    """A value as valid JSON, truncated where it is long."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    text = value if isinstance(value, str) else _written(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _written(value: object) -> str:
    """A list or an object as JSON; what cannot be JSON, or is nested too deep, as Python writes it."""
    if isinstance(value, (list, dict)):
        with suppress(TypeError, ValueError, RecursionError):
            return json.dumps(value, ensure_ascii=False)
    return reprlib.repr(value)
