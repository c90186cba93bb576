"""Contract of what analysts look at: drift of the inputs, and estimated performance."""

from __future__ import annotations

from api.contract.base import Shape
from ml.data.validation.field_types import Count, Seconds
from ml.monitoring.estimated_performance import EstimatedPerformance
from ml.monitoring.input_drift import InputDrift


class Analysts(Shape):
    """Results for analysts, from the latest decisions of the version."""

    records: Count
    """Number of decisions that were looked at."""
    since: Seconds | None
    """Time of the first of these decisions, in seconds since 1970 (UTC); null without decisions."""
    estimated: EstimatedPerformance | None
    """Performance estimated from the probabilities alone; null without decisions."""
    drift: InputDrift | None
    """Drift of the inputs; null where too few values are kept."""
