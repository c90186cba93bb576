"""Contract of what analysts look at: drift of the inputs, and estimated performance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.contract.base import Count, Probability, Seconds, Shape

Number = Annotated[float, Field(examples=[1250.5])] | None


class EstimateShape(Shape):
    """An expected measure, with the interval of 95 % that the chance of the outcomes gives it."""

    value: Number
    """Expected value; null where it is undefined."""
    low: Number
    """Lower end of the interval."""
    high: Number
    """Upper end of the interval."""


class Estimated(Shape):
    """Performance estimated from probabilities alone."""

    records: Count
    """Number of decisions that the estimates are about."""
    log_loss: EstimateShape
    """Expected log-loss."""
    roc_auc: EstimateShape
    """Expected area under the ROC curve."""
    precision: EstimateShape
    """Expected precision of acting at the cut-off."""
    recall: EstimateShape
    """Expected recall of acting at the cut-off."""
    cut_off: Probability
    """Cut-off in use, for precision and recall."""
    assumes: list[str]
    """Assumptions of the estimates, which are not checked: `calibrated`, `no_concept_drift`."""


class DriftOfFeature(Shape):
    """Drift of one feature: distance of its values in the latest decisions from those of the hold-out."""

    feature: str
    """Name of the feature."""
    label: str
    """Label of the feature for people."""
    divergence: float
    """Jensen-Shannon divergence in bits, less that of chance: 0 on average where nothing changed, at most 1."""
    moved: float
    """Share of the records that moved to other values (total variation distance), less that of chance; 0 to 1."""
    importance: float
    """Share of the feature in the importance of all features compared, 0 to 1."""
    share: float
    """Share of the feature in the drift of all features, 0 to 1."""
    missing_before: float
    """Share of missing values in the hold-out."""
    missing_now: float
    """Share of missing values in the latest decisions."""
    beyond: bool
    """True where the divergence is larger than chance explains (5 %, all features together)."""


class Drift(Shape):
    """Drift of the inputs, weighted by importance: information, no alarm."""

    records: Count
    """Number of the latest decisions that were compared."""
    reference_records: Count
    """Number of records of the hold-out that they were compared with."""
    index: float
    """Mean divergence of the features, weighted by importance: 0 on average where nothing changed, at most 1."""
    moved: float
    """Mean share of the records that moved, weighted by importance; 0 to 1."""
    line: float
    """Index below which 95 % lie by chance where nothing changed."""
    p_value: float
    """Probability of an index at least this large where nothing changed (permutation test)."""
    beyond: bool
    """True where the p-value is at most 5 %: the records differ beyond chance."""
    features: list[DriftOfFeature]
    """Drift of each feature, the largest share first."""
    left_out: list[str]
    """Names of the features that are not compared, because they are texts."""


class Analysts(Shape):
    """Results for analysts, from the latest decisions of the version."""

    records: Count
    """Number of decisions that were looked at."""
    since: Seconds | None
    """Time of the first of these decisions, in seconds since 1970 (UTC); null without decisions."""
    estimated: Estimated | None
    """Performance estimated from the probabilities alone; null without decisions."""
    drift: Drift | None
    """Drift of the inputs; null where too few values are kept."""
