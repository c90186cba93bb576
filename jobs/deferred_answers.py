"""Deferred answers: a request that takes too long becomes a job, whose answer is fetched when it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jobs.errors import NotMade, ResultGone, UnknownJob
from jobs.files import paths
from jobs.job_service import JobService
from jobs.work.stored_lines import present
from ml.translation import text, translated
from store.job import ANSWER, OPEN, Job


class DeferredAnswers:
    """Answers of requests that became jobs."""

    def __init__(self, job_service: JobService) -> None:
        self._jobs = job_service

    def begin(self, model: str, asked: Mapping[str, Any]) -> Job:
        """Accept the job that answers a request by the version of a key: :func:`jobs.work.deferred_answer.make_answer`.

        Errors are those of :meth:`jobs.job_service.JobService.begin`.
        """
        body = json.dumps(asked).encode()
        return self._jobs.begin(model, [body], {"kind": ANSWER}, None, len(body))[0]

    def get(self, number: str) -> tuple[Job, bytes | None]:
        """The job, and the answer as JSON; None while it is not there.

        Raises
        ------
        UnknownJob, ResultGone
        NotMade
            It failed.
        """
        job = self._jobs.get(number)
        if job.kind != ANSWER or job.state == "cancelled":
            message = text("There is no answer {job}.", job=repr(number[:80]))
            raise UnknownJob(message, text("Answers are kept for some days."))
        if job.state in OPEN:
            return job, None
        if job.state == "failed":
            raise NotMade(translated(job.message), text("Send the request again."))
        files = self._jobs.store.jobs.results(number)
        if not files:
            raise ResultGone(text("The answer was removed."), text("Send the request again."))
        with present():
            return job, b"".join(self._jobs.files.read(files[0]))

    def asked(self, job: Job) -> list[Any]:
        """The raw records of the request; empty where they are gone."""
        try:
            return list(json.loads(b"".join(self._jobs.files.read(paths.source(job.id))))["records"])
        except FileNotFoundError:
            return []
