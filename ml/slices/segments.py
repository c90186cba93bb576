"""Segments: measures of the Performance page in each part of one feature; of two: ``segment_pairs.py``.

Decisions follow the page's cut-off; of a model without probabilities, the estimator's own labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import Booleans, OptionalFloats, Positions
from ml.decision.decide import acts
from ml.errors import NothingToShow
from ml.metrics.confusion_counts import ConfusionCounts, ratio
from ml.metrics.delong import auc_interval
from ml.metrics.evaluation import OneVsRest, need_probabilities
from ml.metrics.headline import headline, losses
from ml.metrics.intervals import WIDTH, intervals_of, joint_width, mean_interval
from ml.metrics.recalibration.check import kept_promises
from ml.metrics.registry import MEASURES, OF_COUNTS
from ml.slices.binning import MOST_PARTS, Binning, bin_feature
from ml.translation import mark, text

REPEATS, FEWER_REPEATS = 500, 200  # of measures of counts; of measures of probabilities
SELECTED = "selected"
LABELS = {SELECTED: mark("Share acted on")} | {measure.key: measure.label for measure in MEASURES}
IN_PERCENT = {SELECTED} | {measure.key for measure in MEASURES if measure.percent}
ENOUGH, FEWEST = 30, 5  # records from which a share is reliable; least in a small hold-out
FEWEST_OF_EITHER = 2  # records on each side below which a mean loss has no interval
FIRST = ("accuracy", "precision", "recall", SELECTED)  # shown first in the list of measures


@dataclass(frozen=True)
class Segments:
    """One measure in each of s parts of a feature."""

    feature: str
    measure: str
    """Label of the feature; key of the measure."""
    parts: list[str]
    """Length s."""
    value: OptionalFloats
    low: OptionalFloats
    high: OptionalFloats
    """The measure and its 95 % interval; None where it is undefined. Length s."""
    counted: list[float]
    """Weight of the records in the denominator of the measure; of all, where it is no share. Length s."""
    records: list[float]
    positive: list[float]
    """Weight of the records, and of those with the outcome. Length s."""
    whole: float | None
    """The measure on the whole hold-out."""
    cut_off: float | None
    """Cut-off of the decisions; None where the estimator's labels decide."""
    beyond: list[bool]
    """Whether the part differs from all records beyond chance, corrected for how many parts there are. Length s."""
    said: list[float] = field(default_factory=list)
    came: list[float] = field(default_factory=list)
    """Share with the outcome that the probabilities announce, and that came; empty without probabilities. Length s."""
    gap_low: list[float] = field(default_factory=list)
    gap_high: list[float] = field(default_factory=list)
    """Interval of came less said: of all parts together they hold in 95 % (``kept_promises``). Length s."""


def measures_of(offers: str) -> list[tuple[str, str]]:
    """Keys and labels of the available measures, the most common first."""
    known = list(FIRST) + [measure.key for measure in MEASURES if measure.key not in FIRST]
    if offers != "probabilities":
        counted = {SELECTED, *(measure.key for measure in OF_COUNTS)} - {"net_benefit"}
        known = [key for key in known if key in counted]
    return [(key, text(LABELS[key])) for key in known]


def segments(bundle: Bundle, answers: OneVsRest, feature: str, measure: str, cut_off: float) -> Segments:
    """A measure in each part of a feature.

    Raises
    ------
    NothingToShow
        When it is undefined in every part.
    """
    parts = binning_of(bundle, feature)
    value, low, high, counted = measure_parts(answers, parts, measure, cut_off)
    whole = measure_parts(answers, Binning(["all"], np.zeros_like(parts.place)), measure, cut_off)
    if all(each is None for each in value):
        raise undefined(measure)
    return Segments(
        feature=bundle.schema.feature(feature).label,
        measure=measure,
        parts=parts.labels,
        value=value,
        low=low,
        high=high,
        counted=counted,
        records=np.bincount(parts.place, answers.weight, parts.count).tolist(),
        positive=np.bincount(parts.place, answers.weight * answers.truth, parts.count).tolist(),
        whole=whole[0][0],
        cut_off=cut_off_used(answers, cut_off),
        beyond=beyond_chance((value, low, high), counted, whole[0][0]),
        **kept_promises(answers, parts.place),
    )


def beyond_chance(
    parts: tuple[OptionalFloats, OptionalFloats, OptionalFloats], counted: Sequence[float], whole: float | None
) -> list[bool]:
    """Flag the parts that differ from all records, together in at most 5 % of hold-outs without any difference.

    Each 95 % interval is widened on both sides to that of all parts together (Šidák 1967). The part belongs to all
    records, which makes the rule a little strict. Parts of fewer than five records counted are left out.

    Parameters
    ----------
    parts : tuple of three lists of float or None, length s
        Value of each part, and the ends of its 95 % interval.
    counted : sequence of float, length s
    """
    known = [
        each if None not in each and weight >= FEWEST and whole is not None else None
        for each, weight in zip(zip(*parts, strict=True), counted, strict=True)
    ]
    wider = joint_width(sum(each is not None for each in known)) / WIDTH

    def outside(value: float, low: float, high: float) -> bool:
        return whole is not None and not value - wider * (value - low) <= whole <= value + wider * (high - value)

    return [each is not None and outside(*each) for each in known]  # type: ignore[arg-type]


