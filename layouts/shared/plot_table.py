"""A plot's tables as HTML: what it draws in place of a figure, and its data beside one."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component

from layouts import html
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


def data(content: DataTable, question: str) -> Component:
    """The data of a plot, in a part of the card that is scrolled by keys too."""
    rows = [html.Tr([html.Th(name, scope="row"), *map(html.Td, cells)]) for name, *cells in content.table.rows]
    caption = html.Caption(question, className="visually-hidden")
    table = html.Table([caption, table_head(content.table.heads), html.Tbody(rows)])
    named = {"aria-label": text("Table: {question}", question=question)}
    scrolled = html.Div(table, className="plot-data-rows", role="region", tabIndex=0, **named)
    return static_html(html.Div([html.P(_how_many(content)), scrolled]))


def _how_many(table: DataTable) -> str:
    if len(table.table.rows) == table.total:
        return plural("{n} row", "{n} rows", table.total)
    slots = {"n": count(len(table.table.rows)), "all": count(table.total)}
    if table.ranked:
        return text("The first {n} of {all} rows; all are in the CSV file under Download.", **slots)
    return text("{n} of {all} rows, evenly chosen; all are in the CSV file under Download.", **slots)
