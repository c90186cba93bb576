"""Sentences of the three answers: numbers of the plots' own results, in words (docs/decisions/0047)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ml.decision.payoff import payoff_of
from ml.errors import NoProbabilities, NothingToShow, OneOutcomeOnly
from ml.metrics.overview import Overview, overview
from ml.metrics.profit import ProfitCurve
from ml.plots.curves.reliability_diagram import LEVEL, how_off
from ml.plots.decisions.profit_curve import amount, brings, profit_of_none
from ml.plots.insights import mean_shapley, permutation_importance
from ml.plots.plot import View
from ml.plots.results import found
from ml.text.few_words import few_words
from ml.text.holdout_words import warnings
from ml.text.number_words import count, decimal, percent
from ml.text.spoken import cut_off_text
from ml.text.words import listed, points_text

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle
    from ml.service import Service

NAMED = 3  # features
YES, CARE, NO = "Yes, by these figures.", "With care.", "No, not by these figures."
NOT_HERE = (NoProbabilities, NothingToShow, OneOutcomeOnly)  # of a plot that this model or outcome does not have


class Subject:
    """What is asked about: one outcome of one version.

    Parameters
    ----------
    service : Service
    bundle : Bundle
    outcome : str
        Its name.
    """

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

    def told(self, key: str) -> tuple[Any, View] | None:
        """Result and view of a plot as the pages open with it; None where this model or outcome does not have it."""
        try:
            _, result, view = found(self.service, self.bundle.key, key, self.outcome.name)
        except NOT_HERE:
            return None
        return result, view

    def result(self, key: str) -> Any:
        """As :meth:`told`, without the view."""
        told = self.told(key)
        return told and told[0]


# ---- what drives it -------------------------------------------------------------------------
def drives(about: Subject) -> Iterator[str]:
    """Which features move the probability most, or without probabilities, by which the labels become wrong."""
    name = about.outcome.label
    if told := about.told("contributions"):
        rows = [(label, 100 * size) for label, size, _ in mean_shapley.ranked(*told) if 100 * size >= 0.05]
        if not rows:
            yield "Nothing."
            yield f"The model gives all records the same probability of “{name}”."
            return
        (first, most), *rest = rows
        yield f"{first}, most of all."
        yield f"It moves the probability of “{name}” by {points_text(most)} on average."
        if rest[: NAMED - 1]:
            yield f"Next: {listed([f'{label} ({points_text(size)})' for label, size in rest[: NAMED - 1]])}."
    elif told := about.told("importance"):
        result, view = told
        leading = [row for row in permutation_importance.ranked(result, view) if row.mean > 0][:NAMED]
        if not leading:
            yield "Nothing alone."
            yield f"Shuffling any one feature makes it no worse at “{name}”."
            return
        before = result.error[view.index]
        yield f"{leading[0].label}, most of all."
        yield (
            f"With its values shuffled among the records, {percent(before + leading[0].mean)} of the labels are wrong "
            f"instead of {percent(before)}."
        )
        if leading[1:]:
            yield f"Next: {listed([row.label for row in leading[1:]])}."


# ---- for whom is it wrong -------------------------------------------------------------------
def errs(about: Subject) -> Iterator[str]:
    """The group that is decided wrongly more often than chance explains, and how many decisions are wrong in all."""
    worst = about.result("worst-segments")
    if worst is None:
        yield "For nobody more than it expects."
    elif not worst.found:
        yield "No group stands out."
        yield (
            f"Of {count(worst.looked_at)} groups of at least {count(worst.least)} records none is decided wrongly more "
            "often than chance makes of the worst of so many."
        )
    else:
        against = f"it expects {percent(worst.expected[0])}" if worst.own else f"{percent(worst.rest[0])} of all others"
        more = f" The same holds for {count(worst.found - 1)} more." if worst.found > 1 else ""
        yield f"{worst.segment[0].replace('; ', ', ')}."
        yield (
            f"Of {count(worst.records[0])} such records {percent(worst.error[0])} are decided wrongly; {against}."
            f"{few_words(worst.records[0])}{more}"
        )
    yield _wrong(about)


def _wrong(about: Subject) -> str:
    """How many decisions are wrong in all, and in which way."""
    if about.counted is None:
        told = about.result("confusion")
        if told is None:
            return ""
        wrong = sum(cell for at, row in enumerate(told.counts) for to, cell in enumerate(row) if at != to)
        return f"In all {count(wrong)} of {count(sum(map(sum, told.counts)))} labels are wrong."
    table, row = about.counted.table, about.counted.row
    vain, missed = ((table.columns[name][row] or 0.0) for name in ("false_positive", "false_negative"))
    whole = table.positive + table.negative
    return (
        f"In all {percent((vain + missed) / whole)} of {count(whole)} decisions are wrong at the cut-off "
        f"{cut_off_text(table.cut_off[row])}: {count(vain)} acted on in vain, {count(missed)} missed."
    )


# ---- is it good enough ----------------------------------------------------------------------
def serves(about: Subject) -> Iterator[str]:
    """Whether it is good enough to use, what it finds and brings, and what is doubtful."""
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
        yield f"{brings(profit, about.counted.table, about.counted.row)}; acting on all brings {_all(profit)}."
    if calibration is not None:
        sound = "Its probabilities mean what they say, as far as chance lets see."
        yield f"Its probabilities do not mean what they say: {how_off(calibration)}." if off else sound
    yield from warned


def _serves_by_labels(about: Subject, warned: list[str]) -> Iterator[str]:
    told = about.result("confusion")
    if told is None:
        yield from warned
        return
    rows = [sum(row) for row in told.counts]
    right, usual = (part / sum(rows) for part in (sum(row[at] for at, row in enumerate(told.counts)), max(rows)))
    yield NO if right <= usual else CARE if warned else YES
    yield (
        f"Its own label is right for {percent(right)} of {count(sum(rows))} records; giving all the most frequent one "
        f"would be right for {percent(usual)}."
    )
    yield from warned


def _profit(about: Subject) -> ProfitCurve | None:
    """Profit by cut-off, where the card says what a decision is worth."""
    stated = payoff_of(about.bundle.card, about.outcome.name) is not None
    return about.result("profit") if stated else None


def _verdict(counted: Overview, profit: ProfitCurve | None, doubts: bool) -> str:
    """Whether it tells records apart beyond chance and, where that has a price, brings more than all or none would."""
    low = counted.headline.low["roc_auc"]
    if (counted.headline.value["roc_auc"] or 0.0) <= 0.5 or (low is not None and low <= 0.5):
        return f"{NO} It tells the records apart no better than chance."
    if profit and profit.best is not None:
        more_than_all = (profit.behind[0] or 0.0) > 0
        if profit.profit[profit.best] <= profit_of_none(profit, counted.table) or not more_than_all:
            return f"{NO} No cut-off brings more than acting on all, or on none."
        doubts = doubts or (profit.behind_low[0] or 0.0) <= 0
    return CARE if doubts else YES


def _finds(counted: Overview, records: str) -> str:
    table, row = counted.table, counted.row
    selected, recall, lift = (table.columns[name][row] for name in ("selected", "recall", "lift"))
    from_here = f"at the cut-off {cut_off_text(table.cut_off[row])}"
    if not selected:
        return f"It acts on nobody {from_here}."
    times = f", {decimal(lift, 1)} times as many as by chance" if lift else ""
    return (
        f"By acting on {percent(selected)} of all records it finds {percent(recall or 0.0)} of the {records}{times} "
        f"({from_here})."
    )


def _all(profit: ProfitCurve) -> str:
    return amount(profit.profit[0], profit)
