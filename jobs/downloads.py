"""Results for download: the stored CSV, or another format, which is written at the first request."""

from __future__ import annotations

import hashlib
import re
import time

from auth.audit_log import AuditLog
from jobs.campaign_service import CampaignService
from jobs.errors import NotDone, NotMade, UnknownJob
from jobs.files import paths
from jobs.job_service import JobService
from jobs.work.exports import format_asked
from jobs.work.job_kinds import CAMPAIGN, LIST
from jobs.work.stored_result import StoredChunk, StoredResult, header_of_result, own_columns, stored
from jobs.worker import Worker
from ml.errors import LikelyError
from ml.files.write.formats import EXCEL_CSV, Format
from ml.translation import text, translated
from store.job import ANSWER, EXPORT, OPEN, Job

SMALL = 200_000  # cells that are written within the request: a second or two
PATIENCE = 5.0  # seconds for which a request waits for a worker
PAUSE = 0.1
LONGEST_STEM = 100  # characters


class Downloads:
    """Results of finished jobs for download, in the format that is asked for; jobs write others than CSV."""

    def __init__(self, job_service: JobService, campaigns: CampaignService) -> None:
        self._jobs, self._campaigns = job_service, campaigns
        self._table, self._files, self._service = job_service.store.jobs, job_service.files, job_service.service

    def csv(self, job: str) -> StoredResult:
        """The result as stored, in CSV.

        Raises
        ------
        UnknownJob, NotDone, ResultGone
        """
        finished = self._done(job)
        rank = self._campaigns.ranks_of(job) if finished.kind == CAMPAIGN else None
        return stored(self._table, self._files, self._service, finished, rank)

    def note_download(self, job: str) -> None:
        """Note in the audit log that the caller downloads the result."""
        AuditLog(self._jobs.store).note("result downloaded", job)

    def columns(self, job: Job) -> dict[str, str]:
        """Names of our columns in the result of a finished job; empty where its model is gone."""
        try:
            base = self._jobs.get(job.options["of"]) if job.kind == EXPORT else job
            header = header_of_result(self._table, self._files, base)
            return own_columns(self._service.model(base.model), base, header)
        except LikelyError:
            return {}

    def export(self, job: str) -> tuple[str, Format] | None:
        """Id of the exported job and the format, for a job that writes another's result; else None."""
        present = self._jobs.get(job)
        return (present.options["of"], format_asked(present.options["format"])) if present.kind == EXPORT else None

    def stem(self, job: str) -> str:
        """File name of the result without its suffix, derived from the name of the upload."""
        finished = self._done(job)
        sent = re.sub(r"\.[^.]*$", "", str(finished.options.get("name") or "records"))
        plain = re.sub(r"[^\w .,()+-]", "_", sent).strip(" .")[:LONGEST_STEM]
        return f"{'list' if finished.kind == LIST else 'scored'} {plain or 'records'}"

    def in_format(self, job: str, form: Format) -> StoredResult | Job:
        """The result in another format, or the job that writes it, where that takes longer than a request waits.

        Raises
        ------
        UnknownJob, NotDone, ResultGone
        TooLarge, InvalidData
            The format cannot hold so much, or cannot be written here.
        NotMade
        """
        finished = self._done(job)
        form.check(finished.done)
        header = header_of_result(self._table, self._files, finished)
        number = hashlib.sha256(f"{job} {form.tag}".encode()).hexdigest()[:32]
        earlier = self._kept(number, finished)
        if earlier is not None:
            return earlier
        small = finished.done * len(header) <= SMALL
        self._accept(number, finished, form, who="" if small else self._jobs.counted(number))
        if small:
            Worker(self._service, self._table, self._files).step(number)
        return self._wait(number, finished)

    def _done(self, job: str) -> Job:
        present = self._jobs.get(job)
        if present.kind == ANSWER:
            raise UnknownJob("The job has no result but an answer.", "GET /api/v1/answers/<id> gives it.")
        if present.state != "done":
            why = {
                "failed": text("The job failed: {why}", why=translated(present.message)),
                "cancelled": text("The job was cancelled."),
            }
            raise NotDone(
                why.get(present.state, text("The job is not done yet.")), "GET /api/v1/jobs/<id> tells how far it is."
            )
        return present

    def _accept(self, number: str, base: Job, form: Format, who: str) -> None:
        """Accept the export job, unless there is one; it counts among what that one has open."""
        wanted = {"name": form.name}
        if form.name == EXCEL_CSV:
            wanted |= {"separator": form.separator, "decimal": form.decimal}
        options = {"kind": EXPORT, "of": base.id, "format": wanted, "name": base.options.get("name")}
        if not self._table.add(number, base.model, base.digest, 0, options, None, who=who):
            self._table.uploads.release(number)  # it is there already, and counts

    def _kept(self, number: str, base: Job) -> StoredResult | None:
        """The file of an earlier export; an export whose file is gone is deleted, so that it is written again."""
        export = self._table.get(number)
        if export is None or export.state in OPEN:
            return None
        if export.state != "done":
            raise NotMade(
                translated(export.message) or text("The result was not made in this format."),
                text("Take it in another format."),
            )
        names = self._table.results(number)
        size = self._files.sizes(paths.folder(base.id)).get(names[0].rpartition("/")[2]) if names else None
        if size is None:
            self._table.removals.finish(number)
            return None
        return StoredResult(self._files, (StoredChunk(names[0], size),))

    def _wait(self, number: str, base: Job) -> StoredResult | Job:
        until = time.monotonic() + PATIENCE
        while True:
            earlier = self._kept(number, base)
            if earlier is not None:
                return earlier
            now = self._jobs.get(number)  # which also wakes workers
            if time.monotonic() > until:
                return now
            time.sleep(PAUSE)
