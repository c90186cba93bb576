"""Contract of the use of a model: calls of listed records, and overrides."""

from __future__ import annotations

from api.contract.base import Shape
from ml.data.validation.field_types import Count, Share
from ml.monitoring.overrides import Overrides


class ListedRow(Shape):
    """Records that were listed to be called, and the calls and reports that followed."""

    name: str
    """Monday of the week as 2026-11-23; empty for all."""
    shown: Count
    """Number of records that were listed."""
    contacted: Count
    """Number of records that were contacted so far."""
    recorded: Count
    """Number of records whose outcome was reported so far."""
    due: Count
    """Number of records that were listed long enough ago to be judged."""
    contacted_in_time: Count
    """Number of the due records that were contacted in time."""
    recorded_in_time: Count
    """Number of the due records whose outcome was reported in time."""
    contacted_share: Share
    """Share of the due records that were contacted in time; null where none is due."""
    recorded_share: Share
    """Share of the due records whose outcome was reported in time; null where none is due."""


class Listed(ListedRow):
    """Records of all lists, and by week."""

    days: float
    """Days within which a listed record is to be called."""
    weeks: list[ListedRow]
    """Records by the week in which they were listed, the earliest first."""


class Used(Shape):
    """Use of the model: reports, calls and overrides, none of it by person."""

    decisions: Count
    """Number of decisions; records of scored files are not among them."""
    noted: Count
    """Number of decisions about which anything was reported."""
    listed: Listed | None
    """Records of lists; null without lists."""
    overrides: Overrides
    """Overrides of all reasons together."""
    reasons: list[Overrides]
    """Overrides by reason, the most frequent first."""
