"""Callbacks of the table of records: its order, and the rows that it asks for during scrolling."""

from __future__ import annotations

from functools import partial
from typing import Any, get_args

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from callbacks.campaign.doors import Doors, words
from jobs.campaign_service import Order
from jobs.campaign_view import rows_json
from layouts.campaign import records, result
from layouts.shared import ids
from ml.errors import LikelyError


def register(app: Dash, doors: Doors) -> None:
    """Show the table when the step opens and when its order changes, and give it its rows."""
    of = ids.campaign_part
    app.callback(
        Output(of("order", MATCH, name=ALL), "aria-pressed"),
        Output(of("table-spec", MATCH), "data"),
        Input(of("order", MATCH, name=ALL), "n_clicks"),
        Input(of("outcome", MATCH), "value"),
        State(of("table-spec", MATCH), "id"),
    )(partial(show_table, doors))
    # The table's script is 2 MB, so it is loaded with the first table, which a component cannot do by itself
    app.clientside_callback(
        ClientsideFunction("likely", "tableShown"),
        Output(of("table", MATCH), "children"),
        Input(of("table-spec", MATCH), "data"),
        prevent_initial_call=True,
    )
    grid = of("grid", MATCH, order=MATCH, outcome=MATCH)
    app.callback(
        Output(grid, "getRowsResponse"),
        Output(of("rows-said", MATCH, order=MATCH, outcome=MATCH), "children"),
        Input(grid, "getRowsRequest"),
        State(grid, "id"),
        prevent_initial_call=True,
    )(partial(show_rows, doors))


def show_table(doors: Doors, _: list[Any], outcome: Any, of: Any) -> tuple[list[str], Any]:
    """Which order is chosen, and the table in it; another outcome is shown with its best first."""
    asked = ctx.triggered_id
    order: Order = asked["name"] if isinstance(asked, dict) and asked.get("campaign") == "order" else "rank"
    try:
        first = rows_json(doors.service, doors.campaigns, of["job"], order, outcome or None, 0, records.BLOCK)
    except LikelyError as error:
        return result.pressed(order), {"shown": records.not_shown(words(error))}
    return result.pressed(order), records.table(of["job"], order, str(outcome or ""), first)


def show_rows(doors: Doors, request: Any, of: Any) -> tuple[Any, str]:
    """The rows that the table asks for, or why there are none.

    Parameters
    ----------
    doors : Doors
    request : dict
        ``{"startRow": int, "endRow": int, …}``; as all that a browser sends, it may be anything.
    of : dict
        The table's id, which names job, order and outcome.
    """
    request = request if isinstance(request, dict) else {}
    start, end = (_row(request.get(name)) for name in ("startRow", "endRow"))
    order: Order = of["order"] if of["order"] in get_args(Order) else "rank"
    try:
        found = rows_json(doors.service, doors.campaigns, of["job"], order, of["outcome"] or None, start, end)
        _, bundle = doors.campaigns.choices(of["job"])
    except LikelyError as error:
        return no_update, records.NO_ROWS.format(words(error))
    shown = records.lines(found, exclusive=bundle.outcomes.exclusive)
    return {"rowData": shown, "rowCount": found["total"]}, ""


def _row(given: Any) -> int:
    return given if isinstance(given, int) and given >= 0 else 0
