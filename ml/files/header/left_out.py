"""Filter of lines that are no records: empty ones, rules, units and totals are left out, and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import OtherTable
from ml.files.cells.numbers import is_amount, readings
from ml.files.cells.read_cells import CellRules
from ml.files.header.other_header import are_names, are_years
from ml.files.header.units import is_unit
from ml.files.text.separators import SEPARATORS
from ml.translation import plural, text

MOST_NAMED = 5  # lines that are named by their number
TOTALS = re.compile(
    r"(grand |sub-? ?|gesamt|zwischen)?(total|totals|totale|totaal|totalt|summe|sum|somme|suma|soma|ergebnis|gesamt"
    r"|average|mean|median|mittelwert|durchschnitt|moyenne|promedio|media|gemiddelde|średnia|razem"
    r"|count|anzahl|minimum|maximum)"
    r"( ?(général|general|generale|geral|:))?:?",
    re.IGNORECASE,
)
# Totals of a group, as spreadsheets insert them: "Linz Total", "Linz Ergebnis"
_OF_GROUP = re.compile(
    r"\S.{0,60}\s(total|ergebnis|summe|gesamt|average|mittelwert|count|anzahl)"
    r"|(sub-?total|total|zwischensumme|summe)\s.{0,60}\S",
    re.IGNORECASE,
)
# Rules between header and rows, and counts of rows below them: psql, MySQL, Oracle and SQL Server print them
_RULES = re.compile(r"[-+=|:\s]*(--|==)[-+=|:\s]*")
_COUNTS = re.compile(
    r"\(?\d[\d., ]*\s(rows?|records?|zeilen?|datens.tze?|lignes?|enregistrements?|filas?|registros?|righe|riga|rijen)"
    r"(\s[^()]*(\(.*\))?)?\)?[.;]?",
    re.IGNORECASE,
)
_LONGEST_UNIT = 15
FEWEST_COLUMNS = 3  # of a table in which a line of one text is a remark


@dataclass
class LeftOut:
    """Lines that were left out while the table was read."""

    at: int = 0
    """The line of the file that was read last, from 1; 0 asks `where`."""
    where: Callable[[], int] = int
    """Gives that line."""
    begun: bool = False
    """True once a record with a number or a choice of the model was read."""
    gap: bool = False
    """Whether the line before was empty."""
    empty: list[int] = field(default_factory=list)
    """Lines in which no feature has a value, the first of them; blank lines are not among them."""
    totals: list[int] = field(default_factory=list)
    """Lines of totals, the first of them."""
    counts: list[int] = field(default_factory=lambda: [0, 0])
    """Numbers of empty lines and of lines of totals. Length 2."""
    total_text: str = ""
    """The word that marks the first line of totals."""

    @property
    def line(self) -> int:
        """The line of the file that was read last, from 1."""
        return self.at or self.where()

    def note(self, total: str | None) -> None:
        """Count the last line as left out: of totals, with its first word, or of nothing."""
        self.counts[total is not None] += 1
        self.total_text = self.total_text or total or ""
        named = self.empty if total is None else self.totals
        if len(named) < MOST_NAMED:
            named.append(self.line)

    @property
    def notes(self) -> list[str]:
        """Sentences about the lines that were left out."""
        empty, totals = self.counts
        said = []
        if empty:
            said.append(
                plural(
                    "{n} line holds nothing for the model and is left out: line {lines}.",
                    "{n} lines hold nothing for the model and are left out: lines {lines}.",
                    empty,
                    n=f"{empty:,}",
                    lines=_named(self.empty, empty),
                )
            )
        if totals:
            said.append(
                plural(
                    "The line of totals “{total}” is left out: line {lines}.",
                    "{n} lines of totals such as “{total}” are left out: lines {lines}.",
                    totals,
                    n=f"{totals:,}",
                    total=self.total_text,
                    lines=_named(self.totals, totals),
                )
            )
        return said

    def to_json(self) -> dict[str, Any]:
        """Counts of empty lines and totals, and the numbers of the first of each."""
        empty, totals = self.counts
        return {"empty": empty, "totals": totals, "empty_lines": self.empty, "total_lines": self.totals}


def _named(lines: Sequence[int], count: int) -> str:
    more = " …" if count > len(lines) else ""
    return f"{', '.join(map(str, lines))}{more}"


@dataclass(frozen=True)
class RecordFilter:
    """Decides which lines are records."""

    key: int
    """The column that is looked at first."""
    surely: Callable[[str], bool]
    """Whether a cell of that column has a value for sure: then the line is a record."""
    features: Mapping[int, Callable[[str], bool]]
    """Columns of all features, and whether a cell says nothing."""
    numbers: Mapping[int, tuple[float, float] | None]
    """Features that are numbers, with the range of their values in training."""
    words: Sequence[tuple[int, Collection[str]]] = ()
    """Columns of choices that are no numbers, and their texts: with one of them a line is a record."""
    header: Sequence[str] = ()
    """Names of the columns as the file has them; the pages of a report repeat them."""
    blanks: bool = False
    """Whether a line without a value of any feature is a record, if it holds something else."""
    plain: Collection[int] = ()
    """Columns of numbers, dates and truth values, in which no text stands."""

    @property
    def only_numbers(self) -> bool:
        """True when only numeric features have columns: then values alone do not tell a record from a total."""
        return len(self.numbers) == len(self.features)

    def keeps(self, cells: Sequence[str], left: LeftOut) -> bool:
        """True when a line is a record; else it is counted as left out."""
        if any(at < len(cells) and cells[at] in texts for at, texts in self.words):
            left.begun = True
            return True
        known = [at for at, blank in self.features.items() if at < len(cells) and not blank(cells[at])]
        if known and (self._is_printed(cells) or self._is_remark(cells)):
            known = []
        total = self._total(cells, known) if known else None
        again = len(known) > 1 and all(cells[at].strip() == self.header[at] for at in known)
        if known and left.begun and not again and self._is_other_header(cells, known, left.gap):
            raise OtherTable(
                text("Line {n} begins another table, with columns of its own.", n=f"{left.line:,}"),
                text("Send each table as a file of its own, or say which row names the columns."),
            )
        if total is None and not again and (known or (self.blanks and any(map(str.strip, cells)))):
            left.begun = left.begun or any(is_amount(cells[at]) for at in known if at in self.numbers)
            return True
        left.note(total)
        return False

    def are_units(self, cells: Sequence[str]) -> bool:
        """True for a line of units, as it may stand below the header: (years, EUR, %), and nothing else."""
        if any(at < len(cells) and cells[at] in texts for at, texts in self.words):
            return False
        told = [cell.strip().strip("()[]").strip() for cell in cells if cell.strip()]
        numbers = any(at < len(cells) and cells[at].strip() for at in self.numbers)
        short = all(len(cell) <= _LONGEST_UNIT and not any(map(str.isdigit, cell)) for cell in told)
        return numbers and short and any(map(is_unit, told))

    def _is_other_header(self, cells: Sequence[str], known: Sequence[int], gap: bool) -> bool:
        """True for names of columns in a line: of this file, in place of numbers; others for all numbers; or years."""
        if self._names_of_this(cells):
            return True
        numbers = [at for at in known if at in self.numbers]
        if len(numbers) < 2:
            return False
        if gap and are_years(cells) and any(self.beyond(at, cells[at]) for at in numbers if is_amount(cells[at])):
            return True
        return are_names(cells, [cells[at].strip() for at in numbers])

    def _names_of_this(self, cells: Sequence[str]) -> bool:
        told, names = [cell.strip() for cell in cells if cell.strip()], set(self.header)
        instead = (cells[at].strip() for at in self.plain if at < len(cells) and not is_amount(cells[at]))
        return len(told) > 1 and names.issuperset(told) and any(cell in names for cell in instead)

    def _is_printed(self, cells: Sequence[str]) -> bool:
        """True for a line that a database's program prints around its rows: a rule, or how many rows they are."""
        told = [cell for cell in cells if cell.strip()]
        return all(map(_RULES.fullmatch, told)) or (
            len(told) == 1 and len(self.header) > 1 and _COUNTS.fullmatch(told[0].strip()) is not None
        )

    def _is_remark(self, cells: Sequence[str]) -> bool:
        """True for a remark: a line with one text, such as a source below the table, in a column of other values."""
        filled = [at for at, cell in enumerate(cells) if cell.strip()]
        if len(filled) != 1 or len(self.header) < FEWEST_COLUMNS or filled[0] not in self.plain:
            return False
        said = cells[filled[0]]
        return len(re.findall(r"[^\W\d_]{2,}", said)) > 1 and not any(
            self._parts_a_record(said, separator) for separator in SEPARATORS[:-1]
        )

    def _parts_a_record(self, said: str, separator: str) -> bool:
        """True when another separator than that of the file makes a record of a text: it is refused, and not cut."""
        parts = said.split(separator)
        return len(parts) == len(self.header) and any(is_amount(parts[at]) for at in self.numbers)

    def _total(self, cells: Sequence[str], known: Sequence[int]) -> str | None:
        """The first cell of a line of totals, such as "Total" with only numbers beside it; None for other lines.

        A customer may be called so, too. Where a choice is missing beside, or the word stands in the place of a
        value, it is none; else a number has to be larger than any of training.
        """
        filled = [*known, *(at for at, cell in enumerate(cells) if at not in self.features and cell.strip())]
        words = [at for at in filled if not is_amount(cells[at])]
        if len(words) != 1:
            return None
        word = cells[words[0]].strip()
        of_group = _OF_GROUP.fullmatch(word) is not None
        if not (of_group or TOTALS.fullmatch(word)):
            return None
        amounts = [at for at in filled if at != words[0]]
        in_features = [at for at in amounts if at in self.numbers]
        sure = words[0] in self.features or (len(in_features) == len(amounts) and not self.only_numbers)
        if of_group:  # a company may be called so, and a text may end so
            sure = words[0] in self.plain or words[0] in dict(self.words)
        total = bool(in_features) and (sure or any(self.beyond(at, cells[at]) for at in in_features))
        return word if total and (sure or not (of_group and self.only_numbers)) else None

    def beyond(self, at: int, cell: str) -> bool:
        """True when a number exceeds training's maximum by each of its readings."""
        seen = self.numbers[at]
        values = [float(value) for value in readings(cell)[:2] if value is not None]
        return seen is not None and min(values) > seen[1]


