"""A plot's tables as HTML: what it draws in place of a figure, and its data beside one."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts.shared import url
from layouts.shared.blocks import labelled_row, table_head
from layouts.shared.static_html import static_html
from ml.plots.columns import DataTable
from ml.plots.table import TextTable
from ml.text.number_words import count
from ml.translation import plural, text


def shown(table: TextTable) -> Component:
    """The table, on a narrow card a block a row; the first cell of each row opens its record."""
    rows = [
        labelled_row(table.heads, [dcc.Link(name, href=url.outside(link)), *cells])
        for link, (name, *cells) in zip(table.links, table.rows, strict=True)
    ]
    return html.Table([table_head(table.heads), html.Tbody(rows)], className="plot-table")


def data(found: DataTable, question: str) -> Component:
    """The data of a plot, in a part of the card that is scrolled by keys too."""
    rows = [html.Tr([html.Th(name, scope="row"), *map(html.Td, cells)]) for name, *cells in found.table.rows]
    caption = html.Caption(question, className="visually-hidden")
    table = html.Table([caption, table_head(found.table.heads), html.Tbody(rows)])
    named = {"aria-label": text("Table: {question}", question=question)}
    scrolled = html.Div(table, className="plot-data-rows", role="region", tabIndex=0, **named)
    return static_html(html.Div([html.P(_how_many(found)), scrolled]))


def _how_many(found: DataTable) -> str:
    if len(found.table.rows) == found.total:
        return plural("{n} row", "{n} rows", found.total)
    slots = {"n": count(len(found.table.rows)), "all": count(found.total)}
    if found.ranked:
        return text("The first {n} of {all} rows; all are in the CSV file under Download.", **slots)
    return text("{n} of {all} rows, evenly chosen; all are in the CSV file under Download.", **slots)
