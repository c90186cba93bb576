"""The table of a scored campaign: AG Grid asks for blocks of rows during scrolling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component
from dash_ag_grid import AgGrid  # type: ignore[import-untyped]

from layouts.campaign.words import whole
from layouts.shared import ids
from layouts.shared.percent import percents

BLOCK = 100
NO_TABLE = "The table did not load. The download above holds all of it."
NO_ROWS = "Some rows did not come: {} Load the page again."


def table(job: str, order: str, outcome: str, first: Mapping[str, Any]) -> dict[str, Any]:
    """The table, and what is shown where its script cannot be had.

    Parameters
    ----------
    job, order, outcome : str
        What it shows; its id names them, so that rows of another order find no place.
    first : mapping
        The first rows, as :func:`jobs.campaign_view.rows_json` gives them; their columns are those of the table.
    """
    of = {"job": job, "order": order, "outcome": outcome}
    grid = AgGrid(
        id=ids.campaign_part("grid", **of),
        rowModelType="infinite",
        columnDefs=_columns(first),
        defaultColDef={"sortable": False, "filter": False, "resizable": True, "suppressMovable": True},
        dashGridOptions={
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 30,
            "maxConcurrentDatasourceRequests": 1,  # the component knows one question at a time
            "blockLoadDebounceMillis": 60,
            "infiniteInitialRowCount": min(BLOCK, first["total"]),
            "rowHeight": 40,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "animateRows": False,
        },
        style={"height": "100%"},
    )
    said = html.P("", id=ids.campaign_part("rows-said", **of), className="campaign-said campaign-bad", role="status")
    return {"shown": [html.Div(grid, className="campaign-table"), said], "otherwise": not_shown(NO_TABLE)}


def not_shown(words: str) -> Component:
    """Why there is no table."""
    return html.P(words, className="campaign-said campaign-bad", role="status")


def _columns(first: Mapping[str, Any]) -> list[dict[str, Any]]:
    right = {"type": "rightAligned"}
    rows = first["rows"]
    outcomes = [
        {"field": f"p{at}", "headerName": label, "width": min(240, max(120, 48 + 9 * len(label))), **right}
        for at, label in enumerate(each["label"] for each in first["outcomes"])
    ]
    return [
        {"field": "rank", "headerName": "Rank", "width": 90, **right},
        {"field": "row", "headerName": "Record", "width": 100, **right},
        *outcomes,
        {"field": "band", "headerName": "Band", "width": 130},
        *([_long("action", "What to do", 240)] if any(row["action"] for row in rows) else []),
        {"field": "label", "headerName": "Model says", "width": 150},
        *([_long("why", "Why", 420)] if any(row["reasons"] for row in rows) else []),
        *({"field": f"c{at}", "headerName": name, "width": 150} for at, name in enumerate(first["header"])),
        _long("problems", "Problem", 420),
    ]


def _long(field: str, name: str, width: int) -> dict[str, Any]:
    return {"field": field, "headerName": name, "width": width, "tooltipField": field}


def lines(found: Mapping[str, Any], *, exclusive: bool) -> list[dict[str, str]]:
    """Rows as the table shows them, by the fields of its columns."""
    outcomes = found["outcomes"]
    return [_line(row, outcomes, exclusive) for row in found["rows"]]


def _line(row: Mapping[str, Any], outcomes: Sequence[Mapping[str, str]], exclusive: bool) -> dict[str, str]:
    label = {each["name"]: each["label"] for each in outcomes}
    action = row["action"]
    p = row["probabilities"]
    known = [(at, p[each["name"]]) for at, each in enumerate(outcomes) if each["name"] in p]
    shown = percents([p for _, p in known], exclusive=exclusive)
    return {
        "row": whole(row["row"]),
        "rank": whole(row["rank"]) if row["rank"] else "–",
        "label": _labels(row["label"], label),
        "band": row["band"],
        "action": f"{label.get(row['outcome'], row['outcome'])}: {action}" if action and not exclusive else action,
        "why": "; ".join(row["reasons"]),
        "problems": row["problems"],
        **{f"p{at}": text for (at, _), text in zip(known, shown, strict=True)},
        **{f"c{at}": cell for at, cell in enumerate(row["cells"])},
    }


def _labels(names: str, label: Mapping[str, str]) -> str:
    """What the model says: one name, or several of independent outcomes."""
    return label.get(names) or ", ".join(label.get(name, name) for name in names.split(", "))
