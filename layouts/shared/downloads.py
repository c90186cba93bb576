"""Download menu of a result: Excel, CSV that Excel opens, plain CSV."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.shared import ids
from ml.files.write.formats import FORMATS

OFFERED = (("xlsx", "Excel (.xlsx)"), ("csv-excel", "CSV for Excel"), ("csv", "CSV"))


def menu(name: str, words: str, step: str) -> Component:
    """A button that opens the formats; their addresses are set by ``assets/ts/campaign/download.ts``.

    Parameters
    ----------
    name : str
        Name within its id.
    words : str
        What is downloaded.
    step : str
        Step of the page whose message shows its progress.
    """
    links = [
        html.A(label, href="#", download="", **{"data-format": form, "data-suffix": FORMATS[form].suffix})
        for form, label in OFFERED
    ]
    return html.Details(
        [html.Summary(words, className="tool-button"), html.Div(links, className="campaign-formats")],
        id=ids.campaign(name),
        className="campaign-download help",
        **{"data-says": step},
    )
