"""The third step of a campaign: how far the scoring is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from layouts import html
from layouts.campaign import parts
from layouts.campaign.words import progress, share_done
from layouts.shared import ids
from ml.translation import text


def step(job: Mapping[str, Any]) -> list[Component]:
    """The step of a job that waits or runs, as :func:`jobs.files.job_view.described` gives it."""
    here, words = job["id"], progress(job)
    bar = {"id": ids.campaign_part("bar", here), "aria-valuetext": words}
    body = [
        html.H2(text("Scoring {file}", file=job["name"] or text("the file"))),
        parts.progress_bar(text("Records scored"), share_done(job), **bar),
        html.P(words, id=ids.campaign_part("progress", here), className="campaign-lead campaign-job-words"),
        html.P(text("The work goes on when this page is closed. Its address leads back here."), className="small"),
        html.Div(parts.button(text("Cancel"), id=ids.campaign_part("cancel", here)), className="campaign-buttons"),
        parts.said("scoring", id=ids.campaign_part("cancel-said", here)),
        parts.ticks("tick", here),
        parts.turn("watch", here),
        parts.turn("cancel", here),
    ]
    return [parts.step("scoring", body)]
