"""Layout of a table of outcomes: the fields of an outcome, or the columns of a CRM, found by its header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from feedback.outcome_import.fields import OutcomeReport
from feedback.outcome_import.moments import order_in
from ml.decision.crm_columns import PLAIN, CrmColumns
from ml.errors import Unreadable
from ml.files.cells.safe_cells import plain_cells
from ml.files.open_table import open_table
from ml.files.table import Table
from ml.files.text.read_options import ReadOptions
from ml.translation import in_row, text

EVENT = "event"  # column of an export: id of the event that tells the outcome
# Columns of an export that say something of the decision, and are not told again
BESIDE = ("version", "made", "door", "group", "probability", "cut_off", "worth", "known")
TIMES = ("closed", "changed")
OF_CRM = ("id", "record", "stage", "is_closed", "is_won", *TIMES)
ABOUT = ("decision", "record", EVENT, "refers")  # one of them is needed


@dataclass(frozen=True)
class Layout:
    """Layout of a table: the system that wrote it, and the meaning of its columns."""

    system: str
    """"plain" for the fields of :class:`feedback.outcome_import.fields.OutcomeReport`, else the name of a CRM."""
    header: tuple[str, ...]
    places: Mapping[str, int]
    """Field to column."""
    orders: Mapping[str, str | None] = field(default_factory=dict)
    """Order of day and month, by column of times."""

    def to_json(self) -> dict[str, Any]:
        """Convert it to plain JSON."""
        return {**vars(self), "header": list(self.header), "places": dict(self.places), "orders": dict(self.orders)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Layout:
        """The layout of :meth:`to_json`."""
        return cls(given["system"], tuple(given["header"]), given["places"], given["orders"])

    def cell(self, cells: Sequence[str], name: str) -> str:
        """The cell of a field; empty where no column gives it."""
        at = self.places.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""


def open_outcomes(
    file: IO[bytes], options: ReadOptions, systems: Mapping[str, CrmColumns], bounded: bool = False
) -> Table:
    """Open a table of outcomes in any dialect; errors as of :func:`ml.files.open_table.open_table`."""
    known = {*OutcomeReport.model_fields, EVENT, *BESIDE}
    known |= {name for columns in systems.values() for each in OF_CRM for name in getattr(columns, each)}
    return open_table(file, options, known=known, bounded=bounded)


def layout_in(
    file: IO[bytes], options: ReadOptions, systems: Mapping[str, CrmColumns], wanted: str = "", bounded: bool = False
) -> Layout:
    """The layout of a table, of which all lines are looked at for the order of day and month.

    Parameters
    ----------
    file : seekable binary file
    systems : mapping of str to CrmColumns
        Systems of the model's card.
    wanted : str
        Name of the system that wrote it; found by the header where it is empty.
    bounded : bool
        As of a request, see :func:`ml.files.open_table.open_table`.

    Raises
    ------
    Unreadable
        The header is that of none of them, or the order of day and month cannot be told.
    LikelyError
        The file cannot be read.
    """
    table = open_outcomes(file, options, systems, bounded)
    system, places = _system_of(table.header, systems, wanted)
    if system == PLAIN:
        return Layout(system, table.header, places)
    if options.dates:
        return Layout(system, table.header, places, dict.fromkeys(TIMES, options.dates))
    seen: dict[str, dict[str, None]] = {name: {} for name in TIMES if name in places}
    for cells in table.lines:
        for name, days in seen.items():
            written = cells[places[name]].split() if places[name] < len(cells) else []
            if written:
                days[written[0]] = None
    return Layout(system, table.header, places, {name: _order(name, days) for name, days in seen.items()})


def checked_cells(cells: Sequence[str], header: Sequence[str]) -> Sequence[str]:
    """Cells of a line without the apostrophes of exports; Unreadable where there are more or less than columns."""
    if len(cells) != len(header):
        message = text("Cells in this line: {n}; in the header: {header}.", n=len(cells), header=len(header))
        raise Unreadable(message, text("Give each column a cell; leave it empty where the value is not known."))
    return plain_cells(cells)


def _order(name: str, days: Mapping[str, None]) -> str | None:
    order, told = order_in(days)
    if not told:
        message = text("Days and months cannot be told apart in the column of {name}.", name=name)
        raise Unreadable(message, text("Say dates=dmy (31.12.2025) or dates=mdy (12/31/2025)."))
    return order


def _system_of(
    header: Sequence[str], systems: Mapping[str, CrmColumns], wanted: str
) -> tuple[str, dict[str, int]]:  # fmt: skip
    """The system whose columns these are, with the place of each."""
    if wanted not in ("", PLAIN, *systems):
        known = in_row([PLAIN, *systems])
        raise Unreadable(text("as is {name}.", name=repr(wanted[:80])), text("Accepted: {known}.", known=known))
    at = {name.strip().casefold(): place for place, name in reversed(list(enumerate(header)))}
    plain = {name: at[name] for name in (*OutcomeReport.model_fields, EVENT, *BESIDE) if name in at}
    if wanted in ("", PLAIN) and any(name in plain for name in ABOUT) and ("value" in plain or "kind" in plain):
        return PLAIN, plain
    lacks: dict[str, list[str]] = {}
    for system, columns in systems.items():
        if wanted in ("", system):
            places = _places(at, columns)
            lacks[system] = _lacks(places, columns)
            if not lacks[system]:
                return system, places
    raise _no_layout(lacks)


def _places(at: Mapping[str, int], columns: CrmColumns) -> dict[str, int]:
    places: dict[str, int] = {}
    for each in OF_CRM:
        there = [at[name.casefold()] for name in getattr(columns, each) if name.casefold() in at]
        if there:
            places[each] = there[0]
    return places


def _lacks(places: Mapping[str, int], columns: CrmColumns) -> list[str]:
    """First names of the columns that are missing."""
    lacks = [getattr(columns, name)[0] for name in ("id", "record") if name not in places]
    if "stage" not in places and not {"is_closed", "is_won"} <= set(places):
        lacks.append((columns.stage or columns.is_closed)[0])
    if not set(TIMES) & set(places):
        lacks.append((columns.closed or columns.changed)[0])
    return lacks


def _no_layout(lacks: Mapping[str, Sequence[str]]) -> Unreadable:
    """The error for a header that is nobody's, with what is missing of the nearest system."""
    hint = text("Name decision or record, and value; docs/API.md has the columns.")
    if not lacks:
        return Unreadable(text("The columns are not those of an outcome."), hint)
    nearest = min(lacks, key=lambda system: len(lacks[system]))
    message = text(
        "The columns are not those of an outcome; of {system}, {names} are missing.",
        system=nearest,
        names=in_row(lacks[nearest]),
    )
    return Unreadable(message, hint)
