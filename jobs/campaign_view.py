"""A scored campaign as JSON values: its rows, and from what lists can be made. For API and pages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from jobs.campaign_service import CampaignService, Order
from jobs.work.rank_index import RankIndex
from ml.campaign.focus import focus
from ml.campaign.wish import default_cost, default_value
from ml.decision.decide import decide
from ml.service import Bundle, Service


def rows_json(
    service: Service, campaigns: CampaignService, job: str, order: Order, outcome: str | None, start: int, end: int
) -> dict[str, Any]:
    """A page of rows; parameters as those of :meth:`jobs.campaign_service.CampaignService.rows`."""
    index, bundle, rows = campaigns.rows(job, order, outcome, start, end)
    cut_offs = service.cut_offs(bundle)
    return {
        "total": len(index),
        "header": index.header[: index.width],
        "outcomes": [{"name": each.name, "label": each.label} for each in bundle.outcomes.items],
        "rows": [
            _row(index, bundle, row, rank, line) | _decided(cut_offs, index, bundle, row) for row, rank, line in rows
        ],
    }


def choices_json(service: Service, campaigns: CampaignService, job: str) -> dict[str, Any]:
    """Outcomes and columns from which lists can be made."""
    index, bundle = campaigns.choices(job)
    scored = int((~np.isnan(index.probabilities[:, 0])).sum())
    return {
        "outcomes": [_choice(bundle, name, cut_off) for name, cut_off in service.cut_offs(bundle).items()],
        "exclusive": bundle.outcomes.exclusive,
        "positive": bundle.outcomes.positive,
        "columns": [_column(name, index) for name in index.columns],
        "records": len(index),
        "scored": scored,
        "refused": len(index) - scored,
    }


def _row(index: RankIndex, bundle: Bundle, row: int, rank: int, line: list[str]) -> dict[str, Any]:
    width, k = index.width, len(bundle.outcomes)
    after = line[width + 1 + k :]
    p = index.probabilities[row].tolist()
    refused = any(map(math.isnan, p))
    return {
        "row": row + 1,
        "cells": line[:width],
        "rank": rank or None,
        "label": line[width],
        "probabilities": {} if refused else dict(zip(bundle.outcomes.names, p, strict=True)),
        "outcome": after[0],
        "band": after[2],
        "reasons": [reason for reason in after[3:-1] if reason],
        "problems": line[-1],
    }


def _decided(cut_offs: Mapping[str, float], index: RankIndex, bundle: Bundle, row: int) -> dict[str, Any]:
    """The decision about what is best offered, at the cut-off in use now; nulls where the record was refused."""
    at, _ = focus(index.probabilities[[row]], bundle.card, bundle.outcomes)
    name, p = bundle.outcomes.names[at[0]], float(index.probabilities[row, at[0]])
    if math.isnan(p):
        return {"decision": None, "worth": None, "action": ""}
    decision = decide(bundle.card, name, p, cut_offs[name])
    return {"decision": decision.act, "worth": decision.worth, "action": decision.words}


def _choice(bundle: Bundle, name: str, cut_off: float) -> dict[str, Any]:
    return {
        "name": name,
        "label": bundle.outcomes[name].label,
        "cut_off": cut_off,
        "value": default_value(bundle.card, name),
        "cost": default_cost(bundle.card, (name,)),
    }


def _column(name: str, index: RankIndex) -> dict[str, Any]:
    groups = index.columns[name]
    counts = np.bincount(groups.codes, minlength=len(groups.values)).tolist()
    values = [{"value": value, "records": count} for value, count in zip(groups.values, counts, strict=True)]
    return {"name": name, "values": values}
