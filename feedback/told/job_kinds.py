"""Kinds of jobs of this room, as the worker process hands them to its worker."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jobs.work.job_kinds import JobKind
from ml.service import Service
from store.db import Store
from store.job import OUTCOMES

if TYPE_CHECKING:
    from feedback.service import Feedback


def kinds_of(service: Service, store: Store, decision_values: str) -> dict[str, JobKind]:
    """Kinds of jobs by name. Their imports take 6 MB, which a worker that only scores files does without.

    Parameters
    ----------
    service, store
        Of the worker.
    decision_values : str
        The setting DECISION_VALUES.
    """

    @cache
    def feedback() -> Feedback:
        from feedback.sealing import sealer_of
        from feedback.service import Feedback

        return Feedback(service, store, sealer_of(decision_values, store.secrets.get))

    def split(*given: Any) -> None:
        from feedback.told.outcome_job import split_table

        split_table(*given)

    def tell(*given: Any) -> None:
        from feedback.told.outcome_job import tell_lines

        tell_lines(feedback(), *given)

    return {OUTCOMES: JobKind(split, tell)}
