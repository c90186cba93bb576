"""A row of a CRM's export: which record, what came of it, and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from feedback.errors import BadEvent
from feedback.outcome_import.layout import Layout
from feedback.outcome_import.moments import DAY, moment_of
from feedback.outcome_import.source_row import SourceRow
from ml.data.parsing import FALSE, TRUE
from ml.decision.crm_columns import CrmColumns
from ml.translation import text
from store.outcome_records import LONGEST_RECORD, OUTCOME, Event, new_event_id

LONGEST_ID = 100  # characters of a row's id
_PIPELINE = re.compile(r"\s*\([^()]*\)\Z")  # HubSpot's exports name it after a stage: "Closed Won (Sales Pipeline)"
_SEVERAL = re.compile(r"[;,]\s*(?=\S)")  # ids of several companies in one cell
_WORDS = TRUE | {"wahr", "vrai", "verdadero", "vero"}
_NOT = FALSE | {"falsch", "faux", "falso"}


def crm_row(
    cells: Sequence[str], layout: Layout, columns: CrmColumns, model: str, outcome: str, root: Callable[[str], str],
    door: str,
) -> SourceRow:  # fmt: skip
    """Read a row.

    Parameters
    ----------
    columns : CrmColumns
        Columns of the system, from the model's card.
    model, outcome : str
        Names of the model, and of the outcome that came or did not.
    root : callable
        Gives the id of the first event about a row by its id there.

    Raises
    ------
    BadEvent
        It has no id, no record or no time that can be read, or names several records.
    """
    number, record = layout.cell(cells, "id"), layout.cell(cells, "record")
    if not 0 < len(number) <= LONGEST_ID:
        raise BadEvent(text("The row has no id of 1 to {n} characters.", n=LONGEST_ID))
    value = came(cells, layout, columns)
    if value is not None and (not record or len(record) > LONGEST_RECORD):
        raise BadEvent(text("The row names no record of up to {n} characters.", n=LONGEST_RECORD))
    if value is not None and _SEVERAL.search(record):
        hint = text("Name a column with one of them in the card: crm.{system}.record.", system=layout.system)
        raise BadEvent(text("The row names several records: {records}.", records=repr(record[:80])), hint)
    changed = _time(cells, layout, "changed")
    happened = None if value is None else _happened(cells, layout, changed[0] if changed else None)
    event = Event(
        new_event_id(), model, OUTCOME, record=record, outcome=outcome, value=value, happened=happened or 0.0, door=door
    )
    mark = f"{layout.system}:{model}:{number}"
    return SourceRow(root(number), mark, event, changed[0] if changed else None)


def came(cells: Sequence[str], layout: Layout, columns: CrmColumns) -> float | None:
    """1 where the deal was won, 0 where it was lost, None while it is open.

    True and false in columns of their own count where there are any; else the words of the stage. A stage that is in
    none of the lists of words is open.
    """
    closed, won = (_flag(layout.cell(cells, name)) for name in ("is_closed", "is_won"))
    if closed is not None and won is not None:
        return float(won) if closed else None
    if won:
        return 1.0
    if closed is False:
        return None
    word = layout.cell(cells, "stage").casefold()
    for said in (word, _PIPELINE.sub("", word)):
        if said in map(str.casefold, columns.came):
            return 1.0
        if said in map(str.casefold, columns.missed):
            return 0.0
    return None


def _flag(written: str) -> bool | None:
    word = written.casefold()
    return True if word in _WORDS else False if word in _NOT else None


def _happened(cells: Sequence[str], layout: Layout, changed: float | None) -> float:
    """Time at which the deal ended. A day counts to its end, or to the row's last change on it.

    So the day's own decisions come before it: a deal cannot be won before somebody was called about it.
    """
    closed = _time(cells, layout, "closed")
    if closed is None:
        if changed is None:
            raise BadEvent(text("The row does not say when the deal was closed."))
        return changed
    moment, is_day = closed
    if not is_day:
        return moment
    return changed if changed is not None and moment <= changed < moment + DAY else moment + DAY - 1


def _time(cells: Sequence[str], layout: Layout, name: str) -> tuple[float, bool] | None:
    written = layout.cell(cells, name)
    if not written:
        return None
    moment = moment_of(written, layout.orders.get(name))
    if moment is None:
        raise BadEvent(text("{value} is not a date.", value=repr(written[:80])), text("Write it as 2025-12-31."))
    return moment
