"""Global Shapley values: contributions of the features for many records of the hold-out.

The same game as for one record (``ml/advice/local_shapley.py``), with nothing blank: the Shapley values of

    g(S) = mean over background rows z of f(x on S, z elsewhere)

from random orders and their reverses (Štrumbelj & Kononenko 2014). There one record is
estimated with 10,000 predictions; here all records go through the predictor in a few large blocks,
because a call of scikit-learn takes 10 to 30 ms for one row as for a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import Floats, Positions
from ml.data.columns import Block, size, take
from ml.metrics.evaluation import need_probabilities
from ml.runtime.budget import predictions, sample
from ml.runtime.memo import Memo

MOST_RECORDS, FEWEST_RECORDS = 200, 60
MOST_PREDICTIONS, FEWEST_OF_WIDE = 500_000, 20  # of more than 1,000 features these are more than any budget
MOST_WALKS, FEWEST_WALKS = 128, 4
CHUNK = 50_000  # rows in one block: bounds the memory
VALUES_AT_ONCE = 4_000_000  # of more than 80 features fewer rows


@dataclass(frozen=True)
class GlobalShapley:
    """Shapley values of p features for the probabilities of k outcomes in r records."""

    rows: np.ndarray
    """Numbers of the records in the hold-out, rising. Shape (r,), int."""
    base: np.ndarray
    """Mean prediction over the background. Shape (k,), float."""
    values: np.ndarray
    """Differences of probability: ``base + values.sum(axis=1)`` is the prediction of each record. Shape (r, p, k),
    float."""
    total: np.ndarray
    """Shape (r, k), float."""
    errors: np.ndarray
    """Standard error of each value, from sampling background rows and orders: the spread of the walks, as if they
    started at random. Since their starts are spread evenly, it is rather too large than too small. Shape (r, p, k),
    float."""


@Memo
def global_shapley_of(bundle: Bundle) -> GlobalShapley:
    """The global Shapley values of a version, computed once a process also under concurrent calls.

    Raises
    ------
    NoProbabilities
    """
    return global_shapley(bundle, *_plan(bundle))


def shapley_of_rows(bundle: Bundle, rows: Positions) -> GlobalShapley:
    """Like :func:`global_shapley`, for these few rows of the hold-out, as sharp as the budget of predictions allows."""
    steps = 2 * max(1, len(bundle.schema.features) - 1)
    walks = int(np.clip(predictions(bundle) // (steps * len(rows)), FEWEST_WALKS, MOST_WALKS))
    return _of_rows(bundle, rows, walks)


def global_shapley(bundle: Bundle, records: int, walks: int) -> GlobalShapley:
    """Shapley values of `records` rows of the hold-out, estimated by permutation from `walks` background rows each.

    Every record has its own sample of background rows, so sampling errors average out over the records. Each
    sample is spread evenly over the background's predictions and weighted to their overall means. Each
    permutation walk telescopes, so the sums are exact for any number of walks. Seeded.
    """
    return _of_rows(bundle, sample(size(bundle.holdout.block), records), walks)


def _of_rows(bundle: Bundle, rows: Positions, walks: int) -> GlobalShapley:
    ends = take(bundle.holdout.block, rows)
    answers, total = _probabilities_of(bundle, bundle.background), _probabilities_of(bundle, ends)
    starts = _starts(answers, len(rows), walks)
    weights = np.array([_weights(answers, own) for own in starts])
    at_once = max(1, CHUNK // (starts.shape[1] * 2 * len(ends)))
    parts, errors = [], []
    for first in range(0, len(rows), at_once):
        which = slice(first, first + at_once)
        gained = _walked(bundle, take(ends, which), starts[which], answers, total[which], first)
        contributions = np.einsum("rm,rmpk->rpk", weights[which], gained)
        parts.append(contributions)
        errors.append(_errors(gained, contributions, weights[which]))
    return GlobalShapley(rows, answers.mean(axis=0), np.concatenate(parts), total, np.concatenate(errors))


def _errors(gained: Floats, contributions: Floats, weights: Floats) -> Floats:
    """Standard errors of the weighted means of walks, (r, m, p, k), around their means, (r, p, k)."""
    walks = gained.shape[1]
    apart = np.square(gained - contributions[:, np.newaxis])
    variance = np.einsum("rm,rmpk->rpk", weights**2, apart) * (walks / max(walks - 1, 1))
    errors: Floats = np.sqrt(variance)
    return errors


def _plan(bundle: Bundle) -> tuple[int, int]:
    """Numbers of records and walks within the budget of predictions."""
    steps = 2 * max(1, len(bundle.schema.features) - 1)
    effort = predictions(bundle)
    fewest = int(np.clip(MOST_PREDICTIONS // (steps * FEWEST_WALKS), FEWEST_OF_WIDE, FEWEST_RECORDS))
    records = int(np.clip(effort // (steps * 2 * FEWEST_WALKS), fewest, MOST_RECORDS))
    walks = int(np.clip(effort // (steps * min(records, len(bundle.holdout.truth))), FEWEST_WALKS, MOST_WALKS))
    return records, walks


def _starts(answers: Floats, records: int, walks: int) -> Positions:
    """Background rows from which the walks to each record start: shape (records, m).

    At equal steps along the first principal component of the predictions, with another offset a record.
    """
    count = len(answers)
    if count <= walks:
        return np.tile(np.arange(count), (records, 1))
    around = answers - answers.mean(axis=0)
    along = around @ np.linalg.svd(around, full_matrices=False)[2][0]
    order = np.argsort(np.round(along, 9), kind="stable")
    offset = (np.random.default_rng(0).permutation(records) + 0.5) / records
    starts: Positions = order[((np.arange(walks) + offset[:, np.newaxis]) * count / walks).astype(int)]
    return starts


def _weights(answers: Floats, few: Positions) -> Floats:
    """Weights of the sampled rows that give the overall mean predictions (calibration, Deville & Särndal 1992)."""
    alike: Floats = np.full(len(few), 1.0 / len(few))
    conditions = np.column_stack([np.ones(len(few)), answers[few]]).T
    missing = np.append(1.0, answers.mean(axis=0)) - conditions @ alike
    change = np.linalg.lstsq(conditions, missing, rcond=1e-9)[0].astype(np.float64, copy=False)
    return alike + change


def _walked(
    bundle: Bundle, ends: Block, starts: np.ndarray, answers: np.ndarray, total: np.ndarray, seed: int
) -> np.ndarray:
    """Marginal contribution of each feature on each walk: shape (r, m, p, k).

    Each pair of a record of `ends` and a background row has a random order, walked forwards and in reverse.
    """
    r, m, p, k = *starts.shape, len(ends), answers.shape[1]
    rank = np.argsort(np.random.default_rng((0, seed)).random((r, m, p)), axis=2)
    forward = rank[:, :, np.newaxis] < np.arange(1, p)[:, np.newaxis]  # the first 1, 2, … of the order
    taken = np.concatenate([forward, ~forward], axis=2).reshape(-1, p)
    record = np.repeat(np.arange(r), m * 2 * (p - 1))
    start = np.repeat(starts, 2 * (p - 1))
    inner = np.empty((len(record), k))
    pieces = range(0, len(record), max(1, VALUES_AT_ONCE // p))
    for at in (slice(first, first + pieces.step) for first in pieces):
        mixed = tuple(
            np.where(own, end[record[at]], begin[start[at]])
            for own, end, begin in zip(taken[at].T, ends, bundle.background, strict=True)
        )
        inner[at] = _probabilities_of(bundle, mixed)
    inner = inner.reshape(r, m, 2, p - 1, k)
    first = answers[starts][:, :, np.newaxis]
    last = np.broadcast_to(total[:, np.newaxis, np.newaxis], first.shape)
    there = np.concatenate([first, inner[:, :, 0], last], axis=2)
    # The coalitions of the reverse order are the complements.
    back = np.concatenate([last, inner[:, :, 1], first], axis=2)
    gained = (np.diff(there, axis=2) - np.diff(back, axis=2)) / 2.0
    return np.take_along_axis(gained, rank[..., np.newaxis], axis=2)


def _probabilities_of(bundle: Bundle, block: Block) -> np.ndarray:
    return need_probabilities(bundle.predictor.block(block).probabilities)
