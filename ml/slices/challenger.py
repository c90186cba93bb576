"""Champion and challenger: two versions of a model compared on the same hold-out, with intervals.

All differences come from one paired bootstrap of the records. Records are grouped by the decisions of both
versions and the truth: eight groups, drawn from one multinomial, which is exactly the bootstrap of
counts. Sums of losses and of placement values within a group are drawn as normal. The ROC AUC is the
mean of placement values (DeLong, DeLong & Clarke-Pearson 1988).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import Floats, OptionalFloats, Positions
from ml.errors import NothingToShow
from ml.lifecycle.versions import same_holdout, version_of
from ml.metrics.confusion_counts import ConfusionCounts
from ml.metrics.confusion_matrix import one_outcome_only
from ml.metrics.delong import placements
from ml.metrics.evaluation import OneVsRest, evaluation_of
from ml.metrics.headline import losses
from ml.metrics.intervals import percentile_interval
from ml.metrics.registry import MEASURES
from ml.slices.segments import acted, cut_off_used, plain_numbers
from ml.translation import text

REPEATS = 2_000
COUNTED = ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "mcc")
RANKED = ("roc_auc", "brier", "log_loss")
LEVEL, TINY = 0.05, 1e-12
EXACT = 1_000  # discordant records up to which McNemar's test is exact


@dataclass(frozen=True)
class ChallengerComparison:
    """Comparison of the champion (the version of the page) with a challenger."""

    champion: str
    challenger: str
    """Labels of the versions."""
    measures: list[str]
    """Keys of the measures. Length q."""
    first: OptionalFloats
    second: OptionalFloats
    """Values of the champion and of the challenger; None where undefined. Length q."""
    difference: OptionalFloats
    low: OptionalFloats
    high: OptionalFloats
    """Challenger less champion, and its 95 % interval. Length q."""
    beyond: list[bool]
    """Whether the difference is beyond chance, corrected for how many measures there are (:func:`beyond_chance`).
    Length q."""
    better: list[str]
    """"high" or "low". Length q."""
    only_first: float
    only_second: float
    """Discordant records: those that only the champion, and only the challenger, decides correctly."""
    p_value: float
    """Of McNemar's test (1947) that both are equally frequent: two-sided, see :func:`mcnemar`."""
    records: int
    same_holdout: bool
    """Whether both versions have this hold-out: if not, the challenger may have seen it in training."""
    newer: bool
    """Whether the challenger was made later."""
    cut_off: float | None


def challenge(bundle: Bundle, other: Bundle, answers: OneVsRest, outcome: str, cut_off: float) -> ChallengerComparison:
    """Compare two versions on the first one's hold-out.

    Parameters
    ----------
    bundle, other : Bundle
        Champion and challenger, of one model.
    answers : OneVsRest
        The champion's.

    Raises
    ------
    NothingToShow
        When the challenger asks for other features, has other outcomes or offers something else.
    OneOutcomeOnly
        When all rows of the hold-out, or none, have the outcome.
    """
    if answers.truth.all() or not answers.truth.any():
        raise one_outcome_only(len(answers.truth), bool(answers.truth.any()), bundle.outcomes[outcome].label)
    rival = answers_of(bundle, other, answers, outcome)
    compared, beyond = compare(answers, rival, cut_off)
    mine, theirs = (version_of(each.folder) for each in (bundle, other))
    one = acted(answers, cut_off) == answers.truth
    two = acted(rival, cut_off) == answers.truth
    only_first, only_second = int((one & ~two).sum()), int((~one & two).sum())
    return ChallengerComparison(
        champion=mine.label,
        challenger=theirs.label,
        measures=list(compared),
        first=[row[0] for row in compared.values()],
        second=[row[1] for row in compared.values()],
        difference=[row[2] for row in compared.values()],
        low=[row[3] for row in compared.values()],
        high=[row[4] for row in compared.values()],
        beyond=[beyond[key] for key in compared],
        better=[{each.key: each.better for each in MEASURES}[key] for key in compared],
        only_first=only_first,
        only_second=only_second,
        p_value=mcnemar(only_first, only_second),
        records=len(answers.truth),
        same_holdout=same_holdout(bundle, other),
        newer=theirs.created > mine.created,
        cut_off=cut_off_used(answers, cut_off),
    )


