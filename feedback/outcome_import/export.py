"""Decisions and what came of them as a table: with the fields of told outcomes, or with the columns of a CRM."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from feedback.joined import DecisionWithOutcomes, ObservedOutcome
from feedback.outcome_import.layout import EVENT
from feedback.service import Feedback
from ml.decision.crm_columns import PLAIN, CrmColumns
from ml.files.cells.safe_cells import csv_text, safe_cell
from ml.service import Bundle

OURS = (
    "decision", "record", "model", "outcome", "value", "happened", EVENT, "campaign", "version", "made", "door",
    "group", "probability", "cut_off", "worth", "known",
)  # fmt: skip
BESIDE_CRM = ("decision", "made", "probability", "cut_off", "worth", "group")  # what a CRM is told of the decision
AT_ONCE = 500  # rows


def outcomes_csv(feedback: Feedback, bundle: Bundle, systems: Mapping[str, CrmColumns], system: str) -> Iterator[str]:
    """Lines of the table, some at a time, the header first; no values of records.

    Decisions about a record come together, the oldest first: so any number of them is written with little memory. A
    decision has a line for each outcome that was told of it, and one without a value where none was. One whose events
    are counted at a later decision about the same record is left out. `bundle` is the live version: its outcomes serve
    decisions of which nothing was told. `system` is "plain", or one of the systems of its card.
    """
    parts = feedback.came_by_record(bundle.name)
    joined = (each for some in parts for each in some if not each.counted_at)
    if system == PLAIN:
        yield from _in_blocks(OURS, (line for each in joined for line in _plain(bundle, each)))
        return
    columns = systems[system]
    outcome = columns.outcome or bundle.outcomes.positive
    begin = f"{system}:{bundle.name}:"
    header = [*(name for name, _ in _crm_fields(columns)), *(_own_name(system, name) for name in BESIDE_CRM)]
    yield from _in_blocks(header, (_of_crm(columns, outcome, each, begin) for each in joined))


def _in_blocks(header: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[str]:
    yield csv_text([list(map(safe_cell, header))])
    left = iter(lines)
    while some := [list(map(safe_cell, line)) for line in islice(left, AT_ONCE)]:
        yield csv_text(some)


def _plain(bundle: Bundle, joined: DecisionWithOutcomes) -> Iterator[list[str]]:
    names = bundle.outcomes.names if not bundle.outcomes.exclusive else (bundle.outcomes.positive,)
    told: dict[str, ObservedOutcome | None] = dict(joined.came)
    if not told or not bundle.outcomes.exclusive:
        told = {name: joined.came.get(name) for name in (*names, *told)}
    for name, came in told.items():
        made = _outcome_cells(joined, name, came)
        yield [made[field] for field in OURS]


def _outcome_cells(joined: DecisionWithOutcomes, outcome: str, came: ObservedOutcome | None) -> dict[str, str]:
    decision = joined.decision
    probability = None if decision.probabilities is None else decision.probabilities.get(outcome)
    return {
        "decision": decision.id,
        "record": decision.record,
        "model": decision.model.partition("@")[0],
        "outcome": outcome,
        "value": "" if came is None else f"{came.value:.0f}",
        "happened": "" if came is None else _iso(came.happened),
        EVENT: "" if came is None else came.event,
        "campaign": decision.campaign,
        "version": decision.model,
        "made": _iso(decision.made),
        "door": decision.door,
        "group": decision.group,
        "probability": "" if probability is None else repr(float(probability)),
        "cut_off": _number(decision.cut_offs.get(outcome)),
        "worth": _number(decision.worth),
        "known": "" if came is None else _iso(came.known),
    }


def _of_crm(columns: CrmColumns, outcome: str, joined: DecisionWithOutcomes, begin: str) -> list[str]:
    came = joined.came.get(outcome)
    cells = _outcome_cells(joined, outcome, came)
    is_over = came is not None
    fields = {
        "id": _row_of(joined, cells[EVENT], begin),
        "record": cells["record"],
        "stage": "" if came is None else ((columns.came if came.value else columns.missed) or ("",))[0],
        "is_closed": str(is_over).lower(),
        "is_won": str(came is not None and bool(came.value)).lower(),
        "closed": cells["happened"][:10],
        "changed": cells["known"],
    }
    return [*(fields[field] for _, field in _crm_fields(columns)), *(cells[name] for name in BESIDE_CRM)]


def _crm_fields(columns: CrmColumns) -> list[tuple[str, str]]:
    """The system's first name of each column, and the field that it gives."""
    names = ("id", "record", "stage", "is_closed", "is_won", "closed", "changed")
    return [(given[0], name) for name in names if (given := getattr(columns, name))]


def _own_name(system: str, name: str) -> str:
    """Name of one of our columns as a custom field of the CRM: Salesforce ends these with ``__c``."""
    return f"Likely_{name.title()}__c" if system == "salesforce" else f"likely_{name}"


def _row_of(joined: DecisionWithOutcomes, event: str, begin: str) -> str:
    """Id of the system's row that told an event, as the event's key names it; empty where the system did not."""
    key = next((each.key or "" for each in joined.outcome_events if each.id == event), "")
    return key[len(begin) :].rsplit(":", 2)[0] if key.startswith(begin) else ""


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _iso(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="microseconds")