def begins_as_total(cells: Sequence[str]) -> bool:
    """True when the first cell that is not blank is a word such as "Total" or "Mean"."""
    return TOTALS.fullmatch(next(filter(None, cells), "").strip()) is not None


def record_filter(
    schema: Schema, header: Sequence[str], names: Sequence[str], rules: CellRules, blanks: bool
) -> RecordFilter | None:
    """The filter for a file, by the model's names of its columns; None where no column gives a feature."""
    given = [(at, schema.features[schema.position[name]]) for at, name in enumerate(names) if name in schema.position]
    asked = [(at, feature) for at, feature in given if not feature.hidden]
    choices = {one.name for one in schema.one_hot}
    if not asked or choices & set(names):  # a choice in place of columns is looked at when it is read
        return None
    key, feature = min(asked, key=lambda each: _ORDER.get(each[1].kind, len(_ORDER)) + _is_number(each[1]))
    surely = feature.by_text.__contains__ if feature.kind == "category" else _begins_with_a_digit
    words = [(at, each.by_text) for at, each in asked if each.kind == "category" and not _is_number(each)]
    empty = {at: partial(rules.is_blank, each) for at, each in asked}
    numbers = {at: each.seen for at, each in asked if _is_number(each)}
    plain = {at for at, each in asked if each.is_ordered or each.kind == "boolean"}
    return RecordFilter(key, surely, empty, numbers, words, header, blanks, plain)


def _is_number(feature: Feature) -> bool:
    return feature.is_number or feature.numeric_choices


_ORDER = {kind: at for at, kind in enumerate(("category", "boolean", "date", "number", "integer", "text"))}


def _begins_with_a_digit(cell: str) -> bool:
    return cell[:1].isdecimal()
