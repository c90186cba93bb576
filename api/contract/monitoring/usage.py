"""Contract of the use of a model: calls of listed records, and overrides."""

from __future__ import annotations

from typing import Literal

from api.contract.base import Count, Shape, Share
from api.contract.monitoring.analysts import Number

Verdict = Literal["people", "model", "not_told_apart"]


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


class OverridesShape(Shape):
    """Overrides: decisions that a person disagreed with, and how often the person was right."""

    reason: str
    """Reason that was given; empty for all."""
    records: Count
    """Number of overridden decisions whose outcome is known and final."""
    right: Count
    """Number of overridden decisions that came out as the person said."""
    share: Share
    """Share that came out as the person said; null without records."""
    low: Share
    """Lower end of the 95 % interval of the share."""
    high: Share
    """Upper end of the 95 % interval of the share."""
    expected: Share
    """Share that would come out as people said if the model's probabilities were right."""
    verdict: Verdict
    """Side that was right, people or the model, where that can be told."""
    log_loss: Number
    """Log-loss of the model on these decisions; null without records."""
    expected_log_loss: Number
    """Log-loss that the model would have if its probabilities were right."""


class Used(Shape):
    """Use of the model: reports, calls and overrides, none of it by person."""

    decisions: Count
    """Number of decisions; records of scored files are not among them."""
    noted: Count
    """Number of decisions about which anything was reported."""
    listed: Listed | None
    """Records of lists; null without lists."""
    overrides: OverridesShape
    """Overrides of all reasons together."""
    reasons: list[OverridesShape]
    """Overrides by reason, the most frequent first."""
