"""Rules for reading the cells of a file: numbers, dates, missing markers, and Excel's wrapping of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from ml.data.feature import Feature, composed, text_of
from ml.data.parsing import is_blank
from ml.data.schema import Schema
from ml.data.yes_no import PAIRS
from ml.errors import Problem
from ml.files.cells.dates import date_text
from ml.files.cells.numbers import PLAIN, SPACES, NumberReadings, readings
from ml.files.cells.safe_cells import plain_cell

# What spreadsheets, R, SQL and statistics packages write for "not known", in small letters. An error is none: #REF!
MISSING = frozenset(
    """
    na n/a n.a. n.a #n/a #nv #na <na> #n/a! #null null nan -nan none nil \\n - -- – — . ? k.a. k.\u00a0a. (null) (blank)
    (leer) (vide)
    """.split(" ")  # noqa: SIM905 - the list is read by people
)
RULE = "-–—=_"  # a cell of nothing else is a part of the rule that SQL shells draw below the header
MARKERS = frozenset(marker.strip() for marker in MISSING if marker.strip())
_WORDS = (
    ("falsch", "wahr"),
    ("faux", "vrai"),
    ("falso", "verdadero"),
    ("falso", "vero"),
    ("onwaar", "waar"),
    ("falso", "verdadeiro"),
    ("fałsz", "prawda"),
    ("falskt", "sant"),
    ("falsk", "sand"),
    ("ложь", "истина"),
    ("✗", "✓"),
    ("✘", "✔"),
    ("☐", "☑"),
)  # fmt: skip - what spreadsheets write for FALSE and TRUE
NO, YES = (frozenset(words) for words in zip(*PAIRS, *_WORDS, strict=True))
EITHER = "?"  # a column with both marks: numbers that can be read in two ways are refused


@dataclass(frozen=True)
class CellRules:
    """Rules for the cells of one file, by feature; JSON through :meth:`to_json`."""

    decimal: Mapping[str, str] = field(default_factory=dict)
    """"." or "," where the file tells the mark of decimals, "?" where it tells both."""
    shares: frozenset[str] = frozenset()
    """Features of which "12 %" is 0.12; of the others it is 12."""
    dates: Mapping[str, str] = field(default_factory=dict)
    """Order of day and month."""
    serials: frozenset[str] = frozenset()
    """Dates that are written as Excel counts days."""
    schema: Schema | None = None
    """None reads cells as they are."""
    told: bool = False
    """Whether somebody said the mark of decimals: then numbers mean what they say, wherever training's lay."""
    hundredths: frozenset[str] = frozenset()
    """Shares whose column says per cent in its header: 12 is 0.12 there, too."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit beside the numbers of a column, "?" where there are several: a number with another one is refused."""
    _spelled: dict[str, Mapping[str, str]] = field(default_factory=dict, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The rules without the schema."""
        return {
            "decimal": dict(self.decimal),
            "shares": sorted(self.shares),
            "hundredths": sorted(self.hundredths),
            "units": dict(self.units),
            "dates": dict(self.dates),
            "serials": sorted(self.serials),
            "told": self.told,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any], schema: Schema) -> CellRules:
        """The rules that :meth:`to_json` gave, for the schema of the model."""
        return cls(
            given.get("decimal", {}), frozenset(given.get("shares", ())), given.get("dates", {}),
            frozenset(given.get("serials", ())), schema, given.get("told", False),
            frozenset(given.get("hundredths", ())), given.get("units", {}),
        )  # fmt: skip

    def direct(self, feature: Feature) -> bool:
        """True when plain numbers need no conversion: no point separates thousands in this column, none is per cent."""
        return self.decimal.get(feature.name, ".") == "." and feature.name not in self.hundredths

    def plain(self, feature: Feature, cell: str) -> str:
        """A cell as :func:`ml.data.parsing.read_value` reads it; one that nobody can read stays as it is."""
        if feature.kind == "text":
            return plain_cell(unwrapped(cell) if cell[:1] == "=" else cell)
        text = unwrapped(cell).strip(SPACES)
        if not text and feature.spaces:  # a cell of nothing but spaces is a value there
            return cell
        if text in feature.by_text or text.casefold() in feature.coded:
            return text
        if feature.kind == "category" and (folded := _folded(text)) in self._spellings(feature):
            return self._spellings(feature)[folded]
        if text.casefold() in MARKERS or not text.strip(RULE):
            return ""
        read = _READERS.get("number" if feature.numeric_choices else feature.kind)
        return text if read is None else read(self, feature, text)

    def is_blank(self, feature: Feature, cell: str) -> bool:
        """True when a cell is blank or a missing marker."""
        return is_blank(feature, self.plain(feature, cell))

    def row(self, row: dict[str, str] | Problem) -> dict[str, str] | Problem:
        """Cells by name, as the schema reads them."""
        if self.schema is None or isinstance(row, Problem):
            return row
        known = self.schema.position
        read = {
            name: self.plain(self.schema.features[known[name]], cell)
            for name, cell in row.items()
            if name in known and isinstance(cell, str)
        }
        return {**row, **read}

    def reader(self, name: str) -> Callable[[str], str]:
        """Reads the cells of one column as :meth:`row` does, each spelling once: for the cells of one chunk."""
        if self.schema is None or name not in self.schema.position:
            return str
        return cache(partial(self.plain, self.schema.features[self.schema.position[name]]))

    def _spellings(self, feature: Feature) -> Mapping[str, str]:
        return self._spelled.get(feature.name) or self._spelled.setdefault(feature.name, spellings(feature))

    def number(self, feature: Feature, text: str) -> str:
        """A number with a decimal point."""
        mark = self.decimal.get(feature.name, ".")
        if self.direct(feature) and PLAIN.fullmatch(text):
            return text
        reading = readings(text.removesuffix(feature.unit) if feature.unit else text)
        if reading.unit and reading.unit != self.units.get(feature.name, reading.unit):
            return text
        if reading.sort == "?" and (mark == EITHER or (not self.told and _contradicts(feature, reading, mark))):
            return f"{text} ({reading.point} or {reading.comma}?)"
        value = reading.point if mark == "." else reading.comma
        if value is None and mark != ".":  # a point that can only be the decimal mark is accepted
            value = reading.point
        if value is None:
            return text
        part = feature.name in (self.shares if reading.percent else self.hundredths)
        return repr(round(float(value) / 100, 15)) if part else value

    def date(self, feature: Feature, text: str) -> str:
        """A date as ISO text."""
        found = date_text(text, self.dates.get(feature.name), feature.name in self.serials)
        return text if found is None else found

    def boolean(self, _: Feature, text: str) -> str:
        """Parse a boolean, also as spreadsheets in other languages write it."""
        folded = text.casefold()
        return "true" if folded in YES else "false" if folded in NO else text


def spellings(feature: Feature) -> dict[str, str]:
    """Alternative spellings of choices and words for yes and no, in small letters, to the choice."""
    by_feature: dict[str, set[str]] = {}
    for text in feature.by_text:
        for form in (_folded(text), *_without_zeros(text)):
            by_feature.setdefault(form, set()).add(text_of(feature.by_text[text]))
    made = {folded: next(iter(texts)) for folded, texts in by_feature.items() if len(texts) == 1}
    if feature.yes_no:
        no, yes = map(text_of, feature.yes_no)
        made = {**dict.fromkeys(NO, no), **dict.fromkeys(YES, yes), **made}
    return made


def _folded(text: str) -> str:
    """A text in small letters, with one space in place of any spaces between words: web pages and Word write others."""
    return " ".join(composed(text).casefold().split())


def _without_zeros(text: str) -> tuple[str, ...]:
    """A code with leading zeros as spreadsheets and pandas write it: 2134 and 2134.0 of 02134."""
    coded = text[:1] == "0" and len(text) > 1 and text.isascii() and text.isdecimal()
    return (str(int(text)), f"{int(text)}.0") if coded else ()


def unwrapped(cell: str) -> str:
    """A text without the wrapping by which Excel's exports keep it a text: ="00123", '00123."""
    if cell[:2] == '="' and cell[-1:] == '"' and len(cell) > 2:
        return cell[2:-1].replace('""', '"')
    return cell[1:] if cell[:1] == "'" else cell


def _contradicts(feature: Feature, readings: NumberReadings, mark: str) -> bool:
    """True when an ambiguous number lies in training's range only by the other reading."""
    taken, other = (readings.point, readings.comma) if mark == "." else (readings.comma, readings.point)
    if feature.seen is None or taken is None or other is None:
        return False
    low, high = feature.seen
    return not low <= float(taken) <= high and low <= float(other) <= high


_READERS = {
    "number": CellRules.number,
    "integer": CellRules.number,
    "date": CellRules.date,
    "boolean": CellRules.boolean,
}
