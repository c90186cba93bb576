"""The Campaign page: a file of records becomes a ranked table, and that a list to call.

A skeleton with every step in it, hidden. Scripts (``assets/ts/campaign/campaign.ts`` and those after it) call the
API, show the current step and fill it. The address holds the job and the list, so a reload continues there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dash import html
from dash.development.base_component import Component

from layouts.campaign import call_list, reading
from layouts.shared import downloads, ids
from layouts.shared.field_texts import number_format_data
from layouts.shared.html_input import HtmlInput
from layouts.shared.static_html import static_html
from ml.decision.payoff import currency_of
from ml.locale import current_format

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

NO_PROBABILITIES = (
    "This model decides, but gives no probabilities, so there is nothing by which records could be ranked. To get "
    "them, calibrate the estimator when the model is added. Labels alone: POST a file to /api/v1/models/<name>/jobs."
)
BLANKS = (
    " missing values are averaged over what they may be, as on the Prediction page. For a file that lacks whole "
    "columns that is mostly nearer to the truth, and where the model needs each value it is the only way."
)
_WITH_COLUMNS = {"data-columns-only": ""}  # hidden where the file could not be read as columns
STEPS = (("file", "File"), ("columns", "Columns"), ("scoring", "Scoring"), ("result", "Result and list"))


@dataclass(frozen=True)
class FileRetention:
    """Retention of uploaded files, and the formats that are accepted.

    Attributes
    ----------
    days : int
        After these files are removed.
    on_this_disk : bool
        Whether files and jobs are on this server's disk only.
    formats : tuple of str
        Formats besides workbooks and CSV, as people call them.
    """

    days: int = 7
    on_this_disk: bool = False
    formats: tuple[str, ...] = ()

    def words(self) -> str:
        """The retention as a sentence for the page."""
        days = f"{self.days} days" if self.days > 1 else "one day"
        if self.on_this_disk:
            return f"Files are kept for {days} on this server's disk. Where it is set up anew, they are gone."
        return f"Files are kept for {days}."


def page(bundle: Bundle, name: str, retention: FileRetention) -> Component:
    """The skeleton of the page.

    Parameters
    ----------
    bundle : Bundle
    name : str
        Name or key as it stands in the address: what the file is scored with.
    retention : FileRetention
    """
    if bundle.offers != "probabilities":
        return html.P(NO_PROBABILITIES, className="plots-note")
    steps = [
        static_html(_trail()),
        static_html(_step("file", _file(retention))),
        static_html(_step("columns", _columns())),
        static_html(_step("scoring", _scoring())),
        static_html(_step("trouble", _trouble())),
        static_html(_step("result", _result())),
        # A table of rows that come as one scrolls is a component; the script puts it in
        html.Div(id=ids.CAMPAIGN_TABLE, className="campaign-table", hidden=True, **{"data-step": "result"}),
        static_html(_step("result", call_list.form(bundle))),
        static_html(html.P(retention.words(), className="campaign-keeping")),
    ]
    data = {"data-model": name, "data-currency": _currency(bundle), "data-percent": current_format().percent}
    return html.Div(steps, id=ids.CAMPAIGN, className="campaign", **data, **number_format_data())


def _currency(bundle: Bundle) -> str:
    return currency_of(bundle.card)


def _step(name: str, body: list[Component]) -> Component:
    return html.Section(body, className=f"campaign-step campaign-{name}", hidden=True, **{"data-step": name})


def _trail() -> Component:
    steps = [html.Li(words, **{"data-trail": name}) for name, words in STEPS]
    return html.Ol(steps, className="campaign-trail", **{"aria-label": "Steps"})


def _file(retention: FileRetention) -> list[Component]:
    also = "".join(f", {name}" for name in retention.formats)
    chosen = HtmlInput(
        id=ids.campaign("file"),
        type="file",
        className="visually-hidden",
        **{"aria-describedby": ids.campaign("formats")},
    )
    drop = html.Label(
        [html.Strong("Choose a file"), html.Span("or drop it here")],
        htmlFor=ids.campaign("file"),
        className="campaign-drop",
    )
    accepted = (
        f"Excel, OpenDocument or CSV of any program{also}. One record a line, below the names of the columns. Other "
        "columns may be in it: they stay as they are. How the file is read is shown next, and can be corrected."
    )
    return [
        html.H2("Which file is it about?"),
        chosen,
        drop,
        html.P(accepted, id=ids.campaign("formats"), className="small"),
        html.Div(
            [_progress("upload", "Sending the file"), _button("Cancel", "stop-sending")],
            className="campaign-sending",
            hidden=True,
        ),
        _said("file"),
    ]


def _columns() -> list[Component]:
    names = ("Column of the file", "First values", "Is read as")
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in names]))
    table = html.Table([head, html.Tbody(id=ids.campaign("matches"))], className="measures campaign-matches")
    reasons = html.Label(
        [
            HtmlInput(id=ids.campaign("reasons"), type="checkbox", className="form-check-input"),
            html.Span([html.Strong("With reasons"), html.Span(id=ids.campaign("reasons-time"))]),
        ],
        className="campaign-tick",
        **_WITH_COLUMNS,
    )
    blanks = html.Label(
        [
            HtmlInput(id=ids.campaign("blanks"), type="checkbox", className="form-check-input"),
            html.Span([html.Strong("By what is known"), html.Span(BLANKS)]),
        ],
        className="campaign-tick",
        id=ids.campaign("blanks-choice"),
        hidden=True,
    )
    start = _button("Score the records", "start", main=True)
    return [
        html.H2("What stands in which column?"),
        html.P(id=ids.campaign("holds"), className="campaign-lead"),
        reading.reading(),
        reading.notes("notes"),
        html.Div(table, className="measures-wide", **_WITH_COLUMNS),
        html.Div(id=ids.campaign("problems"), className="campaign-problems"),
        blanks,
        reasons,
        html.Div([start, _button("Use another file", "anew")], className="campaign-buttons"),
        _said("columns"),
    ]


def _scoring() -> list[Component]:
    words = "The work goes on when this page is closed. Its address leads back here."
    return [
        html.H2("Scoring", id=ids.campaign("scoring-title")),
        _progress("job", "Records scored"),
        html.P(id=ids.campaign("job-words"), className="campaign-lead"),
        html.P(words, className="small"),
        html.Div(_button("Cancel", "cancel"), className="campaign-buttons"),
        _said("scoring"),
    ]


def _trouble() -> list[Component]:
    return [
        html.H2(id=ids.campaign("trouble-title")),
        html.P(id=ids.campaign("trouble-words"), className="campaign-lead", role="alert"),
        html.Div(_button("Choose a file", "anew", main=True), className="campaign-buttons"),
    ]


def _result() -> list[Component]:
    order = html.Div(
        [
            html.Button("Best first", type="button", **{"data-order": "rank", "aria-pressed": "true"}),
            html.Button("As in the file", type="button", **{"data-order": "file", "aria-pressed": "false"}),
        ],
        className="campaign-order",
        role="group",
        **{"aria-label": "Order"},
    )
    ranked = html.Div(
        [
            html.Label("Best for", htmlFor=ids.campaign("outcome")),
            html.Select(id=ids.campaign("outcome"), className="form-select"),
        ],
        className="campaign-outcome",
        hidden=True,
    )
    load = downloads.menu("download", "Download all records", "result")
    return [
        html.Div(
            [
                html.H2("Result"),
                html.P(id=ids.campaign("result-words"), className="campaign-lead"),
                html.P(id=ids.campaign("result-dialect"), className="campaign-dialect"),
                reading.notes("result-notes"),
            ],
            className="campaign-found",
        ),
        html.Div([order, ranked, load, _button("New campaign", "anew")], className="campaign-tools"),
        _said("result"),
    ]


def _progress(name: str, label: str) -> Component:
    return html.Progress(id=ids.campaign(name), max=1, className="campaign-progress", **{"aria-label": label})


def _button(words: str, does: str, *, main: bool = False) -> Component:
    look = "cut-off-use" if main else "tool-button"
    return html.Button(words, type="button", className=look, **{"data-does": does})


def _said(step: str) -> Component:
    return html.P("", className="campaign-said", role="status", **{"data-said": step})
