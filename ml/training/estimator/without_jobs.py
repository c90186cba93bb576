"""An estimator without parallel jobs, for a while: a pool for one row costs more than the row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without_jobs(estimator: Any) -> Iterator[Any]:
    """The estimator, its search's best where it is one, with ``n_jobs`` unset inside the ``with`` block."""
    best = getattr(estimator, "best_estimator_", None)
    estimator = estimator if best is None else best
    # Where there are none nothing is set: CatBoost refuses any change once it is fitted.
    changed = [(each, jobs) for each in _with_frozen(estimator) if (jobs := _jobs(each))]
    for each, jobs in changed:
        each.set_params(**dict.fromkeys(jobs))
    try:
        yield estimator
    finally:
        for each, jobs in changed:
            each.set_params(**jobs)  # the estimator may still be in use in a notebook


def _jobs(estimator: Any) -> dict[str, Any]:
    params = estimator.get_params()
    return {name: value for name, value in params.items() if name.split("__")[-1] == "n_jobs" and value is not None}


def _with_frozen(estimator: Any) -> Iterator[Any]:
    """The estimator and those that are frozen inside, whose parameters it does not know."""
    if hasattr(estimator, "get_params"):
        yield estimator
        frozen = [value for value in estimator.get_params().values() if type(value).__name__ == "FrozenEstimator"]
        for each in frozen:
            yield from _with_frozen(each.estimator)
