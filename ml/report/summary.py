"""The summary of a report: what the model predicts, for whom, how well, from where we act, and what it pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ml.metrics.custom import custom_measures_of
from ml.metrics.overview import Overview
from ml.metrics.registry import BY_KEY, MEASURES, OF_COUNTS, Measure, measure_of
from ml.plots.profit_words import brings
from ml.report.contents import NO_WORTH, Report
from ml.text.best_cut_off_words import best_cut_off_words
from ml.text.cut_off_words import cut_off_sentence, cut_off_text, measure_words, span_words
from ml.text.holdout_words import counted_words, warnings
from ml.text.number_words import count, percent, span
from ml.text.words import number_text
from ml.translation import text

FIRST = ("roc_auc", "precision", "recall", "accuracy")
OWN = ("precision", "recall", "f1")  # of a model that gives labels only


@dataclass(frozen=True)
class MeasureLine:
    """One measure in words."""

    key: str
    label: str
    value: str
    between: str = ""
    """Its 95 % interval; empty where it has none."""
    trivial: str = ""
    """Value of a trivial model that gives all records one answer, and what that model does."""
    definition: str = ""


def paragraphs(report: Report) -> list[str]:
    """The summary, a few sentences each; what cannot be said says why."""
    said = [_what(report), _whom(report), *warnings(report.bundle.card)]
    if report.overview is None:
        return [*said, report.refusal, _own(report)]
    overview = report.overview
    acting = cut_off_sentence(overview.table, overview.row, report.view.records)
    best = best_cut_off_words(report.bundle.card, report.view.outcome)
    return [*said, _how_good(report, overview), acting, " ".join(filter(None, [_pays(report, overview), best]))]


def cut_off_words(report: Report) -> str:
    """The cut-off in use, for the head of a report."""
    if report.overview is None:
        return text("No cut-off")
    return text("Cut-off in use: {cut_off}", cut_off=cut_off_text(report.cut_off))


def lines(report: Report) -> list[MeasureLine]:
    """The headline measures in the order of the Performance page, then those that the recipe brings."""
    if report.overview is None:
        return _own_lines(report)
    own = custom_measures_of(report.bundle.card, report.view.outcome)
    brought = [
        MeasureLine(f"own-{at}", each.label, _plain(each.value), _between(each.low, each.high))
        for at, each in enumerate(own)
    ]
    return [*(line_of(report.overview, each) for each in MEASURES if each.headline), *brought]


def first(report: Report) -> list[MeasureLine]:
    """The few measures that stand out."""
    by_key = {line.key: line for line in lines(report)}
    return [by_key[key] for key in (FIRST if report.overview else OWN) if key in by_key]


def line_of(overview: Overview, measure: Measure) -> MeasureLine:
    """A measure at the cut-off in use: a pick from the threshold table, or from the headline."""
    table, head, row = overview.table, overview.headline, overview.row
    value: float | None
    if measure in OF_COUNTS:
        trivial = table.trivial[measure.key]
        value, low, high = (part[measure.key][row] for part in (table.columns, table.low, table.high))
    else:
        trivial = head.trivial[measure.key]
        value, low, high = head.value[measure.key], head.low[measure.key], head.high[measure.key]
    alone = f"{measure_words(measure, trivial)}, {text(measure.trivial_words)}"
    return MeasureLine(
        measure.key,
        text(measure.label),
        measure_words(measure, value),
        span_words(measure, low, high),
        alone,
        text(measure.definition),
    )


def outcome_rows(report: Report) -> tuple[list[str], list[list[str]]]:
    """All outcomes beside each other as the estimator itself decides: header and rows, averages last."""
    averages = report.averages
    measures = [
        BY_KEY[key] for key in ("precision", "recall", "f1", "roc_auc", "average_precision") if key in averages.each
    ]
    body = [
        [
            report.view.outcomes[name].label,
            count(averages.support[at]),
            *(measure_words(measure, averages.each[measure.key][at]) for measure in measures),
        ]
        for at, name in enumerate(averages.outcomes)
    ]
    for words, average in (
        (text("Mean (macro)"), averages.macro),
        (text("Mean weighted by records"), averages.weighted),
    ):
        body.append([words, "", *(measure_words(measure, average[measure.key]) for measure in measures)])
    return [text("Outcome"), text("Records"), *(text(measure.label) for measure in measures)], body


def _what(report: Report) -> str:
    bundle = report.bundle
    slots = {"model": str(bundle.card.get("description") or bundle.title).rstrip("."), "outcome": report.view.label}
    if bundle.offers == "probabilities":
        return text("{model}. This report is about the probability of “{outcome}”.", **slots)
    return text("{model}. This report is about the decision on “{outcome}”.", **slots)


def _whom(report: Report) -> str:
    card = report.bundle.card
    use = str(card.get("use") or "").rstrip(".")
    averages = report.averages
    at = averages.outcomes.index(report.view.outcome)
    records = card.get("rows", {}).get("hold-out", 0)
    slots = {"records": counted_words(card, records), "n": count(averages.support[at]), "outcome": report.view.label}
    if report.view.outcomes.exclusive:
        said = text("It is judged on {records}, {n} of them “{outcome}”.", **slots)
    else:
        said = text("It is judged on {records}, {n} of them with “{outcome}”.", **slots)
    return f"{text('Intended use: {use}.', use=use)} {said}" if use else said


def _how_good(report: Report, overview: Overview) -> str:
    head = overview.headline
    low, high = head.low["roc_auc"], head.high["roc_auc"]
    slots = {"outcome": report.view.label, "share": percent(head.value["roc_auc"])}
    slots["guessing"] = percent(head.trivial["roc_auc"] or 0.5)
    if low is None or high is None:
        return text(
            "Of two records, one with “{outcome}” and one without, it gives the first the higher probability in "
            "{share} of cases; guessing would in {guessing}.",
            **slots,
        )
    return text(
        "Of two records, one with “{outcome}” and one without, it gives the first the higher probability in {share} of "
        "cases (with other records of the same kind {interval}); guessing would in {guessing}.",
        **slots,
        interval=span(percent(low), percent(high)),
    )


def _pays(report: Report, overview: Overview) -> str:
    """Profit at the cut-off in use beside the most that there is."""
    result = report.money
    if result is None:
        return text(NO_WORTH)
    return brings(result, overview.table, overview.row)


def _own(report: Report) -> str:
    right = percent(report.averages.right)
    if report.view.outcomes.exclusive:
        return text("As the model itself decides, its decision is right on {share} of the records.", share=right)
    return text("As the model itself decides, its row of decisions is right on {share} of the records.", share=right)


def _own_lines(report: Report) -> list[MeasureLine]:
    averages = report.averages
    at = averages.outcomes.index(report.view.outcome)
    known: list[tuple[Measure, Any]] = [
        (measure_of(key), averages.each[key][at]) for key in OWN if key in averages.each
    ]
    return [
        MeasureLine(
            measure.key, text(measure.label), measure_words(measure, value), definition=text(measure.definition)
        )
        for measure, value in known
        if value is not None
    ]


def _plain(value: float) -> str:
    return number_text(round(value, 3))


def _between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else span(_plain(low), _plain(high))
