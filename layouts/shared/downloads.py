"""Download menu of a result: Excel, CSV that Excel opens, plain CSV."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids, url
from ml.files.write.formats import CSV, FORMATS
from ml.translation import mark, text

OFFERED = (("xlsx", "Excel (.xlsx)"), ("csv-excel", mark("CSV for Excel")), (CSV, "CSV"))
WORDS = dict(OFFERED)
FIRST = 500  # ms between two questions whether a file is written


def menu(job: str, words: str, noun: str, name: str) -> Component:
    """A button that opens the formats. CSV is a plain link; the others are written first, which a callback waits for.

    `words` is what is downloaded. The download is called by what the file is (`noun`) and the name of the file that was
    sent.
    """
    of = ids.campaign_part
    stem = re.sub(r"\.[^.]*$", "", name or "records")
    links = [
        html.A(
            text(label),
            href=address(job, form),
            download=f"{noun} {stem}{FORMATS[form].suffix}",
            **({} if form == CSV else {"id": of("format", job, name=form), "data-written": "first"}),
        )
        for form, label in OFFERED
    ]
    return html.Div(
        [
            html.Details(
                [html.Summary(words, className="tool-button"), html.Div(links, className="campaign-formats")],
                className="campaign-download help",
            ),
            html.P("", className="campaign-said", role="status", id=of("export-said", job)),
            dcc.Store(id=of("export", job)),
            dcc.Interval(id=of("export-tick", job), interval=FIRST, max_intervals=0),
        ],
        className="campaign-download-menu",
    )


def address(job: str, form: str) -> str:
    """The address of a result. Not compressed in transfer, so that a browser can show progress and resume."""
    query = urlencode({"format": form, "compression": "none"})
    return url.outside(f"/api/v1/jobs/{quote(job, safe='')}/result?{query}")
