"""Expansion of a choice in a record into the one-hot columns that the estimator takes."""

from __future__ import annotations

from collections.abc import Mapping

from ml.data.one_hot import OneHot
from ml.data.parsing import RefusedValue, read_value
from ml.data.schema import Schema
from ml.errors import Problem
from ml.translation import text


def expanded(schema: Schema, raw: Mapping[object, object], at: int, problems: list[Problem]) -> Mapping[object, object]:
    """The record (number `at`) with one-hot columns in place of each choice.

    Problems of a choice are added to `problems`; its columns are then filled with 0, so that they add no problems.
    """
    brought = [one for one in schema.one_hot if one.name in raw]
    if not brought:
        return raw
    made: dict[object, object] = {
        name: value for name, value in raw.items() if name not in {one.name for one in brought}
    }
    for one in brought:
        twice = next((column for column in one.columns if column in raw), None)
        if twice is not None:
            message = text("Came twice, as {one} and as {other}.", one=repr(one.name), other=repr(twice))
            problems.append(_problem(one, at, raw, message, text("Send it once.")))
            made.update({column: 0 for column in one.columns if column not in raw})
            continue
        try:
            choice = read_value(schema.displayed.feature(one.name), raw[one.name])
        except RefusedValue as refused:
            problems.append(_problem(one, at, raw, refused.message, refused.hint))
            choice = ""
        made.update(one.columns_of(None if choice is None else str(choice)))
    return made


def _problem(one: OneHot, at: int, raw: Mapping[object, object], message: str, hint: str) -> Problem:
    return Problem(at, one.name, raw[one.name], message, hint)
