"""Job service, called by API and pages: accepts, lists, cancels and deletes jobs."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.audit_log import AuditLog
from jobs.files import paths
from jobs.files.head import check_head, check_kept, form_of, take_head, told_by_head
from jobs.files.source import RECORDS
from jobs.files.stream_check import StreamCheck
from jobs.refused import KeyTaken, NoRoom, NoTable, UnknownJob, taken, too_large
from jobs.webhooks.allowed_addresses import NOBODY, CallbackRules
from ml.advice.score_known import ESTIMATOR, check_blanks
from ml.service import Bundle, Service
from ml.translation import text
from store.db import Store
from store.errors import CommitUnknown
from store.files import Files
from store.job import OPEN, OVER, Job, JobFilter, State

log = logging.getLogger(__name__)

LONGEST_KEY = 200
MOST = 20_000 * 1024 * 1024  # bytes of a file
ASKED = {"name": None, "columns": None, "read": None, "blanks": ESTIMATOR}  # options that an idempotency key covers
Cursor = tuple[float, str]


@dataclass(frozen=True)
class ReceivedFile:
    """A stored upload: its job, its SHA-256 in hex, its size in bytes."""

    job: str
    digest: str
    size: int


class JobService:
    """Accepts and manages jobs.

    Parameters
    ----------
    service : Service
    store : Store
        Its table of jobs is opened at its first use.
    files : Files
    announce : callable
        Called with the id of a job that has work, to wake workers.
    rules : CallbackRules
        Addresses that callbacks may call; none by default.
    most : int
        Largest file, in bytes.
    """

    def __init__(
        self, service: Service, store: Store, files: Files, announce: Callable[[str], Any],
        rules: CallbackRules = NOBODY, most: int = MOST,
    ) -> None:  # fmt: skip
        self.service, self.store, self.files, self._announce = service, store, files, announce
        self._rules, self.most = rules, most

    def accept(
        self, model: str, blocks: Iterable[bytes], options: Mapping[str, Any], key: str | None = None, *,
        held: bool = False, callback: str = "",
    ) -> tuple[Job, bool]:  # fmt: skip
        """Store an upload and accept a job that scores it by the version that is live now.

        Parameters
        ----------
        model : str
            Name or key.
        blocks : iterable of bytes
            The file; never held in memory as a whole.
        options : mapping
            JSON values: ``name`` of the file, ``columns`` (column of the file to feature), ``read`` (read options, see
            :class:`ml.files.text.read_options.ReadOptions`), ``format`` where it is known, ``blanks`` (see
            :mod:`ml.advice.score_known`).
        key : str, optional
            Idempotency key: the same file with the same options under the same key gives the same job.
        held : bool
            Only store the file, until the job is started.
        callback : str
            Address to call when the job is over.

        Returns
        -------
        (Job, bool)
            The job, and True when it is new.

        Raises
        ------
        UnknownModel, BrokenModel, BadCallback, KeyTaken, NoRoom
        NoProbabilities
            Blanks are to be averaged, and the model offers none.
        LikelyError
            The file cannot be read, wherever it breaks off.
        """
        bundle = self.service.model(model)
        check_blanks(bundle, options.get("blanks", ESTIMATOR))
        if callback:
            self._rules.check(callback)
        head, whole, blocks = take_head(blocks)
        found = dict(options) | {"format": options.get("format") or form_of(head)}
        if held and found["format"] in RECORDS:
            raise NoTable("The file is JSON, and a campaign is made of a table.", "Send a workbook, CSV or Parquet.")
        streamed = told_by_head(found["format"])
        told = streamed and check_head(head, whole, found, bundle, held)
        job, digest = uuid.uuid4().hex, hashlib.sha256()
        blocks = self._counted(blocks, digest)
        later = False
        if streamed and not whole:
            with StreamCheck(found, bundle, patient=held) as check:
                size = self._keep(job, check.passing(blocks))
            later, found["checked"] = check.later, check.finding
        else:
            size = self._keep(job, blocks)
        if later or not told:
            self._check_kept(job, found, bundle, held, later)
        sent = ReceivedFile(job, digest.hexdigest(), size)
        asked = {name: options.get(name, default) for name, default in ASKED.items()}
        asked |= {"held": held, "callback_url": callback}
        if not self._add(sent, bundle.key, found | {"asked": asked}, key, held, callback):
            return self._same(key or "", model, bundle.key, asked | {"file": sent.digest}), False
        return self.get(job), True  # which also wakes workers

    def begin(
        self, model: str, what: bytes, options: Mapping[str, Any], key: str | None = None
    ) -> tuple[Job, bool]:  # fmt: skip
        """Accept a job derived from another one, with a request in place of a file.

        Returns
        -------
        (Job, bool)
            The job, and True when it is new: the same request under the same idempotency key gives the same job.

        Raises
        ------
        KeyTaken
            Another request came under that key.
        """
        version = self.service.model(model).key
        job = uuid.uuid4().hex
        sent = ReceivedFile(job, hashlib.sha256(what).hexdigest(), self._keep(job, [what]))
        if self._add(sent, version, options, key):
            return self.get(job), True
        before = self._of_key(key or "")
        if before.digest != sent.digest or any(before.options.get(name) != given for name, given in options.items()):
            raise taken(key or "", "the request")
        return before, False

    def _add(
        self, sent: ReceivedFile, model: str, options: Mapping[str, Any], key: str | None = None, held: bool = False,
        callback: str = "",
    ) -> bool:  # fmt: skip
        """Insert a job, and remove its files if that fails; False where its key is taken."""
        state: State = "held" if held else "waiting"
        try:
            new = self.store.jobs.add(sent.job, model, sent.digest, sent.size, options, key, state, callback)
        except BaseException as error:
            # Where the commit is unknown, the file stays until the sweep has checked
            if not isinstance(error, CommitUnknown):
                self._discard(sent.job)
            raise
        if not new:
            self._discard(sent.job)
        return new

    def _check_kept(self, job: str, options: Mapping[str, Any], bundle: Bundle, held: bool, marked_up: bool) -> None:
        """Check a complete file, where it could not be read while it came."""
        try:
            with self.files.open(paths.source(job)) as file:
                check_kept(file, options, bundle, held, marked_up)
        except BaseException:
            self._discard(job)
            raise

    def _keep(self, job: str, blocks: Iterable[bytes]) -> int:
        """Write the file of a job and return its size; a partial file is removed with its folder."""
        try:
            return self.files.write(paths.source(job), blocks)
        except OSError as error:
            self._discard(job)
            log.error("The file of a job cannot be kept: %s", error)
            raise NoRoom(text("The file cannot be kept here at the moment."), text("Try again later.")) from None
        except BaseException:
            self._discard(job)
            raise

    def _counted(self, blocks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
        """Pass on blocks while updating the digest; FileTooLarge over the limit."""
        size = 0
        for block in blocks:
            size += len(block)
            if size > self.most:
                raise too_large(self.most)
            digest.update(block)
            yield block

    def _discard(self, job: str) -> None:
        """Remove the files of a job that was not accepted; a failure is left to the sweep."""
        try:
            self.files.remove(paths.folder(job))
        except OSError as error:
            log.warning("The files of %s are still there: %s", job, error)

    def _same(self, key: str, model: str, live: str, asked: Mapping[str, Any]) -> Job:
        """The job of an idempotency key, if file and options are the same; else KeyTaken."""
        job = self._of_key(key)
        before = ASKED | job.options.get("asked", asked) | {"file": job.digest}
        differs = sorted(each for each in {*asked, *before} if asked.get(each) != before.get(each))
        name, version = job.model.partition("@")[0], job.model
        if model.partition("@")[0] != name or ("@" in model and live != version):
            differs.append("model")
        if differs:
            raise taken(key, ", ".join(differs))
        return job

    def _of_key(self, key: str) -> Job:
        job = self.store.jobs.by_key(key)
        if job is None:
            raise KeyTaken("The job of this key was removed just now.", "Send it again.")
        return job

    def get(self, job: str) -> Job:
        """The present state of a job; UnknownJob where there is none."""
        found = self.store.jobs.get(job)
        if found is None:
            hint = text("Jobs are kept for some days after they are over.")
            raise UnknownJob(text("There is no job {job}.", job=repr(job[:80])), hint)
        self.service.allow(found.model)
        if found.state in OPEN:
            self._announce(job)  # restarts a local runner that died
        return found

    def those(self, jobs: Sequence[str]) -> list[Job]:
        """Present states of those of the jobs that are there, without those of models that who asks may not know."""
        return self._known(self.store.jobs.those(jobs))

    def page(self, wanted: JobFilter, most: int, after: Cursor | None) -> tuple[list[Job], Cursor | None]:
        """A page of jobs, the newest first; see :meth:`store.job_queries.JobQueries.page`."""
        found, cursor = self.store.jobs.page(wanted, most, after)
        return self._known(found), cursor

    def _known(self, jobs: list[Job]) -> list[Job]:
        hidden = {*self.service.registry.names()} - {*self.service.names()}
        return [job for job in jobs if job.model.partition("@")[0] not in hidden]

    def cancel(self, job: str) -> Job:
        """Cancel a job that is not over, and remove its files; a job that is over is unchanged."""
        self.get(job)
        if self.store.jobs.cancel(job):
            self._discard(job)
            self._announce(job)  # it may have a callback
        return self.get(job)

    def delete(self, job: str) -> Job | None:
        """Cancel a job that is not over, and remove one that is, with its files.

        Returns
        -------
        Job or None
            The job, where it still exists: a job that finished meanwhile is kept.
        """
        if self.get(job).state not in OVER:
            return self.cancel(job)
        self.files.remove(paths.folder(job))  # files first: a kill in between can be repeated
        self.store.jobs.forget(job)
        AuditLog(self.store).note("job removed", job)
        return None
