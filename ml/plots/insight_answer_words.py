"""Sentences of the three answers: numbers of the plots' own results, in words.

Why these three: docs/decisions/0047-three-answers-first.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ml.bundle.bundle import Bundle
from ml.decision.payoff import payoff_of
from ml.errors import NoProbabilities, NothingToShow, OneOutcomeOnly
from ml.metrics.overview import Overview, overview
from ml.metrics.profit import ProfitCurve
from ml.plots.curves.reliability_diagram import LEVEL, how_off
from ml.plots.decisions.profit_curve import profit_of_none
from ml.plots.drawn_plots import plot_result
from ml.plots.insights import mean_shapley, permutation_importance
from ml.plots.plot import View
from ml.plots.profit_words import brings
from ml.service import Service
from ml.slices.slice_finder import WorstSegments
from ml.text.cut_off_words import cut_off_text
from ml.text.few_words import few_words
from ml.text.holdout_words import warnings
from ml.text.number_words import count, decimal, percent
from ml.text.words import points_text
from ml.translation import in_row, listed, mark, plural, text

NAMED = 3  # features
YES, CARE, NO = mark("Yes, by these figures."), mark("With care."), mark("No, not by these figures.")
NOT_HERE = (NoProbabilities, NothingToShow, OneOutcomeOnly)  # of a plot that this model or outcome does not have


class Subject:
    """Subject of a question: one outcome of one version."""

    def __init__(self, service: Service, bundle: Bundle, outcome: str) -> None:
        self.service, self.bundle = service, bundle
        self.outcome = bundle.outcomes[outcome]
        self.view = View(bundle.outcomes, outcome)
        self.certain = bundle.offers == "probabilities"

    @cached_property
    def counted(self) -> Overview | None:
        """Threshold table and headline, at the cut-off in use; None where there are none."""
        try:
            return overview(self.service, self.bundle, self.outcome.name)
        except NOT_HERE:
            return None

    def drawn(self, key: str) -> tuple[Any, View] | None:
        """Result and view of a plot as the pages open with it; None where this model or outcome does not have it."""
        try:
            _, result, view = plot_result(self.service, self.bundle.key, key, self.outcome.name)
        except NOT_HERE:
            return None
        return result, view

    def result(self, key: str) -> Any:
        """Like :meth:`drawn`, without the view."""
        told = self.drawn(key)
        return told and told[0]


# ---- what drives it -------------------------------------------------------------------------
def drives(about: Subject) -> Iterator[str]:
    """Features that move the probability most, or without probabilities, by which the labels become wrong."""
    name = about.outcome.label
    if drawn := about.drawn("contributions"):
        rows = [(label, 100 * size) for label, size, _ in mean_shapley.ranked(*drawn) if 100 * size >= 0.05]
        if not rows:
            yield text("Nothing.")
            yield text("The model gives all records the same probability of “{outcome}”.", outcome=name)
            return
        (first, most), *rest = rows
        yield text("{feature}, most of all.", feature=first)
        yield text(
            "It moves the probability of “{outcome}” by {points} on average.", outcome=name, points=points_text(most)
        )
        if rest[: NAMED - 1]:
            yield _next([f"{label} ({points_text(size)})" for label, size in rest[: NAMED - 1]])
    elif drawn := about.drawn("importance"):
        result, view = drawn
        leading = [row for row in permutation_importance.ranked(result, view) if row.mean > 0][:NAMED]
        if not leading:
            yield text("Nothing alone.")
            yield text("Shuffling any one feature makes it no worse at “{outcome}”.", outcome=name)
            return
        before = result.error[view.index]
        yield text("{feature}, most of all.", feature=leading[0].label)
        yield text(
            "With its values shuffled among the records, {share} of the labels are wrong instead of {before}.",
            share=percent(before + leading[0].mean),
            before=percent(before),
        )
        if leading[1:]:
            yield _next([row.label for row in leading[1:]])


def _next(features: list[str]) -> str:
    return text("Next: {features}.", features=listed(features))


# ---- for whom is it wrong -------------------------------------------------------------------
def errs(about: Subject) -> Iterator[str]:
    """The group that is decided wrongly more often than chance explains, and how many decisions are wrong in all."""
    worst = about.result("worst-segments")
    if worst is None:
        yield text("For nobody more than it expects.")
    elif not worst.found:
        yield text("No group stands out.")
        yield text(
            "Of {groups} groups of at least {least} records none is decided wrongly more often than chance makes of "
            "the worst of so many.",
            groups=count(worst.looked_at),
            least=count(worst.least),
        )
    else:
        yield text("{segment}.", segment=in_row(worst.parts[0]))
        yield _worst(worst) + few_words(worst.records[0])
        if others := worst.found - 1:
            yield plural(
                "The same holds for {n} more group.", "The same holds for {n} more groups.", others, n=count(others)
            )
    yield _wrong(about)


def _worst(worst: WorstSegments) -> str:
    """Error rate of the worst group, against the one that the model expects or that of all others."""
    slots = {"records": count(worst.records[0]), "share": percent(worst.error[0])}
    if worst.own:
        return text(
            "Of {records} such records {share} are decided wrongly; it expects {expected}.",
            **slots,
            expected=percent(worst.expected[0]),
        )
    return text(
        "Of {records} such records {share} are decided wrongly; {rest} of all others.",
        **slots,
        rest=percent(worst.rest[0]),
    )


def _wrong(about: Subject) -> str:
    """Number of wrong decisions, and of each kind."""
    if about.counted is None:
        confusion = about.result("confusion")
        if confusion is None:
            return ""
        wrong = sum(cell for at, row in enumerate(confusion.counts) for to, cell in enumerate(row) if at != to)
        return text(
            "In all {wrong} of {n} labels are wrong.", wrong=count(wrong), n=count(sum(map(sum, confusion.counts)))
        )
    table, row = about.counted.table, about.counted.row
    vain, missed = ((table.columns[name][row] or 0.0) for name in ("false_positive", "false_negative"))
    whole = table.positive + table.negative
    return text(
        "In all {share} of {n} decisions are wrong at the cut-off {cut_off}: {vain} acted on in vain, {missed} missed.",
        share=percent((vain + missed) / whole),
        n=count(whole),
        cut_off=cut_off_text(table.cut_off[row]),
        vain=count(vain),
        missed=count(missed),
    )


# ---- is it good enough ----------------------------------------------------------------------
def serves(about: Subject) -> Iterator[str]:
    """Verdict on the model's use: performance, benefit, and doubts."""
    warned = warnings(about.bundle.card)
    if about.counted is None:
        yield from _serves_by_labels(about, warned)
        return
    calibration, profit = about.result("calibration"), _profit(about)
    off = calibration is not None and calibration.p_value <= LEVEL
    yield _verdict(about.counted, profit, bool(warned or off))
    yield _finds(about.counted, about.view.records)
    if not warned:
        yield few_words(about.counted.table.positive, about.view.records)
    if profit:
        yield brings(profit, about.counted.table, about.counted.row, with_all=True)
    if calibration is not None and off:
        yield text("Its probabilities do not mean what they say: {how}.", how=how_off(calibration))
    elif calibration is not None:
        yield text("Its probabilities mean what they say, as far as chance lets see.")
    yield from warned


