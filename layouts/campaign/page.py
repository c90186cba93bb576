"""The Campaign page: a file of records becomes a ranked table, and that a list to call.

One step at a time; the job in the address says which. Its callbacks are in ``callbacks/campaign/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from layouts import html
from layouts.campaign import file, parts, recent_campaigns
from layouts.shared import ids
from layouts.shared.static_html import static_html
from ml.bundle.bundle import Bundle
from ml.translation import mark, plural, text

NO_PROBABILITIES = mark(
    "This model decides, but gives no probabilities, so records cannot be ranked. To get "
    "probabilities, calibrate the estimator when the model is added. For labels alone, POST a "
    "file to /api/v1/models/<name>/jobs."
)
STEPS = (
    ("file", mark("File")),
    ("columns", mark("Columns")),
    ("scoring", mark("Scoring")),
    ("result", mark("Result and list")),
)
TROUBLE = "trouble"
WITH_OTHERS = ("file", TROUBLE)  # steps below which the other campaigns stand


@dataclass(frozen=True)
class FileRetention:
    """Retention of uploaded files, and the formats that are accepted."""

    days: int = 7
    """After these files are removed."""
    on_this_disk: bool = False
    """Whether files and jobs are on this server's disk only."""
    formats: tuple[str, ...] = ()
    """Formats besides workbooks and CSV, as people call them."""

    def words(self) -> str:
        """The retention as a sentence for the page."""
        if self.on_this_disk:
            return plural(
                "Files are kept for one day on this server's disk. If the server is set up anew, they are gone.",
                "Files are kept for {n} days on this server's disk. If the server is set up anew, they are gone.",
                self.days,
            )
        return plural("Files are kept for one day.", "Files are kept for {n} days.", self.days)


@dataclass(frozen=True)
class WizardStep:
    """A step of the wizard: what the page shows at a time."""

    name: str
    """One of STEPS, or TROUBLE."""
    body: Sequence[Component]


def page(bundle: Bundle, name: str, retention: FileRetention, step: WizardStep | None = None) -> Component:
    """The page at a step, the first by default, for the name or key in the address: what the file is scored with."""
    if bundle.offers != "probabilities":
        return html.P(text(NO_PROBABILITIES), className="plots-note")
    step = step or first(retention)
    data = {"data-model": name, "data-at": step.name}
    at_step = html.Div(inside(step, name, retention), id=ids.CAMPAIGN, className="campaign", **data)
    others = [recent_campaigns.place()] if step.name in WITH_OTHERS else []
    return html.Div([recent_campaigns.store(), at_step, *others])


def inside(step: WizardStep, model: str, retention: FileRetention) -> list[Component]:
    """Content of the page at a step."""
    words = static_html(html.P(retention.words(), className="campaign-keeping"))
    trail = [] if step.name == TROUBLE else [static_html(_trail(step.name))]
    way = [] if step.name in WITH_OTHERS else [recent_campaigns.way(model)]
    return [html.Div([*trail, *way], className="campaign-head"), *step.body, words]


def first(retention: FileRetention) -> WizardStep:
    """The step without a file."""
    return WizardStep("file", file.step(retention.formats))


def trouble(job: str, title: str, words: str) -> WizardStep:
    """Message about the job in the address, and the way out."""
    body = [
        html.H2(title),
        html.P(words, className="campaign-lead", role="alert"),
        html.Div(parts.anew(text("Choose a file"), job, main=True), className="campaign-buttons"),
    ]
    return WizardStep(TROUBLE, [parts.step(TROUBLE, body)])


def _trail(at: str) -> Component:
    steps = [html.Li(text(words), **({"aria-current": "step"} if name == at else {})) for name, words in STEPS]
    return html.Ol(steps, className="campaign-trail", **{"aria-label": text("Steps")})
