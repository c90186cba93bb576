"""Provenance of the data of a retrained version: for its card, and in words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.data.array_types import Booleans
from ml.training.again.outcome_rows import UNBIASED
from ml.training.again.usable import Usable

CARD = "retrained"


def source_of(key: str, usable: Usable, later: Booleans, as_of: float, groups: str) -> dict[str, Any]:
    """Provenance of the data of a version, for its card."""
    times = [row.made for row in usable.sources]
    selections = Counter[str](row.selection for row in usable.sources)
    return {
        "from": key,
        "as_of": _moment(as_of),
        "groups": groups,
        "training": {"rows": int((~later).sum()), "first": _moment(times[0]), "last": _moment(_last(times, ~later))},
        "hold-out": {"rows": int(later.sum()), "first": _moment(_first(times, later)), "last": _moment(times[-1])},
        "selection": dict(selections),
        "unbiased": unbiased_in(usable),
        "left_out": usable.left_out,
    }


def source_words(usable: Usable, later: Booleans, as_of: float) -> str:
    """Provenance in sentences, for people."""
    times = [row.made for row in usable.sources]
    unbiased, later_from = unbiased_in(usable), _day(_first(times, later))
    how = (
        f"{unbiased:,} of them were drawn by chance; only these are free of the choice of a model."
        if unbiased
        else "All of them were chosen with the help of a model: what it never chose is not among them."
    )
    return (
        f"{len(times):,} decisions of this service whose outcomes were known on {_day(as_of)}: training from "
        f"{_day(times[0])} to {_day(_last(times, ~later))}, hold-out from {later_from} to {_day(times[-1])}. {how}"
    )


def unbiased_in(usable: Usable) -> int:
    """Count of the decisions that were drawn by chance."""
    return sum(row.selection in UNBIASED for row in usable.sources)


def _last(made: Sequence[float], which: Booleans) -> float:
    return float(np.asarray(made)[which].max())


def _first(made: Sequence[float], which: Booleans) -> float:
    return float(np.asarray(made)[which].min())


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")


def _day(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