def measure_parts(
    answers: OneVsRest, parts: Binning, measure: str, cut_off: float
) -> tuple[OptionalFloats, OptionalFloats, OptionalFloats, list[float]]:
    """Value and interval of a measure in each part, and the weight of the records in its denominator.

    Intervals: Wilson's for shares of few records, else the bootstrap (``ml/metrics/intervals.py``); for mean
    losses that of a skewed mean, for ROC AUC DeLong's (``ml/metrics/delong.py``), for average precision
    that of ``ml/metrics/headline.py``.
    """
    counts, row = counts_by_part(answers, parts, cut_off), {each.key: each for each in OF_COUNTS}.get(measure)
    part = None if row is None else row.part
    whole = (counts.total if part is None else part(counts)[1])[:, 0].tolist()
    if measure != SELECTED and row is None:
        return *_of_probabilities(answers, parts, measure), whole
    with np.errstate(invalid="ignore"):  # parts without a record
        value = row.of_counts(counts) if row and row.of_counts else ratio(counts.selected, counts.total)
        ends = intervals_of(counts, _resampled(answers, parts, cut_off), _worth(answers.weight))[measure]
    low, high = (np.where(np.isnan(value[:, 0]), np.nan, end) for end in ends)
    return plain_numbers(value[:, 0]), plain_numbers(low), plain_numbers(high), whole


def acted(answers: OneVsRest, cut_off: float) -> Booleans:
    """Mask of the records acted on: by the cut-off, or by the estimator's labels where it has no probabilities."""
    return answers.labels if answers.probabilities is None else acts(answers.probabilities, cut_off)


def cut_off_used(answers: OneVsRest, cut_off: float) -> float | None:
    """The cut-off; None where the estimator's labels decide."""
    return None if answers.probabilities is None else cut_off


def enough_records(rows: float) -> float:
    """Least records of a reliable share in a hold-out of `rows`: a tenth, within 5 and 30."""
    return float(min(ENOUGH, max(FEWEST, rows // 10)))


def counts_by_part(answers: OneVsRest, parts: Binning, cut_off: float) -> ConfusionCounts:
    """Confusion counts in each part; shape (s, 1)."""
    counted = np.bincount(_cells(answers, parts, cut_off), answers.weight, 4 * parts.count).astype(
        np.float64, copy=False
    )
    hits, alarms, misses, rest = counted.reshape(4, -1, 1)
    return ConfusionCounts(hits, alarms, misses, rest, np.full((1, 1), cut_off))


def undefined(measure: str) -> NothingToShow:
    """NothingToShow, the error where a measure is undefined in every part."""
    return NothingToShow(
        text("{measure} is undefined in every part: no record is there to be counted.", measure=text(LABELS[measure])),
        text("Choose another measure, or move the cut-off."),
    )


def plain_numbers(values: np.ndarray) -> OptionalFloats:
    """The array as a list, None for NaN."""
    return [None if np.isnan(value) else value for value in values.tolist()]


def binning_of(bundle: Bundle, feature: str, most: int = MOST_PARTS) -> Binning:
    """Binning of the hold-out by the feature of that name."""
    at = bundle.schema.position[feature]
    return bin_feature(bundle.schema.features[at], bundle.holdout.block[at], most)


def _cells(answers: OneVsRest, parts: Binning, cut_off: float) -> Positions:
    """Index of each record by decision, truth and part: true and false positives, false and true negatives."""
    return (2 * ~acted(answers, cut_off) + ~answers.truth) * parts.count + parts.place


def _resampled(answers: OneVsRest, parts: Binning, cut_off: float) -> ConfusionCounts:
    """Confusion counts in each part of bootstrap resamplings, drawn from one multinomial: shape (s, b)."""
    cells, size = _cells(answers, parts, cut_off), 4 * parts.count
    rows, weight = np.bincount(cells, minlength=size), np.bincount(cells, answers.weight, size)
    drawn = np.random.default_rng(0).multinomial(len(cells), rows / len(cells), REPEATS)
    counted = (drawn * (weight / np.maximum(rows, 1))).T.reshape(4, parts.count, REPEATS)
    hits, alarms, misses, rest = counted
    return ConfusionCounts(hits, alarms, misses, rest, np.full((1, 1), cut_off))


def _worth(weight: np.ndarray) -> float:
    """Effective records a unit of weight (Kish 1965)."""
    return float(weight.sum() / (weight**2).sum())


def _of_probabilities(
    answers: OneVsRest, parts: Binning, measure: str
) -> tuple[OptionalFloats, OptionalFloats, OptionalFloats]:
    values = [_headline(_only(answers, parts.place == at), measure) for at in range(parts.count)]
    value, low, high = (list(column) for column in zip(*values, strict=True))
    return value, low, high


def _headline(answers: OneVsRest, measure: str) -> tuple[float | None, float | None, float | None]:
    """One measure of probabilities with its interval, by a formula where there is one, else by the bootstrap."""
    rows, both = len(answers.truth), answers.truth.any() and not answers.truth.all()
    if measure in ("brier", "log_loss") and rows:
        loss = losses(answers)[measure == "log_loss"]
        value = float(np.average(loss, weights=answers.weight))
        low, high = mean_interval(loss, answers.weight) if _surprising(answers) else (None, None)
        return value, low, high if high is None or measure == "log_loss" else min(high, 1.0)
    if not both:
        return None, None, None
    if measure == "roc_auc":
        return auc_interval(answers.truth, need_probabilities(answers.probabilities))
    headlines = headline(answers, repeats=FEWER_REPEATS)
    return headlines.value[measure], headlines.low[measure], headlines.high[measure]


def _surprising(answers: OneVsRest) -> bool:
    """True when both sides have enough records: else the largest losses were not observed yet."""
    having = int(answers.truth.sum())
    return min(having, len(answers.truth) - having) >= FEWEST_OF_EITHER


def _only(answers: OneVsRest, which: np.ndarray) -> OneVsRest:
    probabilities = None if answers.probabilities is None else answers.probabilities[which]
    return OneVsRest(answers.truth[which], answers.labels[which], probabilities, answers.weight[which])
