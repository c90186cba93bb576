"""The challenger on the Versions page: what it is asked, how it does, and whether it is better."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids, url
from layouts.versions.change import reason_field
from layouts.versions.table import table
from layouts.versions.words import who_and_why_words
from ml.lifecycle.history import in_words
from ml.lifecycle.listing import VersionFacts
from ml.lifecycle.state import TimelineEvent
from ml.locale import percent
from ml.monitoring.shadow_judgement import FEWEST, FEWEST_OF_A_SIDE, ShadowVerdict
from ml.text.number_words import count, decimal, span
from ml.translation import mark, text

SOON = 400  # ms until the page asks for the judgement
VERDICTS = {
    ShadowVerdict.BETTER: mark(
        "On {n} decisions whose outcome is known it was better than the live version: a log-loss of {challenger} "
        "against {champion}, lower is better. Difference {difference} ({interval})."
    ),
    ShadowVerdict.WORSE: mark(
        "On {n} decisions whose outcome is known it was worse than the live version: a log-loss of {challenger} "
        "against {champion}, lower is better. Difference {difference} ({interval})."
    ),
    ShadowVerdict.NOT_TOLD_APART: mark(
        "On {n} decisions whose outcome is known the two cannot be told apart yet: a log-loss of {challenger} against "
        "{champion}, lower is better. Difference {difference} ({interval})."
    ),
}


@dataclass(frozen=True)
class ShownChallenger:
    """A challenger as the page shows it."""

    version: str
    """Fingerprint."""
    share: float
    since: float
    """Seconds since 1970."""
    by: str
    why: str
    answered: int = 0
    failed: int = 0
    waiting: int = 0
    left_out: int = 0
    """`answered`, `failed`, `waiting`, `left_out`: decisions."""
    errors: Mapping[str, int] = field(default_factory=dict)
    seconds: tuple[float, float] | None = None
    beside: tuple[float, float] | None = None
    """`seconds`, `beside`: median and 95 % quantile, of the challenger and of the live version."""
    judged: Mapping[str, Mapping[str, Any]] | None = None
    """Fields of ShadowJudgement by the label of the outcome; None while they are being worked out."""


def place(model: str) -> list[Component]:
    """The place of the challenger, which is filled when the page stands."""
    return [
        html.Div(id=ids.versions_part("challenger", model)),
        dcc.Interval(id=ids.versions_part("challenger-tick", model), interval=SOON, max_intervals=20),
    ]


def section(shown: ShownChallenger, model: str, *, may_change: bool) -> Component:
    """The challenger and how it does."""
    when = in_words(dt.datetime.fromtimestamp(shown.since, dt.UTC).isoformat(timespec="seconds"))
    lead = text(
        "{version} is asked beside the live version for {share} of the decisions, since {when}. Nobody sees its "
        "answers.",
        version=shown.version, share=share_text(shown.share), when=when,
    )  # fmt: skip
    why = who_and_why_words(shown.by, shown.why)
    parts: list[Component] = [html.H2(text("Challenger")), html.P(lead)]
    parts += [html.P(why, className="aside")] if why else []
    parts += _judged(shown.judged)
    parts.append(_how_it_does(shown))
    if shown.errors:
        listed = [html.Li(text("{reason} ({n})", reason=reason, n=count(n))) for reason, n in shown.errors.items()]
        parts.append(html.Details([html.Summary(text("Why it gave no answer")), html.Ul(listed)]))
    if may_change:
        promote = dcc.Link(
            text("Make it live"), href=url.href("versions", model, promote=shown.version), className="tool-button"
        )
        stop = dcc.Link(
            text("Stop asking it"), href=url.href("versions", model, stop=shown.version), className="tool-button"
        )
        parts.append(html.Div([promote, stop], className="versions-buttons"))
    return html.Section(parts, className="versions-live versions-challenger")


def share_text(share: float) -> str:
    """A share as people read it: "20 %"."""
    return percent(f"{100 * share:g}")


def _judged(judged: Mapping[str, Mapping[str, Any]] | None) -> list[Component]:
    if judged is None:
        return [html.P(text("What came of the decisions is being worked out …"), className="aside")]
    several = len(judged) > 1
    return [
        html.P([html.Strong(f"{label}: "), _verdict(each)] if several else _verdict(each), className="versions-verdict")
        for label, each in judged.items()
    ]


def _verdict(judgement: Mapping[str, Any]) -> str:
    loss, slots = judgement["log_loss"], {"n": count(judgement["outcomes"])}
    if judgement["verdict"] == ShadowVerdict.TOO_FEW:
        return text(
            "Too few to tell: the outcome of {n} decisions is known, and {came} came. It takes {fewest}, "
            "with at least {side} that came and {side} that did not.",
            **slots, came=count(judgement["came"]), fewest=FEWEST, side=FEWEST_OF_A_SIDE,
        )  # fmt: skip
    slots |= {name: decimal(loss[name], 4) for name in ("challenger", "champion", "difference")}
    interval = span(decimal(loss["low"], 4), decimal(loss["high"], 4))
    return text(VERDICTS[ShadowVerdict(judgement["verdict"])], **slots, interval=interval)


def _how_it_does(challenger: ShownChallenger) -> Component:
    total = challenger.answered + challenger.failed
    rows = [
        (text("Answered so far"), count(challenger.answered)),
        (text("Failed"), text("{n} of {all}", n=count(challenger.failed), all=count(total)) if total else count(0)),
        (text("Waiting"), count(challenger.waiting)),
    ]
    if challenger.left_out:
        rows.append((text("Left out: too many waited"), count(challenger.left_out)))
    for label, times in (
        (text("Time of the challenger"), challenger.seconds),
        (text("Time of the live version, beside it"), challenger.beside),
    ):
        if times:
            middle, high = (decimal(1_000 * each, 2) for each in times)
            rows.append((label, text("{middle} ms, 95 in 100 within {high} ms", middle=middle, high=high)))
    body = [html.Div([html.Dt(label), html.Dd(shown, className="number")]) for label, shown in rows]
    return html.Dl(body, className="versions-figures")


# ---- choosing and stopping
def choosing(
    rows: Sequence[VersionFacts], events: Sequence[TimelineEvent], model: str, shares: Sequence[float], before: str
) -> Component:  # fmt: skip
    """The form that asks for which share a version is to be asked, and why.

    Parameters
    ----------
    rows : sequence of VersionFacts, length 2
        The live version and the challenger.
    model : str
        Name or key in the address.
    before : str
        The challenger that it takes the place of; empty for none.
    """
    version = rows[-1].fingerprint
    happens = text(
        "It is asked about a share of the decisions after they were given, in a separate process. "
        "Nobody sees its answers, and nothing changes for anybody. The outcomes of these decisions "
        "tell which of the two is better."
    )
    options = [{"label": share_text(each), "value": str(each)} for each in shares]
    share = _part("choose-share", model, version)
    parts = [
        html.H2(text("Ask {version} in shadow?", version=version)),
        table(rows, events, text("What is live, and the challenger")),
        html.P(happens, className="versions-happens"),
        *([html.P(text("It takes the place of {version}.", version=before))] if before else []),
        html.Label(html.Span(text("Share of the decisions")), htmlFor=ids.element(share)),
        dbc.Select(id=share, options=options, value="0.2", class_name="versions-share"),
        *_reason_field(_part("choose-why", model, version)),
        *_buttons("choose", text("Ask it"), model, version),
    ]
    return html.Section(parts, className="versions versions-step")


def stopping(version: str, model: str) -> Component:
    """The form that asks why a challenger is to be asked no more."""
    parts = [
        html.H2(text("Stop asking {version}?", version=version)),
        html.P(text("Its answers so far are kept.")),
        *_reason_field(_part("stop-why", model, version)),
        *_buttons("stop", text("Stop asking it"), model, version),
    ]
    return html.Section(parts, className="versions versions-step")


def _reason_field(place: dict[str, Any]) -> list[Component]:
    return reason_field(place, text("It is kept with your name, in the audit log."))


def _buttons(name: str, does: str, model: str, version: str) -> list[Component]:
    confirm = html.Button(does, id=_part(name, model, version), type="button", className="cut-off-use")
    cancel = dcc.Link(text("Cancel"), href=url.href("versions", model), className="tool-button")
    said = html.Div("", id=_part(f"{name}-said", model, version), className="versions-said", role="status")
    return [html.Div([confirm, cancel], className="versions-buttons"), said]


def _part(name: str, model: str, version: str) -> dict[str, Any]:
    return ids.versions_part(name, model, to=version)
