"""Messages between the script of an input page and its callbacks: the request, and the response to it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from layouts.shared.field_texts import TICKED
from layouts.shared.request_model import RequestModel
from ml.data.outcomes import Outcomes
from ml.data.schema import Schema
from ml.data.value_words import UNREADABLE
from ml.decision.ranking import Ranking
from ml.errors import Problem
from ml.locale import NotANumber, canonical, current_format

LONGEST_NUMBER = 12  # digits of a row's number
BY_PROBABILITY: Literal["probability"] = "probability"  # an order of outcomes that have worths


def _names(given: Any) -> Any:
    return tuple(filter(None, given.split(","))) if isinstance(given, str) else given


def _row(given: Any) -> Any:
    known = isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < LONGEST_NUMBER
    return int(given) if known else None


def _rest(given: Any) -> Any:
    record = None
    if isinstance(given, str):
        with suppress(ValueError, RecursionError):
            record = json.loads(given or "{}")
    return record


class FormRequest(RequestModel):
    """Request of an input page: what is asked of the values in its form."""

    record: Any = None
    """Feature name to text, as in the form; a browser may have sent anything."""
    rest: Annotated[dict[str, str], BeforeValidator(_rest)] = Field(default_factory=dict)
    """Values of the record that have no field in the form; sent as JSON of name to text."""
    outcome: str = ""
    """Chosen by the person; empty where the page chooses."""
    declined: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    """Independent outcomes that the person marked as declined."""
    record_id: str = ""
    """Id of the record that was found and is in the form, perhaps with other values; empty for a new one."""
    row: Annotated[int | None, BeforeValidator(_row)] = None
    """Number of its row where it is one of the hold-out."""
    order: Literal["", "probability"] = ""
    """Order of the outcomes; empty where the page chooses."""
    step: int = 0
    """0 for the first reasons, 1 and so on for ones with smaller errors."""

    @property
    def ranking(self) -> Ranking:
        """The order in which independent outcomes are offered."""
        return Ranking(self.declined, self.order)

    def chosen(self, outcomes: Outcomes) -> str | None:
        """The outcome that was chosen, if the model has it."""
        return self.outcome if self.outcome in outcomes.names else None


def controls_of(states: list[dict[str, Any]]) -> list[Any]:
    """Ids of the controls whose values are the state of a callback, as Dash lists it."""
    return [state["id"] for state in states]


def form_values(schema: Schema, fields: Any, values: Any) -> dict[str, str]:
    """Texts of the form's controls, by feature.

    Ids and values of the controls are as Dash collects them; a browser may have sent anything.
    """
    controls = zip(fields, values, strict=False) if isinstance(fields, list) and isinstance(values, list) else ()
    read = {}
    for field, value in controls:
        at = field.get("at") if isinstance(field, dict) else None
        if type(at) is int and 0 <= at < len(schema.features):
            read[schema.features[at].name] = _text(value)
    return read


def _text(value: Any) -> str:
    return TICKED[value] if isinstance(value, bool) else "" if value is None else str(value)


def plain_numbers(schema: Schema, values: dict[str, str]) -> dict[str, str]:
    """The record of a form: numbers, which stand there in the reader's marks, as "-1234.5"."""
    numbers = {feature.name for feature in schema.features if feature.is_number}
    return {name: plain_number(text) if name in numbers else text for name, text in values.items()}


def plain_number(text: str) -> str:
    """A number in the reader's marks as "-1234.5"; marked as unreadable where it is none, a blank as it is."""
    if not text.strip():
        return text
    try:
        return canonical(text, current_format())
    except NotANumber:
        return text.strip() + UNREADABLE


def form_response(
    serial: int,
    record: dict[str, str] | None = None,
    *,
    asked: dict[str, Any] | None = None,
    problems: Iterable[Problem] = (),
    notes: Iterable[Problem] = (),
) -> dict[str, Any]:
    """Response for the form's script.

    Parameters
    ----------
    serial : int
        Serial number of the request; 0 for the record with which the page opens.
    record : dict, optional
        Values of the record: name to text.
    asked : dict, optional
        To what this is the answer: the request, and the form's texts as ``values``. The script compares them with the
        form, so that no answer is shown as that of other values.
    problems, notes : iterable of Problem
        By field; those without a field are listed under the empty name.
    """
    said: dict[str, dict[str, str]] = {"problems": {}, "notes": {}}
    for kind, found in (("problems", problems), ("notes", notes)):
        for problem in found:
            said[kind].setdefault(problem.feature or "", f"{problem.message} {problem.hint}".strip())
    more = {"record": record, "asked": asked}
    return {"serial": serial, **said, **{name: value for name, value in more.items() if value is not None}}
