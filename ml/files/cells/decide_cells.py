"""Decides by column how numbers and dates are written: decimal mark, order of day and month, percentages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.files.cells.dates import DMY, date_text, order_of
from ml.files.cells.decide_units import is_percent, over_one, percent_note, unit_beside
from ml.files.cells.numbers import readings
from ml.files.cells.read_cells import EITHER, CellRules, unwrapped
from ml.files.text.read_options import ReadOptions
from ml.translation import mark, text

MOST_TEXTS = 20_000  # different texts of a column that are looked at
CLEARLY = 0.9  # share of ambiguous numbers in training's range from which the range decides


# How a number that can be read in two ways was read, and why
AS_TRAINED = mark("{feature}: {value} is read as {read}, as it was in training.")
AS_OTHERS = mark("{feature}: {value} is read as {read}, as the other columns are written.")
MOSTLY_COMMAS = mark("{feature}: {value} is read as {read}, for such files mostly have decimal commas.")
MOSTLY_POINTS = mark("{feature}: {value} is read as {read}, for such files mostly have decimal points.")
MOSTLY_GROUPS = mark("{feature}: {value} is read as {read}, for a comma mostly parts thousands here.")


@dataclass
class ColumnEvidence:
    """Distinct texts of a column that may tell its decimal mark or order of dates.

    Where its header says per cent of a share (`percent` is the header), typed numbers tell whether they are.
    """

    feature: Feature
    percent: str = ""
    texts: dict[str, None] = field(default_factory=dict)
    """Without the wrapping of Excel's exports."""
    typed: dict[str, None] = field(default_factory=dict)

    def take(self, cell: Any) -> None:
        """Look at one more cell; typed numbers and dates are no evidence of how texts are written."""
        if type(cell) is str and len(self.texts) < MOST_TEXTS:
            self.texts[unwrapped(cell)] = None
        elif self.percent and type(cell) in (int, float) and len(self.typed) < MOST_TEXTS:
            self.typed[repr(cell)] = None

    @property
    def marked(self) -> list[str]:
        """Texts with a point or comma, as numbers stand there."""
        return [text for text in self.texts if "." in text or "," in text]

    def sorts(self) -> Counter[str]:
        """Counts of texts by :attr:`ml.files.cells.numbers.NumberReadings.sort`: the decimal mark that each tells."""
        found = Counter(readings(text).sort for text in self.marked)
        return Counter({sort: count for sort, count in found.items() if sort})


@dataclass(frozen=True)
class DecidedRules:
    """Rules for cells; the file's decimal mark and order of dates where it has one; doubts in words."""

    rules: CellRules
    decimal: str | None = None
    dates: str | None = None
    notes: tuple[str, ...] = ()


def column_evidence(schema: Schema, names: Sequence[str], header: Sequence[str]) -> dict[int, ColumnEvidence]:
    """Columns whose number or date format is to be decided, by position; by the model's name and the file's of each."""
    evidence = {}
    for at, (name, written) in enumerate(zip(names, header, strict=True)):
        position = schema.position.get(name)
        feature = None if position is None else schema.features[position]
        if feature is not None and (feature.is_ordered or feature.numeric_choices):
            evidence[at] = ColumnEvidence(feature, written if is_percent(feature, written) else "")
    return evidence


def undecided(evidence: Mapping[int, ColumnEvidence]) -> list[int]:
    """Columns without a text that decides their format yet."""
    return [at for at, column in evidence.items() if not _tells(column)]


def _tells(column: ColumnEvidence) -> bool:
    if column.feature.kind == "date":
        return order_of(column.texts)[1]
    if column.percent and over_one(column.texts) is None:
        return False
    sorts = column.sorts()
    return bool(sorts["."] or sorts[","])


def decide(
    schema: Schema, evidence: Mapping[int, ColumnEvidence], options: ReadOptions, separator: str | None
) -> DecidedRules:
    """Decide how cells are read.

    A column decides by numbers that can be read in one way only; else the range of its values in training decides,
    else the other columns, else the separator: with semicolons people write decimal commas.
    """
    notes: list[str] = []
    numbers = [column for column in evidence.values() if column.feature.kind != "date"]
    decimal = _decimals(numbers, options.decimal, separator, notes)
    marks = {mark for mark in decimal.values() if mark != EITHER}
    dates, serials = _dates([c for c in evidence.values() if c.feature.kind == "date"], options.dates, notes)
    hundredths, units = _sizes(numbers, notes)
    mark_given = options.decimal is not None
    shares = frozenset(feature.name for feature in schema.features if feature.share)
    rules = CellRules(decimal, shares, dates, serials, schema, mark_given, hundredths, units)
    of_file = options.decimal or (next(iter(marks)) if len(marks) == 1 else None)
    orders = set(dates.values())
    return DecidedRules(rules, of_file, next(iter(orders)) if len(orders) == 1 else None, tuple(notes))


