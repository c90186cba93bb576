"""Columns of the table of a campaign or a list: who somebody is, the answer, and then the rest of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layouts.campaign.choices import is_single
from layouts.campaign.words import money, whole
from layouts.shared.percent import percents
from ml.bundle.bundle import Bundle
from ml.decision.bands import DEFAULT, bands
from ml.decision.decide import actions, decide
from ml.decision.payoff import currency_of
from ml.translation import text

RECORD = -1  # no column of the result: the record's number
REASONS = ("reason_1", "reason_2", "reason_3")
NUMBERS = ("integer", "number", "percent", "money")
WIDTHS = {"rank": 90, "place": 90, "row": 110, "band": 130, "action": 240, "why": 420, "problems": 420}
MOST_CONTACT = 180  # pixels: beside a name a telephone number has room on a phone
_ONE = {"maxNumConditions": 1, "debounceMs": 400}
TEXT_TESTS = {"filterOptions": ["contains", "notContains", "equals", "startsWith", "blank", "notBlank"], **_ONE}
NUMBER_TESTS = {
    "filterOptions": ["greaterThanOrEqual", "lessThanOrEqual", "inRange", "equals", "blank", "notBlank"],
    "inRangeInclusive": True,
    **_ONE,
}


@dataclass(frozen=True)
class TableColumn:
    """A column of the table."""

    field: str
    """Name of the column in the table."""
    title: str
    at: tuple[int, ...] = ()
    """Columns of the result that it shows; RECORD for the record's number, none where it is made for the screen."""
    kind: str = "text"
    """Kind of the result's column; "text" where it shows several."""
    words: tuple[tuple[str, str], ...] = ()
    """Cells that are shown as other words."""

    @property
    def numeric(self) -> bool:
        """True when the cells are numbers, which are aligned and filtered as such."""
        return self.kind in NUMBERS


