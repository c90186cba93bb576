"""Waterfall of local Shapley values, from the base rate to the score, and the other reasons below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from layouts import html
from layouts.predict.counterfactuals import what_would_change
from layouts.predict.evidence import how_far_to_trust
from layouts.shared.percent import percents
from layouts.shared.static_html import signal
from ml.advice.advice import Advice, ScoreWithBlanks
from ml.advice.reasons import NOT_CAUSES, as_displayed
from ml.plots.palette import colour_of
from ml.text.words import points_text, rounded, unsure
from ml.translation import mark, text

HEADROOM = 1.04  # the largest bar ends a little before the edge
SAMPLED = mark("± is the error of sampling (95\u00a0%).")
BRIEF = 3  # reasons that the view for the call keeps


@dataclass(frozen=True)
class WaterfallStep:
    """One step of the waterfall: probabilities before and after it, 0 to 1, its words and their margin of error."""

    words: str
    start: float
    end: float
    unsure: str = ""

    @property
    def points(self) -> float:
        """Difference in percentage points."""
        return 100 * (self.end - self.start)


def reasons(scored: ScoreWithBlanks, advice: Advice, serial: int, step: int = 0) -> Component:
    """The reasons for the score of the outcome in focus: waterfall, counterfactuals, evidence.

    A script shows them only beside the answer of the same serial number. Later steps are about the same record, with
    smaller errors.
    """
    model = scored.model
    parts = [
        _why(scored, advice),
        what_would_change(scored, advice.counterfactuals),
        how_far_to_trust(scored, advice),
        signal("reasons", of=f"{serial}.{step}"),
    ]
    return html.Div(
        [part for part in parts if part is not None],
        className="reasons-parts",
        style={"--colour": colour_of(model.outcomes, scored.outcome)},
        **{"data-serial": str(serial), "data-model": model.key, "data-about": scored.outcome, "data-step": str(step)},
    )


def steps(scored: ScoreWithBlanks, advice: Advice) -> list[WaterfallStep]:
    """The strongest reasons for and against as steps, and the rest as one; together they lead to the score.

    The side with the strongest reason of all comes first.
    """
    column = scored.model.outcomes.index(scored.outcome)
    reached, bars = float(advice.explanation.base[column]), []
    sides = [side for side in (advice.reasons.raising, advice.reasons.lowering) if side]
    sides.sort(key=lambda side: -abs(side[0].points))
    for reason in (reason for side in sides for reason in side):
        bars.append(WaterfallStep(reason.sentence, reached, reached + reason.points / 100, reason.unsure))
        reached = bars[-1].end
    rest = 100 * (scored.probability - reached)
    if rounded(rest):
        words, error = _rest(rest, points_text(abs(rest)), alone=not bars), _error_of_rest(scored, advice)
        bars.append(WaterfallStep(words, reached, scored.probability, unsure(rest, error)))
    return bars


def _rest(rest: float, points: str, *, alone: bool) -> str:
    if rest > 0:
        everything = text("Everything else raises it by {points}", points=points)
        return text("All of it raises it by {points}", points=points) if alone else everything
    everything = text("Everything else lowers it by {points}", points=points)
    return text("All of it lowers it by {points}", points=points) if alone else everything


def _error_of_rest(scored: ScoreWithBlanks, advice: Advice) -> float:
    """Standard error, in points, of the contributions that are no step of their own.

    All contributions add up to the score, which has no error, so this is also the error of the steps' sum: the smaller
    of the two estimates counts.
    """
    named = {reason.feature for reason in (*advice.reasons.raising, *advice.reasons.lowering)}
    schema, _, errors = as_displayed(scored.model.schema, scored.row, advice.explanation.errors)
    own = errors[:, scored.model.outcomes.index(scored.outcome)].tolist()
    sides: tuple[list[float], list[float]] = ([], [])
    for name, error in zip(schema.names, own, strict=True):
        sides[name in named].append(error)
    return 100 * min(math.hypot(*side) for side in sides)


def _why(scored: ScoreWithBlanks, advice: Advice) -> Component:
    if not any(scored.known):
        words = text("Nothing is known yet, so this is what the model says about anybody.")
        return html.Div([html.H3(text("Why")), html.P(words, className="small")], className="why")
    outcomes, column = scored.model.outcomes, scored.model.outcomes.index(scored.outcome)
    base, led = float(advice.explanation.base[column]), steps(scored, advice)
    score = percents(scored.probabilities, exclusive=outcomes.exclusive)[column]
    from_all = percents(advice.explanation.base.tolist(), exclusive=outcomes.exclusive)[column]
    strongest = sorted(led, key=lambda step: -abs(step.points))[:BRIEF]
    most = HEADROOM * max([base, scored.probability, *(step.end for step in led)]) or 1.0
    rows = [
        _end(text("Before anything is known"), from_all, base / most),
        *(_row(step, most, strong=step in strongest) for step in led),
        _end(text("This record"), score, scored.probability / most),
    ]
    causes = text(NOT_CAUSES)
    data = {"data-base": repr(base), "data-total": repr(scored.probability)}
    parts: Sequence[Component] = [
        html.H3(text("Why")),
        html.Ol(rows, className="waterfall", **data),
        html.P(f"{causes} {text(SAMPLED)}" if any(step.unsure for step in led) else causes, className="tiny"),
    ]
    return html.Div(parts, className="why")


def _end(words: str, shown: str, share: float) -> Component:
    said = html.Div([html.Span(words), html.Span(shown, className="number")], className="fall-words")
    return html.Li([said, _bar(0.0, share)], className="fall fall-end")


def _row(step: WaterfallStep, most: float, *, strong: bool) -> Component:
    low, high = sorted((step.start, step.end))
    kind = "fall-up" if step.end > step.start else "fall-down"
    bar = _bar(max(low, 0.0) / most, (high - max(low, 0.0)) / most)
    words = html.Div(f"{step.words}.", className="fall-words")
    unsure = [html.Span(step.unsure, className="fall-unsure")] if step.unsure else []
    return html.Li(
        [words, *unsure, bar],
        className=f"fall {kind}{' fall-strong' if strong else ''}",
        **{"data-points": repr(step.points)},
    )


def _bar(start: float, width: float) -> Component:
    step = html.Span(className="fall-step", style={"left": f"{start:.3%}", "width": f"{width:.3%}"})
    return html.Span(step, className="fall-track", **{"aria-hidden": "true"})
