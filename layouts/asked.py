"""What the browser asks of an input page, and what its script needs to know of the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ml.errors import Problem
from ml.outcomes import Outcomes

LONGEST_NUMBER = 12  # digits of a row's number
BY_PROBABILITY = "probability"  # an order of outcomes that have worths


@dataclass(frozen=True)
class Asked:
    """One question.

    Attributes
    ----------
    serial : int
        Counts up in the browser; 0 for the record with which a page opens.
    model : str
        Key of the version whose form it is.
    record : Any
        Name to text, as it stands in the form; a browser may have sent anything.
    outcome : str
        Chosen by the person; empty where the page chooses.
    declined : tuple of str
        Outcomes that the person has put aside.
    order : str
        "probability" where the person wants this order of outcomes; empty where the page chooses.
    record_id : str
        Of the record that was found and stands in the form, perhaps with other values; empty for a new one.
    holdout_row : int or None
        Number of its row where it is one of the hold-out.
    step : int
        0 asks for the first reasons, 1 and so on for sharper ones.
    """

    serial: int
    model: str
    record: Any
    outcome: str = ""
    declined: tuple[str, ...] = ()
    record_id: str = ""
    holdout_row: int | None = None
    order: str = ""
    step: int = 0

    def chosen(self, outcomes: Outcomes) -> str | None:
        """The outcome that was chosen, if the model has it."""
        return self.outcome if self.outcome in outcomes.names else None


def question(asked: Any) -> Asked:
    """The question in what the browser sent; it may have sent anything."""
    asked = asked if isinstance(asked, dict) else {}
    serial, outcome, declined = asked.get("serial"), asked.get("outcome"), asked.get("declined")
    record_id, row, order = asked.get("record_id"), asked.get("row"), asked.get("order")
    step = asked.get("step")
    return Asked(
        serial if isinstance(serial, int) else 0,
        str(asked.get("model")),
        asked.get("record"),
        outcome if isinstance(outcome, str) else "",
        tuple(declined.split(",")) if isinstance(declined, str) and declined else (),
        record_id if isinstance(record_id, str) else "",
        int(row) if isinstance(row, str) and row.isascii() and row.isdecimal() and len(row) < LONGEST_NUMBER else None,
        BY_PROBABILITY if order == BY_PROBABILITY else "",
        step if isinstance(step, int) else 0,
    )


def answered(
    serial: int,
    record: dict[str, str] | None = None,
    *,
    problems: Iterable[Problem] = (),
    notes: Iterable[Problem] = (),
) -> dict[str, Any]:
    """What the form's script needs to know of an answer.

    Parameters
    ----------
    serial : int
        Of the question; 0 for the record with which the page opens.
    record : dict, optional
        That record: name to text.
    problems, notes : iterable of Problem
        By field; what has no field of its own is listed under the empty name.
    """
    said: dict[str, dict[str, str]] = {"problems": {}, "notes": {}}
    for kind, found in (("problems", problems), ("notes", notes)):
        for problem in found:
            said[kind].setdefault(problem.feature or "", f"{problem.message} {problem.hint}".strip())
    return {"serial": serial, **said} | ({} if record is None else {"record": record})