class ResultTable:
    """The table of one result.

    Parameters
    ----------
    bundle : Bundle
        The version that scored.
    result : mapping
        As :func:`jobs.result_rows.columns_json` gives it.

    Attributes
    ----------
    columns : list of TableColumn
        In their order on the screen.
    """

    def __init__(self, bundle: Bundle, result: Mapping[str, Any]) -> None:
        self._bundle, self._result, self._own = bundle, result, result["own"]
        self._labels = tuple((each.name, each.label) for each in bundle.outcomes.items)
        # The result has those of the program in English
        self._bands = tuple((kept.label, read.label) for kept, read in zip(DEFAULT, bands({}), strict=True))
        self._single = is_single({"exclusive": bundle.outcomes.exclusive, "outcomes": self._labels})
        people = list(result["people"])
        rest = [at for at in range(len(result["names"])) if at not in self._own.values() and at not in people]
        first, *ours = self._of_list() if "place" in self._own else self._of_campaign()
        self.columns = [first, *map(self._of_file, people), *ours, *map(self._of_file, rest)]
        if result["refused"]:
            self.columns.append(TableColumn("problems", text("Problem"), (self._own["problems"],)))

    def _of_campaign(self) -> list[TableColumn]:
        own = self._own
        does = any(actions(self._bundle.card, name) is not None for name, _ in self._labels)
        outcomes = self._bundle.outcomes
        chances = [
            TableColumn(f"p{at}", label, (own[f"probability_{name}"],), "percent")
            for at, (name, label) in enumerate(self._labels)
            if name == outcomes.positive or not self._single  # of a question nobody reads both answers
        ]
        return [
            TableColumn("rank", text("Rank"), (own["rank"],), "integer"),
            *chances,
            TableColumn("band", text("Band"), (own["band"],), words=self._bands),
            *([TableColumn("action", text("What to do"))] if does else []),
            TableColumn("label", text("Model says"), (own["label"],), words=self._labels),
            *self._why(),
            TableColumn("row", text("Record"), (RECORD,), "integer"),
        ]

    def _of_list(self) -> list[TableColumn]:
        own = self._own
        return [
            TableColumn("place", text("Place"), (own["place"],), "integer"),
            *([] if self._single else [TableColumn("outcome", text("Offer"), (own["outcome"],), words=self._labels)]),
            TableColumn("probability", text("Probability"), (own["probability"],), "percent"),
            TableColumn("band", text("Band"), (own["band"],), words=self._bands),
            TableColumn("worth", text("Worth of acting"), (own["expected_value"],), "money"),
            *self._why(),
            TableColumn("decision", text("Decision"), (own["decision"],)),
            TableColumn("group", text("Group"), (own["group"],)),
        ]

    def _why(self) -> list[TableColumn]:
        at = tuple(self._own[name] for name in REASONS)
        return [TableColumn("why", text("Why"), at)] if self._result["reasons"] else []

    def _of_file(self, at: int) -> TableColumn:
        return TableColumn(f"c{at}", self._result["names"][at] or text("(no name)"), (at,), self._result["kinds"][at])

    def definitions(self) -> list[dict[str, Any]]:
        """Column definitions of AG Grid; the first column that identifies a person opens the record."""
        columns = [_definition(each) for each in self.columns]
        people = columns[1 : 1 + len(self._result["people"])]
        for each in people:
            each |= {"minWidth": 90, "maxWidth": MOST_CONTACT}
        columns[0]["maxWidth"] = WIDTHS["rank"]
        (people or columns)[0]["cellRenderer"] = "OpenRecord"
        return columns

    def row(self, number: int, cells: Sequence[str], cut_offs: Mapping[str, float]) -> dict[str, str]:
        """A row (number from 0, cells of the result) as the table shows it, by the fields of its columns."""
        ours = [each for each in self.columns if each.kind == "percent" and each.field[0] == "p" and cells[each.at[0]]]
        exclusive = self._bundle.outcomes.exclusive and len(ours) == len(self._labels)
        chances = percents([float(cells[each.at[0]]) for each in ours], exclusive=exclusive)
        cells_by_field = {each.field: self._text(each, number, cells, cut_offs) for each in self.columns}
        return cells_by_field | {each.field: shown for each, shown in zip(ours, chances, strict=True)}

    def _text(self, column: TableColumn, number: int, cells: Sequence[str], cut_offs: Mapping[str, float]) -> str:
        if column.field == "row":
            return whole(number + 1)
        if column.field == "action":
            return self._action(cells, cut_offs)
        words = dict(column.words)
        shown = "; ".join(words.get(cells[at], cells[at]) for at in column.at if cells[at])
        if column.field in ("rank", "place"):
            return whole(int(shown)) if shown else "–"
        if column.field == "worth":
            return money(float(shown), currency_of(self._bundle.card))
        if column.field == "label":  # of independent outcomes there may be several
            return ", ".join(words.get(name, name) for name in shown.split(", "))
        return shown

    def _action(self, cells: Sequence[str], cut_offs: Mapping[str, float]) -> str:
        """Action for the outcome that is best offered, at the cut-off in use now."""
        name = cells[self._own["outcome"]]
        if not name:  # the record was refused
            return ""
        p = float(cells[self._own[f"probability_{name}"]])
        said = decide(self._bundle.card, name, p, cut_offs[name]).words
        return f"{dict(self._labels)[name]}: {said}" if said and not self._bundle.outcomes.exclusive else said


def _definition(column: TableColumn) -> dict[str, Any]:
    width = WIDTHS.get(column.field, 150)
    if column.kind == "percent":
        width = min(240, max(130, 60 + 9 * len(column.title)))
    definition: dict[str, Any] = {"field": column.field, "headerName": column.title, "width": width}
    if column.field in ("why", "action", "problems"):
        definition["tooltipField"] = column.field
    if column.numeric:
        definition["type"] = "rightAligned"
    if column.kind == "percent":
        definition["sortingOrder"] = ["desc", "asc", None]
    if column.field in ("rank", "place"):
        definition["floatingFilter"] = False  # too narrow; its menu filters too
    if not column.at:
        return definition | {"sortable": False, "filter": False, "floatingFilter": False}
    kind, tests = ("agNumberColumnFilter", NUMBER_TESTS) if column.numeric else ("agTextColumnFilter", TEXT_TESTS)
    return definition | {"filter": kind, "filterParams": tests}
