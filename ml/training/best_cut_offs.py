"""Best cut-offs of a new version: for each outcome with a payoff the one that brings most on the hold-out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ml.data.outcomes import Outcomes
from ml.decision.cut_offs import DEFAULT
from ml.decision.payoff import payoff_of
from ml.metrics.evaluation import OneVsRest
from ml.metrics.profit import profit_curve


def find_best_cut_offs(
    card: Mapping[str, Any], outcomes: Outcomes, truth: np.ndarray, labels: np.ndarray, probabilities: np.ndarray | None
) -> dict[str, dict[str, Any]]:
    """The card's ``best_cut_offs``, read by :func:`ml.decision.cut_offs.read_best_cut_off`.

    Parameters
    ----------
    card : mapping
        With its payoff.
    truth, labels : ndarray of bool, shape (n, k)
    probabilities : ndarray of float, shape (n, k), or None

    Returns
    -------
    dict
        By outcome; without those that have no payoff, or of which the hold-out lacks records with or without it, for
        then nothing can be weighed.
    """
    if probabilities is None:
        return {}
    cut_offs = {}
    for at, outcome in enumerate(outcomes.items):
        payoff, true = payoff_of(card, outcome.name), truth[:, at]
        if payoff is None or not payoff.stated or true.all() or not true.any():
            continue
        answers = OneVsRest(true, labels[:, at], probabilities[:, at], np.ones(len(true)))
        curve = profit_curve(answers, payoff, outcome.label)
        if curve.best is None:  # without limits there is always a best one
            continue
        default_row = curve.cut_off.index(DEFAULT)
        cut_offs[outcome.name] = {
            "cut_off": curve.cut_off[curve.best],
            "low": curve.best_low,
            "high": curve.best_high,
            "half_loses": curve.behind[default_row],
            "half_loses_low": curve.behind_low[default_row],
            "half_loses_high": curve.behind_high[default_row],
            "with": int(true.sum()),
            "without": int((~true).sum()),
        }
    return cut_offs
