"""Contract of the use of a model: calls of listed records, and overrides."""

from __future__ import annotations

from api.contract.base import Shape
from ml.data.validation.field_types import Count
from ml.monitoring.adoption import Adoption
from ml.monitoring.overrides import Overrides


class Used(Shape):
    """Use of the model: reports, calls and overrides, none of it by person."""

    decisions: Count
    """Number of decisions; records of scored files are not among them."""
    noted: Count
    """Number of decisions about which anything was reported."""
    listed: Adoption | None
    """Records of lists; null without lists."""
    overrides: Overrides
    """Overrides of all reasons together."""
    reasons: list[Overrides]
    """Overrides by reason, the most frequent first."""
