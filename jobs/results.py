"""Results as they are given out: as they are kept, or in another format, made when somebody first asks for it."""

from __future__ import annotations

import hashlib
import re
import time

from jobs.campaign_service import CampaignService
from jobs.files import paths
from jobs.job_service import JobService
from jobs.refused import NotDone
from jobs.work.exports import format_asked
from jobs.work.job_kinds import CAMPAIGN, LIST
from jobs.work.stored_result import StoredChunk, StoredResult, header_of_result, own_columns, stored
from jobs.worker import Worker
from ml.errors import LikelyError
from ml.files.write.formats import EXCEL_CSV, Format
from store.job import EXPORT, OPEN, Job

SMALL = 200_000  # cells that are written while whoever asks waits: a second or two
PATIENCE = 5.0  # seconds for which a request waits for a worker
PAUSE = 0.1
LONGEST_STEM = 100  # characters


class NotMade(LikelyError):
    """The result cannot be had in that format."""

    code = "not_made"


class Results:
    """Gives out what jobs made.

    Parameters
    ----------
    job_service : JobService
        Where its jobs are accepted.
    campaigns : CampaignService
        Has the ranks of campaigns at hand.
    """

    def __init__(self, job_service: JobService, campaigns: CampaignService) -> None:
        self._jobs, self._campaigns = job_service, campaigns
        self._table, self._files, self._service = job_service.store.jobs, job_service.files, job_service.service

    def csv(self, job: str) -> StoredResult:
        """The result as it is kept.

        Raises
        ------
        UnknownJob, NotDone, ResultGone
        """
        found = self._done(job)
        rank = self._campaigns.ranks_of(job) if found.kind == CAMPAIGN else None
        return stored(self._table, self._files, self._service, found, rank)

    def columns(self, job: Job) -> dict[str, str]:
        """What our columns are called in the result of a job that is done; empty where nobody knows any more."""
        try:
            base = self._jobs.get(job.options["of"]) if job.kind == EXPORT else job
            header = header_of_result(self._table, self._files, base)
            return own_columns(self._service.model(base.model), base.kind, header)
        except LikelyError:
            return {}

    def export(self, job: str) -> tuple[str, Format] | None:
        """Of a job that makes a result in another format: whose result, and which format."""
        found = self._jobs.get(job)
        return (found.options["of"], format_asked(found.options["format"])) if found.kind == EXPORT else None

    def stem(self, job: str) -> str:
        """What a file of the result is called, without its ending: after the file that was sent."""
        found = self._done(job)
        sent = re.sub(r"\.[^.]*$", "", str(found.options.get("name") or "records"))
        plain = re.sub(r"[^\w .,()+-]", "_", sent).strip(" .")[:LONGEST_STEM]
        return f"{'list' if found.kind == LIST else 'scored'} {plain or 'records'}"

    def made(self, job: str, form: Format) -> StoredResult | Job:
        """The result in another format, or the job that makes it, where that takes longer than a request waits.

        Raises
        ------
        UnknownJob, NotDone, ResultGone
        TooLarge, InvalidData
            The format cannot hold so much, or cannot be written here.
        NotMade
        """
        found = self._done(job)
        form.check(found.done)
        header = header_of_result(self._table, self._files, found)
        number = hashlib.sha256(f"{job} {form.tag}".encode()).hexdigest()[:32]
        kept = self._kept(number, found)
        if kept is not None:
            return kept
        self._accept(number, found, form)
        if found.done * len(header) <= SMALL:
            Worker(self._service, self._table, self._files).step(number)
        return self._wait(number, found)

    def _done(self, job: str) -> Job:
        found = self._jobs.get(job)
        if found.state != "done":
            why = {"failed": f"The job failed: {found.message}", "cancelled": "The job was cancelled."}
            raise NotDone(
                why.get(found.state, "The job is not done yet."), "GET /api/v1/jobs/<id> tells how far it is."
            )
        return found

    def _accept(self, number: str, base: Job, form: Format) -> None:
        """Have it made, unless it is being made already."""
        asked = {"name": form.name}
        if form.name == EXCEL_CSV:
            asked |= {"separator": form.separator, "decimal": form.decimal}
        options = {"kind": EXPORT, "of": base.id, "format": asked, "name": base.options.get("name")}
        self._table.add(number, base.model, base.digest, 0, options, None)

    def _kept(self, number: str, base: Job) -> StoredResult | None:
        """What was made before; of one whose file is gone nothing stays, so that it is made again."""
        made = self._table.get(number)
        if made is None or made.state in OPEN:
            return None
        if made.state != "done":
            raise NotMade(made.message or "The result was not made in this format.", "Take it in another format.")
        names = self._table.results(number)
        size = self._files.sizes(paths.folder(base.id)).get(names[0].rpartition("/")[2]) if names else None
        if size is None:
            self._table.forget(number)
            return None
        return StoredResult(self._files, (StoredChunk(names[0], size),))

    def _wait(self, number: str, base: Job) -> StoredResult | Job:
        until = time.monotonic() + PATIENCE
        while True:
            kept = self._kept(number, base)
            if kept is not None:
                return kept
            now = self._jobs.get(number)  # which tells whoever works
            if time.monotonic() > until:
                return now
            time.sleep(PAUSE)
