"""Kinds of jobs that know this room, as the worker process hands them to its worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from jobs.work.chunks import score, split_scored
from jobs.work.job_kinds import SCORE, JobKind
from ml.service import Service
from store.db import Store
from store.job import OUTCOMES

if TYPE_CHECKING:
    from feedback.service import Feedback
    from jobs.work.decided_records import Decide
    from store.files import Files
    from store.job import Chunk, Job
    from store.jobs import JobTable


def kinds_of(service: Service, store: Store, decision_values: str, decisions: str) -> dict[str, JobKind]:
    """Kinds of jobs by name; what they import takes 6 MB, and a worker of files alone needs none of it.

    `decision_values` and `decisions` are the settings of these names.
    """

    @cache
    def feedback() -> Feedback:
        from feedback.sealing import sealer_of
        from feedback.service import Feedback

        return Feedback(service, store, sealer_of(decision_values, store.secrets.get))

    def split(*given: Any) -> None:
        from feedback.outcome_import.outcome_job import split_table

        split_table(*given)

    def tell(*given: Any) -> None:
        from feedback.outcome_import.outcome_job import import_lines

        import_lines(feedback(), *given)

    def decide(*given: Any) -> None:
        from feedback.job_decisions import record

        record(feedback(), *given)

    return {
        OUTCOMES: JobKind(split, tell),
        SCORE: JobKind(split_scored, _scoring(decide if decisions == "on" else None)),
    }


def _scoring(decide: Decide | None) -> Callable[..., None]:
    def scoring(table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk) -> None:
        score(table, files, service, job, chunk, decide)

    return scoring
