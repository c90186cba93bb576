"""Callbacks of the tables of a campaign and of its list: the rows that they ask for during scrolling."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, words
from jobs.result_rows import columns_json
from jobs.row_query import TESTS, Cells, Filter, RowQuery, Sort
from layouts.campaign import parts, records
from layouts.campaign.result_table import ResultTable, TableColumn
from layouts.shared import ids, url
from ml.errors import LikelyError
from ml.service import Bundle
from ml.translation import text

LARGEST = 1e300  # of a number that is filtered by


def register(app: Dash, backend: CampaignBackend) -> None:
    """Draw the table when its script is there, and give it its rows."""
    of = ids.campaign_part
    # The table's script is 2 MB, so it is loaded with the first table, which a component cannot do by itself
    app.clientside_callback(
        ClientsideFunction("likely", "tableShown"),
        Output(of("table", MATCH), "children"),
        Input(of("table-spec", MATCH), "data"),
    )
    # The first rows are in the page; of others those are shown that are the answer to what is asked now
    app.clientside_callback(
        ClientsideFunction("likely", "rowsAsked"),
        Output(of("grid", MATCH), "getRowsResponse"),
        Output(of("rows-asked", MATCH), "data"),
        Input(of("grid", MATCH), "getRowsRequest"),
        State(of("rows-first", MATCH), "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("likely", "rowsCame"),
        Output(of("grid", MATCH), "getRowsResponse", allow_duplicate=True),
        Input(of("rows", MATCH), "data"),
        State(of("grid", MATCH), "getRowsRequest"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(of("rows", MATCH), "data"),
        Output(of("rows-said", MATCH), "children"),
        Input(of("rows-asked", MATCH), "data"),
        State(of("rows-asked", MATCH), "id"),
        prevent_initial_call=True,
    )(partial(show_rows, backend))


def table(backend: CampaignBackend, job: str) -> dict[str, Any]:
    """The table of a campaign or a list with its first rows, or why there is none."""
    try:
        shown, bundle = _table(backend, job)
        return records.table(job, shown.definitions(), _answer(backend, job, shown, bundle, records.FIRST))
    except LikelyError as error:
        none = records.not_shown(words(error))
        return {"shown": none, "otherwise": none}


def show_rows(backend: CampaignBackend, asked: Any, of: Any) -> tuple[Any, Any]:
    """The rows that the table asks for, or why there are none.

    `asked` is JSON of the first row, the row after the last, the sort model and the filter model of AG Grid; as all
    that a browser sends, it may be anything.
    """
    if not isinstance(asked, str):
        raise PreventUpdate
    try:
        shown, bundle = _table(backend, of["job"])
        page = _answer(backend, of["job"], shown, bundle, asked)
    except LikelyError as error:
        return no_update, parts.bad(text(records.NO_ROWS, why=words(error)))
    filtered = bool(_row_query(asked, shown.columns)[2].filters)
    return page, records.fitting_words(page["rows"]["rowCount"], filtered)


def _table(backend: CampaignBackend, job: str) -> tuple[ResultTable, Bundle]:
    campaign = backend.jobs.get(job)
    bundle = backend.service.model(campaign.model)
    more = {"reasons": bool(campaign.options.get("reasons")), "refused": campaign.refused}
    return ResultTable(bundle, columns_json(backend.rows.columns(job)) | more), bundle


def _answer(backend: CampaignBackend, job: str, shown: ResultTable, bundle: Bundle, asked: str) -> dict[str, Any]:
    start, end, query = _row_query(asked, shown.columns)
    fitting, rows = backend.rows.page(job, query, start, end)
    cut_offs, name = backend.service.cut_offs(bundle), backend.name_of(bundle)
    lines = [
        shown.row(row, cells, cut_offs) | {"open": url.href("predict", name, record=f"{url.CAMPAIGN}{job}.{row + 1}")}
        for row, cells in rows
    ]
    return records.answer(asked, lines, fitting)


def _row_query(asked: str, columns: Iterable[TableColumn]) -> tuple[int, int, RowQuery]:
    """Parse the request of AG Grid; parts that cannot be read are left out."""
    try:
        start, end, sorts, filters = json.loads(asked)
    except (ValueError, TypeError):
        start = end = sorts = filters = None
    known = {each.field: each for each in columns if each.at}
    sorts = [each for each in sorts if isinstance(each, dict)] if isinstance(sorts, list) else []
    sorted_by = {str(each.get("colId")): each for each in sorts}
    filters = filters if isinstance(filters, dict) else {}
    usable = [_filter(known[name], each) for name, each in filters.items() if name in known and isinstance(each, dict)]
    query = RowQuery(
        tuple(each for each in usable if each),
        tuple(Sort(_cells(known[at]), each.get("sort") == "desc") for at, each in sorted_by.items() if at in known),
    )
    return _row(start), _row(end), query


def _filter(column: TableColumn, given: Mapping[str, Any]) -> Filter | None:
    test = given.get("type")
    if test not in TESTS:
        return None
    if test in ("blank", "notBlank"):
        return Filter(_cells(column), test)
    if not column.numeric:
        text = str(given.get("filter") or "")
        return Filter(_cells(column), test, text) if text else None
    value, to = _number(given.get("filter")), _number(given.get("filterTo") if test == "inRange" else 0)
    if value is None or to is None:
        return None
    scale = 100 if column.kind == "percent" else 1  # as they are shown
    return Filter(_cells(column), test, value / scale, to / scale)


def _number(given: Any) -> float | None:
    return float(given) if isinstance(given, (int, float)) and abs(given) < LARGEST else None


def _cells(column: TableColumn) -> Cells:
    return Cells(column.at, column.words)


def _row(given: Any) -> int:
    return given if isinstance(given, int) and 0 <= given < 2**53 else 0