def _serves_by_labels(about: Subject, warned: list[str]) -> Iterator[str]:
    confusion = about.result("confusion")
    if confusion is None:
        yield from warned
        return
    rows = [sum(row) for row in confusion.counts]
    right, usual = (part / sum(rows) for part in (sum(row[at] for at, row in enumerate(confusion.counts)), max(rows)))
    yield text(NO if right <= usual else CARE if warned else YES)
    yield text(
        "Its own label is right for {right} of {n} records; giving all the most frequent one would be right for "
        "{usual}.",
        right=percent(right),
        n=count(sum(rows)),
        usual=percent(usual),
    )
    yield from warned


def _profit(about: Subject) -> ProfitCurve | None:
    """Profit by cut-off, where the card says what a decision is worth."""
    stated = payoff_of(about.bundle.card, about.outcome.name) is not None
    return about.result("profit") if stated else None


def _verdict(counted: Overview, profit: ProfitCurve | None, doubts: bool) -> str:
    """Verdict in words: better than chance and, where that has a price, than acting on all or none."""
    low = counted.headline.low["roc_auc"]
    if (counted.headline.value["roc_auc"] or 0.0) <= 0.5 or (low is not None and low <= 0.5):
        return f"{text(NO)} {text('It tells the records apart no better than chance.')}"
    if profit and profit.best is not None:
        more_than_all = (profit.behind[0] or 0.0) > 0
        if profit.profit[profit.best] <= profit_of_none(profit, counted.table) or not more_than_all:
            return f"{text(NO)} {text('No cut-off brings more than acting on all, or on none.')}"
        doubts = doubts or (profit.behind_low[0] or 0.0) <= 0
    return text(CARE if doubts else YES)


def _finds(counted: Overview, counted_as: str) -> str:
    table, row = counted.table, counted.row
    selected, recall, lift = (table.columns[name][row] for name in ("selected", "recall", "lift"))
    slots = {"cut_off": cut_off_text(table.cut_off[row])}
    if not selected:
        return text("It acts on nobody at the cut-off {cut_off}.", **slots)
    slots |= {"share": percent(selected), "found": percent(recall or 0.0), "records": counted_as}
    if not lift:
        return text(
            "By acting on {share} of all records it finds {found} of the {records} (at the cut-off {cut_off}).", **slots
        )
    return text(
        "By acting on {share} of all records it finds {found} of the {records}, {times} times as many as by chance "
        "(at the cut-off {cut_off}).",
        **slots,
        times=decimal(lift, 1),
    )
