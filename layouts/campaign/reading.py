"""Reading of a campaign's file: the detected dialect in one line, and controls that correct it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from layouts.shared import ids

SEPARATORS = ((",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Bar |"))
DECIMALS = ((".", "Point: 1,234.5"), (",", "Comma: 1.234,5"))
DATES = (("dmy", "Day first: 31.12.2026"), ("mdy", "Month first: 12/31/2026"), ("ymd", "Year first: 2026-12-31"))
# By the names under which Python knows them, as the server says them again
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", "Western (Windows-1252)"),
    ("cp1250", "Central European (Windows-1250)"),
    ("cp1251", "Cyrillic (Windows-1251)"),
    ("cp1253", "Greek (Windows-1253)"),
    ("cp1254", "Turkish (Windows-1254)"),
    ("cp1255", "Hebrew (Windows-1255)"),
    ("cp1256", "Arabic (Windows-1256)"),
    ("cp1257", "Baltic (Windows-1257)"),
    ("mac-roman", "Western (Mac)"),
    ("cp850", "Western (DOS)"),
    ("shift_jis", "Japanese (Shift JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
    ("big5", "Chinese (Big5)"),
    ("euc_kr", "Korean (EUC-KR)"),
)
# Options by the names of the API; those without choices get them from the file
OPTIONS: tuple[tuple[str, str, Sequence[tuple[str, str]]], ...] = (
    ("sheet", "Sheet", ()),
    ("header_row", "Names of the columns", ()),
    ("separator", "Between two cells", SEPARATORS),
    ("decimal", "Decimal mark", DECIMALS),
    ("dates", "Order of dates", DATES),
    ("encoding", "Encoding of letters", ENCODINGS),
)


def reading() -> Component:
    """The dialect's line and the disclosure of options, which ``assets/ts/campaign/reading.ts`` fills."""
    fields = html.Div([_field(*each) for each in OPTIONS], className="campaign-options form")
    differently = html.Details(
        [html.Summary("Read it differently"), fields], id=ids.campaign("differently"), className="campaign-differently"
    )
    line = html.P(id=ids.campaign("dialect"), className="campaign-dialect", role="status")
    return html.Div([line, differently], id=ids.campaign("reading"), className="campaign-reading", hidden=True)


def notes(name: str) -> Component:
    """The place of sentences about the file."""
    return html.Ul(id=ids.campaign(name), className="campaign-notes", **{"aria-live": "polite"})


def _field(name: str, label: str, choices: Sequence[tuple[str, str]]) -> Component:
    place = ids.campaign(f"read-{name}")
    options = [html.Option("Found", value="")]
    options += [html.Option(words, value=value) for value, words in choices]
    return html.Div(
        [
            html.Label(label, htmlFor=place, className="field-label"),
            html.Select(options, id=place, className="form-select", **{"data-reads": name}),
        ],
        className="field",
        hidden=True,
    )