def answers_of(bundle: Bundle, other: Bundle, answers: OneVsRest, outcome: str) -> OneVsRest:
    """Predictions of the other version for the bundle's hold-out; NothingToShow where it cannot be compared."""
    why = why_incomparable(bundle, other)
    if why:
        raise NothingToShow(why, text("Choose another version."))
    try:
        said = evaluation_of(other) if same_holdout(bundle, other) else other.predictor.block(bundle.holdout.block)
    except ValueError as error:
        reason = str(error).splitlines()[0][:200]
        message = text("{version} cannot answer these records: {reason}", version=other.key, reason=reason)
        raise NothingToShow(message, text("Choose another version.")) from error
    at = other.outcomes.index(outcome)
    probabilities = None if said.probabilities is None else said.probabilities[:, at]
    return OneVsRest(answers.truth, said.labels[:, at], probabilities, answers.weight)


def why_incomparable(bundle: Bundle, other: Bundle) -> str:
    """The reason why two versions cannot be compared, in a sentence; empty where they can."""
    champion, challenger = ({f.name: f.kind for f in each.schema.features} for each in (bundle, other))
    strange = [name for name in (*challenger, *champion) if champion.get(name) != challenger.get(name)]
    said = {"version": other.key, "names": ", ".join(dict.fromkeys(strange) or other.outcomes.names)}
    if strange:
        return text("{version} asks for other features ({names}), so it cannot be compared.", **said)
    if list(champion) != list(challenger):
        return text("{version} asks for the features in another order, so it cannot be compared.", **said)
    if bundle.outcomes.names != other.outcomes.names or bundle.outcomes.exclusive != other.outcomes.exclusive:
        return text("{version} has other outcomes ({names}), so it cannot be compared.", **said)
    if bundle.offers != other.offers:
        said |= {"offered": other.offers, "wanted": bundle.offers}
        return text("{version} offers {offered} instead of {wanted}, so it cannot be compared.", **said)
    return ""


def compare(
    one: OneVsRest, two: OneVsRest, cut_off: float
) -> tuple[dict[str, tuple[float | None, ...]], dict[str, bool]]:
    """By key of the measure: both values, their difference and its interval; and which are beyond chance."""
    truth = one.truth
    first, second = acted(one, cut_off), acted(two, cut_off)
    cell = 4 * truth + 2 * first + second
    rows = np.bincount(cell, minlength=8)
    drawn = np.random.default_rng(0).multinomial(len(truth), rows / len(truth), REPEATS)
    keys = {measure.key: measure.of_counts for measure in MEASURES}
    values: dict[str, tuple[Floats, Floats]] = {}
    samples: dict[str, Floats] = {}
    if one.probabilities is not None:
        for key, (here, sample) in _of_probabilities(one, two, cell, drawn).items():
            values[key], samples[key] = here, sample
    for key in COUNTED:
        of_counts = keys[key]
        assert of_counts is not None  # noqa: S101 - COUNTED holds no other
        values[key] = (of_counts(_counts_at(rows[None], 2)), of_counts(_counts_at(rows[None], 1)))
        samples[key] = of_counts(_counts_at(drawn, 1)) - of_counts(_counts_at(drawn, 2))
    differences = {key: _row(*values[key], sample) for key, sample in samples.items()}
    return differences, beyond_chance({key: row[2] for key, row in differences.items()}, samples)


