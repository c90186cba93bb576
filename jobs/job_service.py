"""Job service, called by API and pages: accepts, lists, cancels and deletes jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from auth.audit_log import AuditLog
from auth.caller import caller_id, current_request_id
from jobs.errors import KeyTaken, UnknownJob, counting_refusals, no_job, no_table, taken
from jobs.files import paths
from jobs.files.head import check_head, check_kept, form_of, is_checkable_by_head, take_head
from jobs.files.source import RECORDS
from jobs.files.stream_check import StreamCheck
from jobs.job_options import check_options, compared_options, differences
from jobs.receive import USUAL, FileLimits, Receiver, discard, limited_to_size
from jobs.retention.removal import remove_job
from jobs.webhooks.allowed_addresses import NOBODY, WebhookRules
from ml.errors import UnknownModel
from ml.files.readers.text_process import SERVER
from ml.service import Bundle, Service
from store.db import Store
from store.files import Files
from store.job import OPEN, OUTCOMES, OVER, Job, JobFilter, Origin, State
from telemetry.tracing import traceparent

LONGEST_KEY = 200
Cursor = tuple[float, str]


class JobService:
    """Accepts and manages jobs.

    `announce` wakes workers for the id of a job that has work. The rules say which addresses webhooks may call, none by
    default; `records` whether decisions are recorded here. The table of jobs is opened at its first use.
    """

    def __init__(
        self, service: Service, store: Store, files: Files, announce: Callable[[str], Any],
        rules: WebhookRules = NOBODY, limits: FileLimits = USUAL,
        records: bool = True,
    ) -> None:  # fmt: skip
        self.service, self.store, self.files, self._announce = service, store, files, announce
        self._rules, self._limits, self._records = rules, limits, records

    @counting_refusals
    def accept(
        self, model: str, blocks: Iterable[bytes], options: Mapping[str, Any], key: str | None = None, *,
        held: bool = False, callback_url: str = "", size: int = 0,
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
            :mod:`ml.advice.score_known`), ``decisions`` (see :mod:`jobs.work.decided_records`).
        key : str, optional
            Idempotency key: the same file with the same options under the same key of a caller gives the same job.
        held : bool
            Only store the file, until the job is started.
        callback_url : str
            Address to call when the job is over.
        size : int
            Bytes of the file, as far as they are known before it comes.

        Returns
        -------
        (Job, bool)
            The job, and True when it is new.

        Raises
        ------
        UnknownModel, BrokenModel, BadWebhook, KeyTaken, NoRoom, FileTooLarge, TooMuchOpen
        DecisionsOff
        NoProbabilities
            Blanks are to be averaged, and the model offers none.
        LikelyError
            The file cannot be read, wherever it breaks off.
        """
        bundle = self.service.model(model)
        check_options(bundle, options, recorded=self._records)
        if callback_url:
            self._rules.check(callback_url)
        before = self._before(key)
        receiver = self._receiver(before)
        with receiver:
            receiver.expect(size)
            accepted = self._received(receiver, limited_to_size(before, blocks, key or ""), options, bundle, held)
            asked = compared_options(options, held=held, callback_url=callback_url)
            if self._add(receiver, bundle.key, accepted | {"asked": asked}, key, held, callback_url):
                return self.get(receiver.job), True  # which also wakes workers
        return self._same(key or "", model, bundle.key, asked | {"file": receiver.digest}), False

    def _before(self, key: str | None) -> Job | None:
        """The job that the same caller sent under an idempotency key; None where there is none, or no key."""
        return None if key is None else self.store.jobs.by_key(key, caller_id())

    def _receiver(self, before: Job | None) -> Receiver:
        return Receiver(self.store.job_ids.new(), self.store.jobs, self.files, self._limits, before is not None)

    def _received(
        self, receiver: Receiver, blocks: Iterable[bytes], options: Mapping[str, Any], bundle: Bundle, held: bool
    ) -> dict[str, Any]:
        """Write and check a file while it comes; returns its options, with what was found."""
        head, whole, blocks = take_head(blocks)
        checked = dict(options) | {"format": options.get("format") or form_of(head)}
        if held and checked["format"] in RECORDS:
            raise no_table()
        if held:
            SERVER.warm()  # a look follows
        streamed = is_checkable_by_head(checked["format"])
        counted = streamed and check_head(head, whole, checked, bundle, held)
        blocks, later = receiver.passing(blocks), False
        if streamed and not whole:
            with StreamCheck(checked, bundle, patient=held) as check:
                receiver.keep(check.passing(blocks))
            later, checked["checked"] = check.later, check.finding
        else:
            receiver.keep(blocks)
        if later or not counted:
            with self.files.open(paths.source(receiver.job)) as file:
                check_kept(file, checked, bundle, held, later)
        return checked

    def begin(
        self, model: str, what: Iterable[bytes], options: Mapping[str, Any], key: str | None = None, size: int = 0
    ) -> tuple[Job, bool]:  # fmt: skip
        """Accept a job that scores no file: derived from another one, or of a kind that reads its file by itself.

        Parameters
        ----------
        model : str
            Name or key.
        what : iterable of bytes
            The request, or the file.
        options : mapping
            JSON values, with ``kind``.
        size : int
            Bytes, as far as they are known.

        Returns
        -------
        (Job, bool)
            The job, and True when it is new: the same request under the same idempotency key gives the same job.

        Raises
        ------
        KeyTaken
            Another request came under that key.
        TooMuchOpen
        """
        version = self.service.model(model).key
        receiver = self._receiver(self._before(key))
        with receiver:
            receiver.expect(size)
            receiver.keep(receiver.passing(what))
            if self._add(receiver, version, options, key):
                return self.get(receiver.job, options["kind"]), True
        before = self._of_key(key or "")
        if before.digest != receiver.digest or any(
            before.options.get(name) != given for name, given in options.items()
        ):
            raise taken(key or "", "the request")
        return before, False

    def counted(self, job: str) -> str:
        """Count a job without a file, unless it is there; for whom it counts, or TooMuchOpen."""
        receiver = Receiver(job, self.store.jobs, self.files, self._limits)
        if self.store.jobs.get_uncounted(job) is None:
            receiver.expect(0)
        return receiver.who

    def _add(
        self, sent: Receiver, model: str, options: Mapping[str, Any], key: str | None = None, held: bool = False,
        callback_url: str = "",
    ) -> bool:  # fmt: skip
        """Insert a job; False where its idempotency key is taken, even by a concurrent request."""
        if sent.again:
            if self._before(key):
                return False
            sent.count_as_new()
        state: State = "held" if held else "waiting"
        fields = (sent.digest, sent.size, options, key, state, callback_url, sent.who)
        origin = Origin(current_request_id(), traceparent())
        sent.accepted = self.store.jobs.add(sent.job, model, *fields, origin, caller_id())
        return sent.accepted

    def _same(self, key: str, model: str, live: str, asked: Mapping[str, Any]) -> Job:
        """The job of an idempotency key, if file and options are the same; else KeyTaken."""
        job = self._of_key(key)
        if differs := differences(job, asked, model, live):
            raise taken(key, ", ".join(differs))
        return job

    def _of_key(self, key: str) -> Job:
        job = self._before(key)
        if job is None:
            raise KeyTaken("The job of this key was removed just now.", "Send it again.")
        return job

    def get(self, job: str, kind: str = "") -> Job:
        """The present state of a job; UnknownJob where there is none, or where it is of outcomes and `kind` is not."""
        stored = self.store.jobs.get(job)
        if stored is None or (stored.kind == OUTCOMES) != (kind == OUTCOMES):
            raise no_job(job)
        self.allow(stored.model, no_job(job))
        if stored.state in OPEN:
            self._announce(job)  # restarts a local runner that died
        return stored

    def allow(self, model: str, unknown: UnknownJob) -> None:
        """Raise `unknown` where the caller has no access to a job's model, NotAllowed where it may not see files."""
        try:
            self.service.allow(model)
        except UnknownModel:
            raise unknown from None

    def those(self, jobs: Sequence[str]) -> list[Job]:
        """Present states of the jobs with these ids, of models to which the caller has access."""
        return self._known(self.store.jobs.those(jobs))

    def page(self, wanted: JobFilter, most: int, after: Cursor | None) -> tuple[list[Job], Cursor | None]:
        """A page of jobs, the newest first; see :meth:`store.job_queries.JobQueries.page`."""
        found, cursor = self.store.jobs.page(wanted, most, after)
        return self._known(found), cursor

    def _known(self, jobs: list[Job]) -> list[Job]:
        return [job for job in jobs if self.service.allows(job.model)]

    def cancel(self, job: str, kind: str = "") -> Job:
        """Cancel a job that is not over, and remove its files; a job that is over is unchanged."""
        self.get(job, kind)
        if self.store.jobs.cancel(job):
            discard(self.files, job)
            self.store.jobs.control_groups.forget_list(job)  # of a list that nobody was called by
            self.store.jobs.assignments.forget_list(job)
            self._announce(job)  # it may have a webhook
        return self.get(job, kind)

    def delete(self, job: str, kind: str = "") -> Job | None:
        """Cancel a job that is not over, and remove one that is, with its files, its lists and its exports.

        Returns
        -------
        Job or None
            The job, where it still exists: a job that finished meanwhile is kept.
        """
        if self.get(job, kind).state not in OVER:
            return self.cancel(job, kind)
        remove_job(self.store.jobs, self.files, job)
        AuditLog(self.store).note("job removed", job)
        return None
