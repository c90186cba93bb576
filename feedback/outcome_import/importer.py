"""Reads lines of a table of outcomes, and says of each what is to be stored, or why nothing is."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from feedback.errors import BadEvent
from feedback.outcome_import.crm_row import crm_row
from feedback.outcome_import.fields import OutcomeReport
from feedback.outcome_import.layout import BESIDE, EVENT, Layout, checked_cells
from feedback.outcome_import.outcome_event import event_of, problem_of, read_outcome
from feedback.outcome_import.source_row import SourceRow, due, root_of
from feedback.sealing import new_key
from feedback.service import Feedback
from ml.decision.crm_columns import PLAIN, CrmColumns
from ml.errors import LikelyError, Problem
from ml.translation import text
from store.outcome_records import OUTCOME, Event

SECRET = "key of rows of other systems"  # noqa: S105 - its name among the secrets that all instances share
EVENT_ID = re.compile(r"[0-9a-zA-Z-]{1,40}")
STORED, KNOWN, OPEN, REFUSED = "stored", "known", "open", "refused"


@dataclass
class LineReading:
    """Result of reading one line."""

    state: str
    """To be stored; known as it is told, or better; about a deal that is open; or wrong. One of "stored", "known",
    "open" and "refused"."""
    event: Event | None = None
    """To be stored."""
    problem: Problem | None = None
    is_keyed: bool = False
    """Whether its idempotency key is one of the table's own, so that what came under it before came from this table."""


@dataclass(frozen=True)
class OutcomeImporter:
    """Reads lines of one table."""

    feedback: Feedback
    layout: Layout
    columns: Mapping[str, CrmColumns]
    """By system, from the card of the model."""
    model: str
    """Name of the model, for lines that name none; may be empty where the columns are no CRM's."""
    door: str
    key: Callable[[int], str | None] = field(default=lambda _: None)
    """Idempotency key of a line that has none, by its number; None for no key."""

    def read(self, lines: Sequence[tuple[int, Sequence[str]]]) -> list[LineReading]:
        """Read lines (their numbers and cells) and their problems; nothing is stored."""
        named = [{self.layout.cell(cells, name) for _, cells in lines} for name in ("decision", "refers")]
        with self.feedback.look_up.fetched(*named):
            read = [self._parsed(at, number, cells) for at, (number, cells) in enumerate(lines)]
            return self._joined(read)

    def _joined(self, read: Sequence[SourceRow | LineReading]) -> list[LineReading]:
        """Rows of a source joined with what is stored about them."""
        roots = {each.root for each in read if isinstance(each, SourceRow)}
        chains = self.feedback.store.outcomes.events.chains(roots)
        return [
            each if isinstance(each, LineReading) else self._followed(at, each, chains) for at, each in enumerate(read)
        ]

    def store(self, read: Sequence[LineReading]) -> list[Event]:
        """Store what is to be stored, all or none, and mark what had come before; the events as they are stored."""
        new = [each for each in read if each.event is not None]
        stored = self.feedback.note_all([each.event for each in new if each.event is not None]) if new else []
        for line, event in zip(new, stored, strict=True):
            is_new = line.event is not None and event.id == line.event.id
            line.state, line.event = (STORED if is_new or line.is_keyed else KNOWN), event
        return stored

    # ---- lines -------------------------------------------------------------------------------------
    def _parsed(self, at: int, number: int, cells: Sequence[str]) -> SourceRow | LineReading:
        try:
            cells = checked_cells(cells, self.layout.header)
            if self.layout.system == PLAIN:
                return self._plain(number, cells)
            return self._of_crm(cells)
        except LikelyError as error:
            return LineReading(REFUSED, problem=problem_of(at, error))

    def _plain(self, number: int, cells: Sequence[str]) -> SourceRow | LineReading:
        raw = dict(zip(self.layout.header, cells, strict=True))
        raw = {_field(name): cell for name, cell in raw.items()}
        beside = {name: raw.pop(name, "").strip() for name in (EVENT, *BESIDE)}
        report = read_outcome(raw)
        report = report if report.model else report.model_copy(update={"model": self.model})
        if report.kind == OUTCOME and report.value is None:
            return LineReading(OPEN)
        event = event_of(self.feedback, report, self.door)
        if beside[EVENT] and report.kind == OUTCOME:
            if not EVENT_ID.fullmatch(beside[EVENT]):
                raise BadEvent(text("The event {event} cannot be one.", event=repr(beside[EVENT][:80])))
            mark = f"{EVENT} {beside[EVENT]}"
            known = read_outcome({"decision": "x", "happened": beside["known"]}).happened
            return SourceRow(beside[EVENT], mark, event, known, is_export=True)
        if event.key:
            return LineReading(STORED, event)
        return LineReading(STORED, replace(event, key=self.key(number)), is_keyed=True)

    def _of_crm(self, cells: Sequence[str]) -> SourceRow:
        system, model = self.layout.system, self.model
        if not model:
            raise BadEvent(text("The model is not named."), text("Name it in the address: ?model=loan"))
        columns = self.columns[system]
        outcome = columns.outcome or self.feedback.positive("", model)
        secret = self.feedback.store.secrets.get(SECRET, new_key)
        return crm_row(
            cells, self.layout, columns, model, outcome, lambda row: root_of(secret, system, model, row), self.door
        )

    def _followed(self, at: int, row: SourceRow, chains: dict[str, list[Event]]) -> LineReading:
        chain = chains.setdefault(row.root, [])
        try:
            if any(each.model != row.event.model for each in chain):
                raise BadEvent(text("The event {event} is one of another model.", event=repr(row.root)))
            event = row.event if row.event.value is None or row.is_export else self.feedback.checked(row.event)
            new = due(replace(row, event=event), chain)
            new = self.feedback.checked(new) if new is not None and new.kind != OUTCOME else new
        except LikelyError as error:
            return LineReading(REFUSED, problem=problem_of(at, error))
        if new is not None:
            chain.append(replace(new, known=time.time()))
            return LineReading(STORED, new)
        return LineReading(OPEN if row.event.value is None else KNOWN)


def _field(name: str) -> str:
    plain = name.strip().casefold()
    return plain if plain in OutcomeReport.model_fields or plain in (EVENT, *BESIDE) else name


def open_words(layout: Layout, lines: Sequence[tuple[int, Sequence[str]]], read: Sequence[LineReading]) -> Counter[str]:
    """Stages of the deals that were taken for open, and how many had each: a word that is missing shows here."""
    open_ones = (cells for (_, cells), line in zip(lines, read, strict=True) if line.state == OPEN)
    return Counter(word for cells in open_ones if (word := layout.cell(cells, "stage")))
