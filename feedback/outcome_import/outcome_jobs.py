"""Jobs that store what a table of outcomes tells: accepted, shown and removed for who sent them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auth.access import allowed
from auth.caller import caller_id
from auth.permissions import Permission
from feedback.outcome_import.importer import KNOWN, OPEN, STORED
from jobs.errors import NotDone, no_job
from jobs.job_service import JobService
from jobs.work.stored_result import StoredResult, stored
from ml.translation import text, translated
from store.job import OUTCOMES, Job

PREFIX = "/api/v1/outcomes/jobs"


class OutcomeJobs:
    """Jobs that import outcomes; other people's jobs are hidden unless the caller may work on files of the model."""

    def __init__(self, jobs: JobService) -> None:
        self._jobs = jobs

    def accept(
        self, model: str, blocks: Iterable[bytes], options: Mapping[str, Any], key: str | None, size: int
    ) -> tuple[Job, bool]:  # fmt: skip
        """Accept a file; errors as :meth:`jobs.job_service.JobService.begin`.

        The model, by name or key, is that of lines that name none. Options are ``as``, ``read``, ``name``; `size` is in
        bytes, as far as they are known.
        """
        job_options = {**options, "kind": OUTCOMES, "sender": caller_id()}
        return self._jobs.begin(model, blocks, job_options, key, size)

    def get(self, number: str) -> Job:
        """A job; UnknownJob where there is none for who asks."""
        job = self._jobs.get(number, OUTCOMES)
        if job.options["sender"] != caller_id() and not allowed(Permission.FILES, job.model.partition("@")[0]):
            raise no_job(number)
        return job

    def delete(self, number: str) -> Job | None:
        """Cancel a job that is not over, and remove one that is; what it has stored stays."""
        self.get(number)
        return self._jobs.delete(number, OUTCOMES)

    def result(self, number: str) -> StoredResult:
        """Result of a job as CSV, one line for each line of the table.

        Raises
        ------
        UnknownJob, NotDone, ResultGone
        """
        job = self.get(number)
        if job.state != "done":
            why = translated(job.message) or text("The job is not done yet.")
            raise NotDone(why, text("GET {address} tells how far it is.", address=f"{PREFIX}/{number}"))
        return stored(self._jobs.store.jobs, self._jobs.files, self._jobs.service, job)


def described(job: Job) -> dict[str, Any]:
    """A job as JSON values; times in seconds since 1970, in UTC."""
    links = {"self": f"{PREFIX}/{job.id}"}
    return {
        "id": job.id,
        "model": job.model,
        "state": job.state,
        "name": job.options.get("name") or None,
        "system": job.options.get("system"),
        "done": job.done,
        "total": job.total,
        "stored": job.gaps.get(STORED, 0),
        "known": job.gaps.get(KNOWN, 0),
        "open": job.gaps.get(OPEN, 0),
        "errors": job.refused,
        "message": translated(job.message),
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "links": links | ({"result": f"{PREFIX}/{job.id}/result"} if job.state == "done" else {}),
    }
