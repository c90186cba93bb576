"""From what a list can be made: small questions about the choices of a campaign."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def is_single(choices: Mapping[str, Any]) -> bool:
    """True when a campaign is about one outcome: nobody chooses between a question and its opposite."""
    return bool(choices["exclusive"]) and len(choices["outcomes"]) <= 2


def are_parts_of(choices: Mapping[str, Any], column: Any, names: Collection[str]) -> bool:
    """True when fields such as "least:North" name exactly the values of a column."""
    return {name.partition(":")[2] for name in names} == {each["value"] for each in values_of(choices, column)}


def values_of(choices: Mapping[str, Any], column: Any) -> list[Mapping[str, Any]]:
    """The values of a column with their records; empty where there is no such column."""
    return next((each["values"] for each in choices["columns"] if each["name"] == column), [])
