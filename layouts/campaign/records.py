"""The table of a campaign or a list: AG Grid asks for blocks of rows, sorted and filtered as it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc
from dash.development.base_component import Component
from dash_ag_grid import AgGrid  # type: ignore[import-untyped]

from layouts import html
from layouts.shared import ids
from ml.translation import mark, plural, text

BLOCK = 100
OF_EVERY_COLUMN = (
    "sortable", "floatingFilter", "resizable", "suppressMovable", "wrapHeaderText", "autoHeaderHeight"
)  # fmt: skip
NO_TABLE = mark("The table did not load. The download holds all of it.")
NO_ROWS = mark("Some rows did not come: {why} Load the page again.")
NOBODY = mark("No record fits these filters.")
FIRST = json.dumps([0, BLOCK, [], {}], separators=(",", ":"))  # what AG Grid asks for when it opens


def place(job: str, spec: Mapping[str, Any], name: str) -> list[Component]:
    """The place of a table, by name: its script is loaded, and then it is drawn, as :func:`table` says."""
    of = ids.campaign_part
    named = {"role": "region", "aria-label": name}  # the grid itself takes none
    drawn = html.Div(id=of("table", job), className="campaign-table-place", **named)
    return [drawn, dcc.Store(id=of("table-spec", job), data=spec)]


def table(job: str, definitions: Sequence[Mapping[str, Any]], first: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a campaign's or a list's rows, and what is shown where its script cannot be had.

    The first rows are as :func:`answer` gives them.
    """
    of = ids.campaign_part
    grid = AgGrid(
        id=of("grid", job),
        rowModelType="infinite",
        columnDefs=list(definitions),
        defaultColDef=dict.fromkeys(OF_EVERY_COLUMN, True),
        dashGridOptions={
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 30,
            "maxConcurrentDatasourceRequests": 1,  # the component knows one question at a time
            "blockLoadDebounceMillis": 60,
            "infiniteInitialRowCount": min(BLOCK, first["rows"]["rowCount"]),
            "rowHeight": 40,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "animateRows": False,
            "localeText": _words_of_the_grid(),
            "autoSizePadding": 2,
            "autoSizeStrategy": {
                "type": "fitCellContents",
                "colIds": [each["field"] for each in definitions if "maxWidth" in each],  # number and people
            },
        },
        style={"height": "100%"},
    )
    stores = [
        dcc.Store(id=of("rows-first", job), data=first),
        dcc.Store(id=of("rows-asked", job)),
        dcc.Store(id=of("rows", job)),
    ]
    said = html.P("", id=of("rows-said", job), className="campaign-said", role="status")
    paper = text("These are the rows and columns that were on the screen. The download has all of them.")
    return {
        "shown": [html.Div(grid, className="campaign-table"), html.P(paper, className="campaign-paper"), said, *stores],
        "otherwise": not_shown(text(NO_TABLE)),
    }


def _words_of_the_grid() -> dict[str, str]:
    """AG Grid's own texts, by its names."""
    return {
        "contains": text("Contains"),
        "notContains": text("Does not contain"),
        "equals": text("Equals"),
        "startsWith": text("Begins with"),
        "blank": text("Blank"),
        "notBlank": text("Not blank"),
        "greaterThanOrEqual": text("Greater than or equal to"),
        "lessThanOrEqual": text("Less than or equal to"),
        "inRange": text("Between"),
        "inRangeStart": text("From"),
        "inRangeEnd": text("To"),
        "ariaFilterInput": text("Filter Input"),
        "ariaFilterMenuOpen": text("Open Filter Menu"),
        "filterOoo": text("Filter..."),
        "loadingOoo": text("Loading..."),
        "noRowsToShow": text("No Rows To Show"),
    }


def not_shown(words: str) -> Component:
    """Reason why there is no table."""
    return html.P(words, className="campaign-said campaign-bad", role="status")


def answer(asked: str, rows: Sequence[Mapping[str, str]], fitting: int) -> dict[str, Any]:
    """Rows for the table, with what it asked: an answer to an older question is not shown."""
    return {"asked": asked, "rows": {"rowData": list(rows), "rowCount": fitting}}


def fitting_words(fitting: int, filtered: bool) -> str:
    """Number of records that pass the filters, where there are any filters."""
    if not filtered:
        return ""
    if not fitting:
        return text(NOBODY)
    return plural("{n} record fits these filters.", "{n} records fit these filters.", fitting)
