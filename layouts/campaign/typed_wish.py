"""The typed form of a call list as a request for the list, with its problems.

Texts are numbers in the reader's marks; what a field takes is read from the request model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layouts.campaign.choices import is_single
from ml.campaign.list_request import ListRequest
from ml.data.validation.validation_words import accepted, schema_of
from ml.locale import NotANumber, canonical, current_format
from ml.translation import text

LENGTHS = {"cutoff": "cut_off", "number": "number", "budget": "budget"}  # how long the list is -> its field
PERCENT = ("cut_off", "control")
# Before the name of an outcome, or a value of the column.
VALUE_PREFIX, QUOTA_PREFIX, LIMIT_PREFIX = "values:", "least:", "most:"


@dataclass(frozen=True)
class Typed:
    """A request for a list, and by field what cannot be used; then there is no request."""

    wish: dict[str, Any] | None
    problems: Mapping[str, str]


def typed_wish(choices: Mapping[str, Any], chosen: Mapping[str, Any], texts: Mapping[str, Any]) -> Typed:
    """Read the form.

    Parameters
    ----------
    choices : mapping
        Choices as :func:`jobs.campaign_view.choices_json` gives them.
    chosen : mapping
        ``by``, ``offers``, ``several``, ``losses`` and ``column``, as the controls have them.
    texts : mapping of str to object
        By field what is typed; as all that a browser sends, it may be anything.
    """
    fields = Fields(texts)
    names = offered(choices, chosen.get("offers"))
    by = str(chosen["by"]) if chosen.get("by") in LENGTHS else "cutoff"
    several = not choices["exclusive"] and len(names) > 1 and chosen.get("several") == "true"
    wish: dict[str, Any] = {"by": by, "outcomes": names, "several": several}
    length = LENGTHS[by]
    number = fields.number(length)
    if by != "cutoff" or number is not None:
        wish[length] = number
    wish["cost"] = fields.number("cost") or 0
    wish["losses"] = chosen.get("losses") is True
    wish["values"] = {name: fields.number(VALUE_PREFIX + name) or 0 for name in names}
    wish["control"] = fields.number("control") or 0
    if chosen.get("column"):
        wish |= _limits(str(chosen["column"]), fields)
    return Typed(None if fields.problems else wish, fields.problems)


def offered(choices: Mapping[str, Any], offers: Any) -> list[str]:
    """The outcomes that the list is about, in the order of the model."""
    if is_single(choices):
        return [choices["positive"]]
    ticked = offers if isinstance(offers, list) else []
    return [each["name"] for each in choices["outcomes"] if each["name"] in ticked]


class Fields:
    """Texts of fields read as numbers; what cannot be used is collected."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._texts, self.problems = texts, dict[str, str]()

    def number(self, name: str) -> float | int | None:
        """The number in a field; None where nothing stands there, or nothing that can be used."""
        sent = self._texts.get(name)
        typed = sent.replace("%", "").strip() if isinstance(sent, str) else "" if sent is None else str(sent)
        if not typed:
            return None
        takes = Takes.of(name)
        try:
            value = float(canonical(typed, current_format()))
        except NotANumber:
            value = math.nan
        if not takes.contains(value):
            self.problems[name] = text(
                "“{typed}” cannot be used. Accepted: {accepted}.", typed=sent, accepted=takes.words
            )
            return None
        value = value / 100 if takes.percent else value
        return int(value) if value.is_integer() else value

    def of_kind(self, kind: str) -> dict[str, float | int]:
        """Numbers of all fields whose names begin so, by the rest of their names; without empty ones."""
        numbers = {name[len(kind) :]: self.number(name) for name in self._texts if name.startswith(kind)}
        return {name: number for name, number in numbers.items() if number is not None}


@dataclass(frozen=True)
class Takes:
    """Values that a field takes."""

    minimum: float
    maximum: float
    whole: bool
    percent: bool
    words: str

    @classmethod
    def of(cls, name: str) -> Takes:
        """Values that the field of that name takes, by the model of the request."""
        kind = {VALUE_PREFIX: "values", QUOTA_PREFIX: "quotas", LIMIT_PREFIX: "limits"}.get(
            f"{name.partition(':')[0]}:", name
        )
        field = schema_of(ListRequest)["properties"][kind]
        field = next(each for each in field["anyOf"] if each["type"] != "null")
        number: dict[str, Any] = field.get("additionalProperties", field)
        percent = name in PERCENT
        if percent:
            number = number | {end: 100 * number[end] for end in ("minimum", "maximum")}
        words = accepted(number) + (" %" if percent else "")
        low, high = number.get("minimum", -math.inf), number.get("maximum", math.inf)
        return cls(low, high, number["type"] == "integer", percent, words)

    def contains(self, value: float) -> bool:
        """True when a number is taken."""
        return math.isfinite(value) and self.minimum <= value <= self.maximum and (not self.whole or value.is_integer())


def _limits(column: str, fields: Fields) -> dict[str, Any]:
    return {
        "column": column,
        "limit": fields.number("limit"),
        "limits": fields.of_kind(LIMIT_PREFIX),
        "quotas": fields.of_kind(QUOTA_PREFIX),
    }
