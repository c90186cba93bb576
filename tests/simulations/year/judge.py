"""What the Results page says of a simulated year, beside the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from feedback.results.model_results import ModelResults
from feedback.results.watch import Watch
from tests.simulations.year.bank import MODEL, Bank
from tests.simulations.year.world import COST, VALUE, Campaign


@dataclass(frozen=True)
class Judged:
    """One year.

    Attributes
    ----------
    effect, money : float
        The truth: mean gain over those who were to be called, and what calling them brought.
    lift, realised : mapping
        As the Results page has them.
    comparable : bool
    """

    effect: float
    money: float
    lift: Mapping[str, Any]
    realised: Mapping[str, Any]
    comparable: bool

    @property
    def lift_covers(self) -> bool:
        return bool(self.lift["low"] <= self.effect <= self.lift["high"])

    @property
    def money_covers(self) -> bool:
        return bool(self.realised["low"] <= self.money <= self.realised["high"])


def truth(campaigns: list[Campaign]) -> tuple[float, float]:
    """Mean gain over all who were to be called, and the money: gains times the value of a buyer, less the calls."""
    gains = np.concatenate([each.effect[~each.control] for each in campaigns])
    return float(gains.mean()), float(gains.sum() * VALUE - len(gains) * COST)


def judged(made: Bank) -> Judged:
    """What Results say at the bank's clock."""
    paid = results_of(made)["paid"]
    return Judged(*truth(made.campaigns), paid["lift"], paid["money"], paid["comparable"])


def results_of(made: Bank, model: str = MODEL) -> dict[str, Any]:
    """The Results of a model, or of a version, at the bank's clock."""
    return ModelResults(made.feedback, lambda: made.now).of(model)


def watch(made: Bank) -> tuple[float, float] | None:
    """Look at the live version as the watch does: when the alarm went off, and since when it is off."""
    Watch(made.feedback, clock=lambda: made.now).look_at(MODEL)
    found = made.feedback.store.outcomes.episodes.of(MODEL)
    if not found or found[0].alarmed is None:
        return None
    return found[0].alarmed, found[0].since or 0.0
