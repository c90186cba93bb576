"""Worth of acting on a decision, computed alike for page, API and jobs."""

from __future__ import annotations

from collections.abc import Mapping

from ml.decision.decide import decide
from ml.service import Bundle


def worth_of_acting(
    bundle: Bundle, probabilities: Mapping[str, float] | None, cut_offs: Mapping[str, float]
) -> float | None:  # fmt: skip
    """Worth of acting on the positive outcome, in the card's currency; None where there is no payoff or probability."""
    outcome = bundle.outcomes.positive
    if probabilities is None or outcome not in probabilities or outcome not in cut_offs:
        return None
    return decide(bundle.card, outcome, probabilities[outcome], cut_offs[outcome]).worth
