"""The first step of a campaign: a file is chosen or dropped. ``assets`` sends it, see decision 28."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from layouts import html
from layouts.campaign import parts
from layouts.shared import ids
from layouts.shared.html_input import HtmlInput
from layouts.shared.static_html import static_html
from ml.translation import text


def step(formats: Sequence[str]) -> list[Component]:
    """The step that takes a file; `formats` names the formats accepted besides workbooks and CSV."""
    also = "".join(f", {name}" for name in formats)
    described = {"aria-describedby": ids.campaign("formats")}
    chosen = HtmlInput(id=ids.campaign("file"), type="file", className="visually-hidden", **described)
    drop = html.Label(
        [html.Strong(text("Choose a file")), html.Span(text("or drop it here"))],
        htmlFor=ids.campaign("file"),
        className="campaign-drop",
    )
    accepted = text(
        "Excel, OpenDocument or CSV of any program{others}. One record per line, below the names of "
        "the columns. Other columns are welcome: they stay as they are. The next step shows how the "
        "file is read, and lets you correct it.",
        others=also,
    )
    said = {"aria-label": text("Sending the file")}
    sending = html.Div(
        [
            html.Progress(
                id=ids.campaign("upload"),
                max=1,
                className="campaign-progress",
                **said,
            ),
            parts.button(text("Cancel"), does="stop-sending"),
        ],
        className="campaign-sending",
        hidden=True,
    )
    body = [
        html.H2(text("Which file is it about?")),
        chosen,
        drop,
        html.P(accepted, id=ids.campaign("formats"), className="small"),
        sending,
        parts.said("file"),
    ]
    return [static_html(parts.step("file", body))]
