"""Contract of what analysts look at: drift of the inputs, and estimated performance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.contract.base import Count, Probability, Seconds, Shape

Number = Annotated[float, Field(examples=[1250.5])] | None


class EstimateShape(Shape):
    """A measure as expected, with an interval of 95 %."""

    value: Number
    low: Number
    high: Number


class Estimated(Shape):
    """Performance estimated from probabilities alone."""

    records: Count
    log_loss: EstimateShape
    roc_auc: EstimateShape
    precision: EstimateShape
    recall: EstimateShape
    cut_off: Probability
    assumes: list[str]


class DriftOfFeature(Shape):
    """How far the values of one feature lie from those of the hold-out."""

    feature: str
    label: str
    distance: float
    usual: float
    importance: float
    share: float
    missing_before: float
    missing_now: float
    beyond: bool


class Drift(Shape):
    """Drift of the inputs weighted by importance: information, no alarm."""

    records: Count
    reference_records: Count
    index: float
    line: float
    p_value: float
    beyond: bool
    features: list[DriftOfFeature]
    left_out: list[str]


class Analysts(Shape):
    """What analysts look at, of the latest decisions of the version."""

    records: Count
    since: Seconds | None
    estimated: Estimated | None
    drift: Drift | None