def beyond_chance(difference: Mapping[str, float | None], samples: Mapping[str, Floats]) -> dict[str, bool]:
    """Flag the differences that are beyond chance, together in 5 % of comparisons without any difference.

    Single-step maximum of the standardised differences over the resamplings, `samples` (Westfall & Young 1993; Romano &
    Wolf 2005): measures that go together, as accuracy and MCC do, are not corrected for as if they did not.
    """
    spread = {key: float(np.nanstd(sample)) if not np.isnan(sample).all() else 0.0 for key, sample in samples.items()}
    used = [key for key, value in difference.items() if value is not None and spread[key] > TINY]
    if not used:
        return dict.fromkeys(difference, False)
    centred = [np.abs(samples[key] - np.nanmean(samples[key])) / spread[key] for key in used]
    most = float(np.quantile(np.max(np.nan_to_num(centred), axis=0), 1 - LEVEL))
    return {key: key in used and abs(difference[key] or 0.0) / spread[key] > most for key in difference}


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p-value of McNemar's exact test; above 1,000 records normal with continuity correction."""
    total, fewer = only_first + only_second, min(only_first, only_second)
    if total <= EXACT:
        below = sum(math.comb(total, at) for at in range(fewer + 1))
        share: float = 2 * below / 2**total
        return min(1.0, share)
    return math.erfc(max(abs(only_first - only_second) - 1, 0) / math.sqrt(2 * total))


def _of_probabilities(
    one: OneVsRest, two: OneVsRest, cell: np.ndarray, drawn: np.ndarray
) -> dict[str, tuple[tuple[Floats, Floats], Floats]]:
    """By key of the measure: both values, and the difference in each resampling."""
    truth = one.truth
    pairs = {"roc_auc": [placements(truth, _given(each)) for each in (one, two)]}
    for at, key in enumerate(("brier", "log_loss")):
        pairs[key] = [losses(each)[at] for each in (one, two)]
    rng, differences = np.random.default_rng(1), {}
    for key in RANKED:
        mine, theirs = pairs[key]
        sums = _sums(theirs - mine, cell, drawn, rng)
        if key == "roc_auc":  # mean over the two sides, each divided by its drawn number
            sides = [sums[:, 4:].sum(axis=1), sums[:, :4].sum(axis=1)]
            counted = [np.maximum(drawn[:, 4:].sum(axis=1), 1), np.maximum(drawn[:, :4].sum(axis=1), 1)]
            gap = float((theirs - mine)[truth].mean())
            spread = sides[0] / counted[0] + sides[1] / counted[1] - gap
            differences[key] = ((mine[truth].mean(), theirs[truth].mean()), spread)
        else:
            differences[key] = ((mine.mean(), theirs.mean()), sums.sum(axis=1) / len(truth))
    return differences


def _given(answers: OneVsRest) -> np.ndarray:
    assert answers.probabilities is not None  # noqa: S101 - asked before
    return answers.probabilities


def _sums(values: Floats, cell: Positions, drawn: np.ndarray, rng: np.random.Generator) -> Floats:
    """Sum of the values over the drawn records of each of the eight groups: shape (b, 8)."""
    rows = np.maximum(np.bincount(cell, minlength=8), 1)
    mean: Floats = np.bincount(cell, values, 8) / rows
    variance: Floats = np.maximum(np.bincount(cell, values**2, 8) / rows - mean**2, 0.0)
    scatter: Floats = np.sqrt(drawn * variance) * rng.standard_normal(drawn.shape)
    return drawn * mean + scatter


def _counts_at(rows: np.ndarray, which: int) -> ConfusionCounts:
    """Confusion counts of one version from the eight groups: `which` is 2 for the first, 1 for the second."""
    acts = np.array([bool(cell & which) for cell in range(4)])
    false, true = rows[:, :4].astype(float), rows[:, 4:].astype(float)
    sums = [part.sum(axis=1) for part in (true[:, acts], false[:, acts], true[:, ~acts], false[:, ~acts])]
    return ConfusionCounts(sums[0], sums[1], sums[2], sums[3], np.array([np.nan]))


def _row(first: np.ndarray, second: np.ndarray, drawn: np.ndarray) -> tuple[float | None, ...]:
    low, high = percentile_interval(np.atleast_2d(drawn))
    one, two = float(np.squeeze(first)), float(np.squeeze(second))
    return tuple(plain_numbers(np.array([one, two, two - one, float(low[0]), float(high[0])])))
