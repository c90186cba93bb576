"""A plot's table as HTML: on a wide card rows and columns, on a narrow one a block a row."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts.shared import url
from ml.plots.table import Table


def shown(table: Table) -> Component:
    """The table; the first cell of each row opens its record."""
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in table.heads]))
    rows = [_row(table, at) for at in range(len(table.rows))]
    return html.Table([head, html.Tbody(rows)], className="plot-table")


def _row(table: Table, at: int) -> Component:
    (first, *heads), (name, *cells) = table.heads, table.rows[at]
    opens = dcc.Link(name, href=url.outside(table.links[at]))
    rest = [html.Td(cell, **{"data-label": head}) for head, cell in zip(heads, cells, strict=True)]
    return html.Tr([html.Th(opens, scope="row", **{"data-label": first}), *rest])
