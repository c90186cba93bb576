"""Messages between the script of an input page and its callbacks: the request, and the response to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from layouts.shared.request_model import RequestModel
from ml.data.outcomes import Outcomes
from ml.errors import Problem

LONGEST_NUMBER = 12  # digits of a row's number
BY_PROBABILITY: Literal["probability"] = "probability"  # an order of outcomes that have worths


def _names(given: Any) -> Any:
    return tuple(filter(None, given.split(","))) if isinstance(given, str) else given


def _row(given: Any) -> Any:
    known = isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < LONGEST_NUMBER
    return int(given) if known else None


class FormRequest(RequestModel):
    """Request of an input page's form."""

    record: Any = None
    """Feature name to text, as in the form; a browser may have sent anything."""
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

    def chosen(self, outcomes: Outcomes) -> str | None:
        """The outcome that was chosen, if the model has it."""
        return self.outcome if self.outcome in outcomes.names else None


def form_response(
    serial: int,
    record: dict[str, str] | None = None,
    *,
    problems: Iterable[Problem] = (),
    notes: Iterable[Problem] = (),
) -> dict[str, Any]:
    """Response for the form's script.

    Parameters
    ----------
    serial : int
        Of the request; 0 for the record with which the page opens.
    record : dict, optional
        That record: name to text.
    problems, notes : iterable of Problem
        By field; those without a field are listed under the empty name.
    """
    said: dict[str, dict[str, str]] = {"problems": {}, "notes": {}}
    for kind, found in (("problems", problems), ("notes", notes)):
        for problem in found:
            said[kind].setdefault(problem.feature or "", f"{problem.message} {problem.hint}".strip())
    return {"serial": serial, **said} | ({} if record is None else {"record": record})
