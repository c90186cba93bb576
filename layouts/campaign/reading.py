"""Reading of a campaign's file: the detected dialect in one line, and controls that correct it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash.development.base_component import Component

from layouts import html
from layouts.campaign.words import whole
from layouts.shared import ids
from ml.translation import mark, text

SEPARATORS = ((",", mark("Comma ,")), (";", mark("Semicolon ;")), ("\t", mark("Tab")), ("|", mark("Bar |")))
DECIMALS = ((".", mark("Point: 1,234.5")), (",", mark("Comma: 1.234,5")))
DATES = (
    ("dmy", mark("Day first: 31.12.2026")),
    ("mdy", mark("Month first: 12/31/2026")),
    ("ymd", mark("Year first: 2026-12-31")),
)
# By the names under which Python knows them, as the server says them again
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", mark("Western (Windows-1252)")),
    ("mac-roman", mark("Western (Mac)")),
    ("cp850", mark("Western (DOS)")),
    ("cp437", mark("Western (DOS, American)")),
    ("cp1250", mark("Central European (Windows-1250)")),
    ("iso8859-2", mark("Central European (ISO 8859-2)")),
    ("cp852", mark("Central European (DOS)")),
    ("mac-latin2", mark("Central European (Mac)")),
    ("cp1251", mark("Cyrillic (Windows-1251)")),
    ("koi8-r", mark("Cyrillic (KOI8-R)")),
    ("koi8-u", mark("Cyrillic (KOI8-U)")),
    ("iso8859-5", mark("Cyrillic (ISO 8859-5)")),
    ("cp866", mark("Cyrillic (DOS)")),
    ("mac-cyrillic", mark("Cyrillic (Mac)")),
    ("cp1253", mark("Greek (Windows-1253)")),
    ("iso8859-7", mark("Greek (ISO 8859-7)")),
    ("cp737", mark("Greek (DOS)")),
    ("mac-greek", mark("Greek (Mac)")),
    ("cp1254", mark("Turkish (Windows-1254)")),
    ("cp857", mark("Turkish (DOS)")),
    ("mac-turkish", mark("Turkish (Mac)")),
    ("cp1257", mark("Baltic (Windows-1257)")),
    ("cp775", mark("Baltic (DOS)")),
    ("cp1255", mark("Hebrew (Windows-1255)")),
    ("cp1256", mark("Arabic (Windows-1256)")),
    ("shift_jis", mark("Japanese (Shift JIS)")),
    ("gb18030", mark("Chinese (GB 18030)")),
    ("big5", mark("Chinese (Big5)")),
    ("euc_kr", mark("Korean (EUC-KR)")),
)
# Options by the names of the API; those without choices get them from the file
OPTIONS: tuple[tuple[str, str, Sequence[tuple[str, str]]], ...] = (
    ("sheet", mark("Sheet"), ()),
    ("header_row", mark("Names of the columns"), ()),
    ("separator", mark("Between two cells"), SEPARATORS),
    ("decimal", mark("Decimal mark"), DECIMALS),
    ("dates", mark("Order of dates"), DATES),
    ("encoding", mark("Encoding of letters"), ENCODINGS),
)


NEW_COLUMNS = ("sheet", "header_row", "separator", "encoding")  # these may change the columns
NAMES = tuple(name for name, *_ in OPTIONS)
CELLS = 4  # shown of each row offered as the header
LONGEST = 40  # characters of an option in an address


def told_in(query: Mapping[str, str]) -> dict[str, str]:
    """Read options in the query string of an address, by the API's names."""
    return {name: query[name] for name in NAMES if 0 < len(query.get(name, "")) <= LONGEST}


def reading(job: str, options: Mapping[str, str]) -> Component:
    """Summary of the file's dialect, and a disclosure with controls to correct it; empty until the file was read."""
    fields = html.Div(
        [_field(job, name, label, options) for name, label, _ in OPTIONS], className="campaign-options form"
    )
    differently = html.Details(
        [html.Summary(text("Read it differently")), fields],
        id=ids.campaign_part("differently", job),
        className="campaign-differently",
        open=bool(options),
        hidden=True,
    )
    line = html.P(id=ids.campaign_part("dialect", job), className="campaign-dialect", role="status")
    return html.Div([line, differently], className="campaign-reading")


def choices(seen: Mapping[str, Any], options: Mapping[str, str]) -> list[list[dict[str, str]]]:
    """The choices of each option's control, in the order of the options.

    `seen` is as of :func:`jobs.files.preview_view.preview_json`; the options are choices of the person.
    """
    dialect = seen["dialect"]
    of_file = {
        "sheet": [(name, name) for name in dialect["sheets"]],
        "header_row": [(str(at + 1), row) for at, cells in enumerate(seen["top"]) if (row := _row(cells, at + 1))],
    }
    for name, _, fixed in OPTIONS:
        of_file.setdefault(name, [(value, text(words)) for value, words in fixed])
    return [_options(name, of_file[name], dialect, options.get(name, "")) for name in NAMES]


def _options(
    name: str, offered: Sequence[tuple[str, str]], dialect: Mapping[str, Any], given: str
) -> list[dict[str, str]]:
    detected = dialect.get(name)
    detected = "" if detected is None else str(detected)
    known = next((words for value, words in offered if value == detected), detected)
    if given:
        first = text("Detect it again")
    elif name in dialect["told"]:
        first = text("As it was sent: {value}", value=known) if known else text("As it was sent")
    else:
        first = text("Found: {value}", value=known) if known else text("Found")
    unlisted = [(given, given)] if given and given not in dict(offered) else []
    return [{"value": value, "label": words} for value, words in [("", first), *offered, *unlisted]]


def _row(cells: Sequence[str], number: int) -> str:
    """A row offered as the header; empty where nothing stands in it."""
    filled = [cell for cell in cells if cell.strip()]
    cells = " · ".join(filled[:CELLS]) + (" …" if len(filled) > CELLS else "")
    return text("Row {n}: {cells}", n=whole(number), cells=cells) if filled else ""


def _field(job: str, name: str, label: str, options: Mapping[str, str]) -> Component:
    place = ids.campaign_part("read", job, name=name)
    value, detected = options.get(name, ""), text("Found")
    known = [{"value": each, "label": shown} for each, shown in {"": detected, value: value or detected}.items()]
    return html.Div(
        [
            html.Label(text(label), htmlFor=ids.element(place), className="field-label"),
            dbc.Select(id=place, options=known, value=value),
        ],
        id=ids.campaign_part("read-field", job, name=name),
        className="field",
        hidden=True,
    )
