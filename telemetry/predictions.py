"""Metrics and traces of predictions: each is counted, and has a span where there are traces."""

from __future__ import annotations

from telemetry import tracing
from telemetry.metrics import count_scored


def observe_scored(key: str, records: int, seconds: float) -> None:
    """Observe that a version scored records.

    Parameters
    ----------
    key : str
        Key of the version: ``loan@3f9a1c2b``.
    seconds : float
        How long it took.
    """
    count_scored(key, records)
    if tracing.is_on():
        tracing.record("predict", seconds, {"likely.model": key, "likely.records": records})
