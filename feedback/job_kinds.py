"""Kinds of jobs that know this room, as the worker process hands them to its worker."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from jobs.work.chunks import score, split_scored
from jobs.work.claimed_chunk import ClaimedChunk
from jobs.work.job_kinds import SCORE, JobKind
from ml.service import Service
from store.db import Store
from store.job import OUTCOMES

if TYPE_CHECKING:
    from feedback.service import Feedback


def kinds_of(service: Service, store: Store, decision_values: str, decisions: str) -> dict[str, JobKind]:
    """Kinds of jobs by name; what they import takes 6 MB, and a worker of files alone needs none of it.

    `decision_values` and `decisions` are the settings of these names.
    """

    @cache
    def feedback() -> Feedback:
        from feedback.sealing import sealer_of
        from feedback.service import Feedback

        return Feedback(service, store, sealer_of(decision_values, store.secrets.get))

    def split(work: ClaimedChunk) -> None:
        from feedback.outcome_import.outcome_job import split_table

        split_table(work)

    def tell(work: ClaimedChunk) -> None:
        from feedback.outcome_import.outcome_job import import_lines

        import_lines(feedback(), work)

    def decide(*given: Any) -> None:
        from feedback.job_decisions import record

        record(feedback(), *given)

    return {
        OUTCOMES: JobKind(split, tell),
        SCORE: JobKind(split_scored, partial(score, decide=decide if decisions == "on" else None)),
    }