def _sizes(columns: Sequence[ColumnEvidence], notes: list[str]) -> tuple[frozenset[str], dict[str, str]]:
    """Columns that count per cent, and the unit beside the numbers of each column that has one."""
    hundredths, units = set[str](), {}
    for column in columns:
        name = column.feature.name
        unit, said = unit_beside(column.feature, column.texts)
        if unit:
            units[name] = unit
        percent, more = (
            percent_note(column.feature, column.percent, {**column.typed, **column.texts})
            if column.percent
            else (False, "")
        )
        if percent:
            hundredths.add(name)
        notes += filter(None, (said, more))
    return frozenset(hundredths), units


def _decimals(
    columns: Sequence[ColumnEvidence], given: str | None, separator: str | None, notes: list[str]
) -> dict[str, str]:
    if given:
        return {column.feature.name: given for column in columns}
    marks: dict[str, str] = {}
    doubtful: list[ColumnEvidence] = []
    for column in columns:
        sorts = column.sorts()
        if sorts["."] and sorts[","]:
            marks[column.feature.name] = EITHER
            said = text("{feature}: decimals are written with a point and with a comma.", feature=column.feature.name)
            notes.append(said)
        elif sorts["."] or sorts[","]:
            marks[column.feature.name] = "." if sorts["."] else ","
        elif sorts["?"]:
            doubtful.append(column)
    certain = {mark for mark in marks.values() if mark != EITHER}
    of_others = next(iter(certain)) if len(certain) == 1 else None
    for column in doubtful:
        mark, why = _doubtful(column, of_others, separator)
        marks[column.feature.name] = mark
        example = next(cell for cell in column.marked if readings(cell).sort == "?")
        value = readings(example)
        read = value.comma if mark == "," else value.point
        notes.append(text(why, feature=column.feature.name, value=repr(example.strip()), read=read))
    return marks


def _doubtful(column: ColumnEvidence, of_others: str | None, separator: str | None) -> tuple[str, str]:
    """Decimal mark of a column in which every number can be read in two ways, and the sentence that says why."""
    by_range = _by_range(column)
    if by_range:
        return by_range, AS_TRAINED
    if of_others:
        return of_others, AS_OTHERS
    # Each text holds one mark only: if any holds a point, a decimal point is taken, else commas group thousands
    points = sum("." in text for text in column.marked)
    if separator == ";":
        return ",", MOSTLY_COMMAS
    return ".", MOSTLY_POINTS if points else MOSTLY_GROUPS


def _by_range(column: ColumnEvidence) -> str | None:
    feature = column.feature
    low, high = feature.seen or (feature.low, feature.high)
    if low is None or high is None:
        return None
    fitting = [readings(text) for text in column.marked]
    doubtful = [each for each in fitting if each.sort == "?"]
    inside = {
        mark: sum(low <= float(value) <= high for value in values) / len(doubtful)
        for mark, values in (
            (".", [each.point for each in doubtful if each.point]),
            (",", [each.comma for each in doubtful if each.comma]),
        )
    }
    for sign, other in ((".", ","), (",", ".")):
        if inside[sign] >= CLEARLY and inside[other] <= 1 - CLEARLY:
            return sign
    return None


def _dates(
    columns: Sequence[ColumnEvidence], given: str | None, notes: list[str]
) -> tuple[dict[str, str], frozenset[str]]:
    orders: dict[str, str] = {}
    doubtful: list[ColumnEvidence] = []
    for column in columns:
        order, certain = order_of(column.texts)
        if given or order:
            orders[column.feature.name] = given or str(order)
        elif not certain:
            doubtful.append(column)
    of_others = next(iter(set(orders.values()))) if len(set(orders.values())) == 1 else None
    for column in doubtful:
        taken = _order_by_range(column) or of_others or DMY
        orders[column.feature.name] = taken
        name = column.feature.name
        notes += [
            text("{feature}: {value} is read as {read}.", feature=name, value=repr(cell.strip()), read=read)
            for cell, read in _ordered(column, taken)[:1]
        ]
    serial = frozenset(column.feature.name for column in columns if _counts_days(column))
    return orders, serial


def _ordered(column: ColumnEvidence, order: str) -> list[tuple[str, str]]:
    """Dates that are ambiguous without an order of day and month, each with its ISO text in this order."""
    found = ((text, date_text(text, order)) for text in column.texts if date_text(text, None) is None)
    return [(text, read) for text, read in found if read]


def _order_by_range(column: ColumnEvidence) -> str | None:
    """The order that puts fewer dates outside training's range; None where both put as many."""
    seen = column.feature.seen
    if seen is None:
        return None
    low, high = (str(bound)[:10] for bound in seen)
    outside = {}
    for order in (DMY, "mdy"):
        outside[order] = sum(not low <= read[:10] <= high for _, read in _ordered(column, order))
    if outside[DMY] == outside["mdy"]:
        return None
    return min(outside, key=lambda order: outside[order])


def _counts_days(column: ColumnEvidence) -> bool:
    texts = [text.strip() for text in column.texts if text.strip()[:1].isdecimal()]
    return bool(texts) and all(date_text(text, None, serials=True) for text in texts)
