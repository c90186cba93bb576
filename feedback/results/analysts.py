"""For analysts: drift of the inputs, and performance estimated from probabilities alone. Information, no alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from feedback.service import Feedback
from ml.data.columns import block_of
from ml.data.records import read_records
from ml.insights.permutation_importance import PermutationImportance
from ml.monitoring.estimated_performance import estimate_performance
from ml.monitoring.input_drift import FEWEST, InputDrift, input_drift
from ml.plots.drawn_plots import plot_result
from ml.service import Bundle
from store.outcome_records import Decision

LATEST = 5_000  # decisions


def analysts(feedback: Feedback, bundle: Bundle, outcome: str) -> dict[str, Any]:
    """Drift and estimates of the latest decisions of a version, as plain JSON.

    Returns
    -------
    dict
        ``records`` (decisions that were looked at), ``since`` (when the first of them was made), ``estimated`` (fields
        of EstimatedPerformance; None without records) and ``drift`` (of InputDrift; None where too few values are
        kept).
    """
    latest = _latest(feedback, bundle)
    drift = _drift(feedback, bundle, outcome, latest)
    p = np.array([(each.probabilities or {})[outcome] for each in latest], float)
    cut_off = feedback.service.cut_off(bundle, outcome)
    return {
        "records": len(latest),
        "since": latest[0].made if latest else None,
        "estimated": asdict(estimate_performance(p, cut_off)) if latest else None,
        "drift": asdict(drift) if drift is not None else None,
    }


def _drift(feedback: Feedback, bundle: Bundle, outcome: str, latest: Sequence[Decision]) -> InputDrift | None:
    """Drift of the values that are kept, against the hold-out."""
    schema = bundle.schema
    raws = [raw for raw in map(feedback.values, latest) if isinstance(raw, Mapping)]
    rows = [row for row in read_records(schema, raws, extra=True).rows if row is not None] if raws else []
    if len(rows) < FEWEST:
        return None
    importance: PermutationImportance = plot_result(feedback.service, bundle.key, "importance", outcome)[1]
    rises = importance.mean[importance.outcomes.index(outcome)]
    return input_drift(bundle.holdout.block, block_of(schema, rows), schema.features, rises)


def _latest(feedback: Feedback, bundle: Bundle) -> Sequence[Decision]:
    """The latest decisions of a version that have probabilities, with their sealed values."""
    return feedback.store.outcomes.decisions.latest(bundle.key, LATEST)
