"""Erasure of one record, by its id, wherever it is kept: books, files and results of jobs, groups, decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from auth.audit_log import AuditLog
from jobs.errors import ResultGone
from jobs.files import paths
from jobs.files.source import opened
from jobs.retention.chunk_lines import FoundLines, find_lines, id_places, write_without
from jobs.retention.found_places import ErasureReport, Found
from jobs.retention.mentions import mentions_in_request, mentions_in_table
from jobs.retention.removal import remove_job
from jobs.work.rank_index import index_of
from jobs.work.stored_result import LIST, header_of_result
from ml.errors import LikelyError
from ml.service import Service
from store.db import Store
from store.files import Files
from store.job import ANSWER, OPEN, OUTCOMES, OVER, Job, JobFilter

PAGE = 200  # jobs of a query
NOTES = ("file_notes", "left_out", "dialect")  # options that quote cells of the file


class Eraser:
    """Finds and erases a record."""

    def __init__(self, service: Service, store: Store, files: Files) -> None:
        self._service, self._store, self._files = service, store, files
        self._table = store.jobs

    def look(self, record: str, models: Sequence[str] = (), column: str = "") -> ErasureReport:
        """Find all places of a record of these models, or of all where none are named; nothing is changed.

        `column` names records where a model has no such column of its own, or is gone.
        """
        names = list(models) or sorted({*self._service.names(), *(job.model.partition("@")[0] for job in self._jobs())})
        places, beyond = [], []
        for name in names:
            places += self._in_book(name, record)
            places += self._in_decisions(name, record)
            beyond += self._beyond(name)
        for job in self._jobs():
            if job.model.partition("@")[0] in names:
                some, unknown = self._in_job(job, record, column)
                places += some
                beyond += unknown
        return ErasureReport((*places, *self._in_control_groups(names, record)), tuple(dict.fromkeys(beyond)))

    def erase(self, report: ErasureReport) -> bool:
        """Erase a record from all places that :meth:`look` found, out of the files of the database too.

        Returns
        -------
        bool
            False where others use the database, so that bytes of it stay in its files until the next purge.
        """
        erased = [each for each in report.places if each.erase]
        for each in erased:
            each.erase()  # type: ignore[misc]
        AuditLog(self._store).note("record erased", f"{len(erased)} places")
        return self._store.forget_deleted(everywhere=True)

    def _jobs(self) -> Iterator[Job]:
        """All jobs but exports, which go with theirs."""
        for kind in ("", ANSWER, OUTCOMES):  # those that are in the list of jobs, then those that are not
            after = None
            while True:
                jobs, after = self._table.page(JobFilter(kind=kind), PAGE, after)
                yield from jobs
                if after is None:
                    break

    def _in_book(self, model: str, record: str) -> list[Found]:
        if self._store.book.get(model, record) is None:
            return []
        erase = self._store.erasures.erase_from_book
        return [Found(f"the records that were loaded for {model}", 1, "removed", lambda: erase(model, record))]

    def _in_decisions(self, model: str, record: str) -> list[Found]:
        """Decisions, what came of them, and places on lists."""
        table = self._store.outcomes.erasure
        times = table.count(model, record)
        fate = "values, notes and its id are removed; probabilities, outcomes and counts stay"
        place = f"decisions of {model} and what came of them"
        return [Found(place, times, fate, partial(table.erase, model, record))] if times else []

    def _in_control_groups(self, names: Sequence[str], record: str) -> list[Found]:
        table = self._store.erasures
        held = table.control_groups_with(record, lambda key: key.partition("@")[0] in names)
        return [
            Found(f"the control group of list {job}", 1, "its id is removed, the counts stay",
                  partial(table.erase_from_control_group, job, record))
            for job in held
        ]  # fmt: skip

    def _beyond(self, model: str) -> list[str]:
        """Data of a model that has no ids."""
        try:
            bundle = self._service.model(model)
        except LikelyError:
            return []
        words = "was trained on records, and keeps some without ids (hold-out, background, golden answers): if this one"
        return [f"{bundle.key} {words} is among them, add a version that was trained without it, and remove this one"]

    def _in_job(self, job: Job, record: str, column: str) -> tuple[list[Found], list[str]]:
        """Places in the files of a job, and why it could not be looked into."""
        if job.kind == OUTCOMES:
            times = mentions_in_table(self._files, job, record)
            return self._whole(job, f"table of outcomes {job.id}", times, "removed, with its result"), []
        name = column or self._column(job)
        if job.kind == ANSWER:
            return self._in_answer(job, record, name)
        what = f"job {job.id} ({job.options.get('name') or 'no name'}, {job.kind})"
        if not name:
            return [], [f"{what}: no column of {job.model} names records; --column says which one of the file does"]
        if job.state == "done":
            return self._in_result(job, record, name, what)
        if job.state == "cancelled" or job.kind == LIST:
            return [], []
        return self._whole(job, what, self._in_upload(job, record, name), "removed, with its file"), []

    def _in_answer(self, job: Job, record: str, column: str) -> tuple[list[Found], list[str]]:
        """An answer that was computed by a worker, with its request; see :meth:`_in_job`."""
        if not column:
            return [], [
                f"answers that are kept for {job.model}: none of its columns names records; --column says which"
            ]
        times = mentions_in_request(self._files, job, record, column)
        return self._whole(job, f"answer {job.id}", times, "removed, with its request"), []

    def _whole(self, job: Job, what: str, times: int, fate: str) -> list[Found]:
        """A job that is removed whole where it names the record, once it is over."""
        if not times or job.state == "cancelled":
            return []
        if job.state in OPEN:
            return [Found(what, times, f"it is {job.state}: do this again when it is over", None)]
        return [Found(what, times, fate, lambda: remove_job(self._table, self._files, job.id))]

    def _column(self, job: Job) -> str:
        """The model's column that names records; of the present version where the job's is gone."""
        for key in (job.model, job.model.partition("@")[0]):
            try:
                return self._service.model(key).schema.record_id or ""
            except LikelyError:
                continue
        return ""

    def _in_result(self, job: Job, record: str, column: str, what: str) -> tuple[list[Found], list[str]]:
        try:
            places = id_places(header_of_result(self._table, self._files, job), self._read_by(job), column)
            chunks = self._store.erasures.chunk_files(job.id)
            with_record = [find_lines(self._files, number, file, places, record) for number, file in chunks.items()]
        except (ResultGone, FileNotFoundError):
            return [], []
        held = [each for each in with_record if each]
        if not held:
            return [], []
        times = sum(len(each.at) for each in held)
        fate = "emptied in the result; the file that was sent and files in other formats are removed"
        return [Found(what, times, fate, lambda: self._empty(job, held, record))], []

    def _read_by(self, job: Job) -> Mapping[str, Any]:
        """The options by which the file of a job was read; of a list, those of its campaign."""
        campaign = self._table.get_uncounted(str(job.options.get("of"))) if job.kind == LIST else None
        return campaign.options if campaign else job.options

    def _in_upload(self, job: Job, record: str, column: str) -> int:
        """Number of a record's lines in the file of a job without a result; one that cannot be read is searched."""
        try:
            with self._files.open(paths.source(job.id)) as file:
                table = opened(file, job.options, self._service.model(job.model))
                places = [at for at, name in enumerate(table.names) if name == column]
                places += id_places(table.header, job.options, column)
                return sum(record in _cells(line, places, column) for line in table.lines)
        except FileNotFoundError:
            return 0
        except LikelyError:
            return int(any(record.encode() in block for block in self._files.read(paths.source(job.id))))

    def _empty(self, job: Job, chunks: Sequence[FoundLines], record: str) -> None:
        """Write the chunks anew without the record, and remove all other files of the job that may hold it."""
        for each in chunks:
            out = write_without(self._files, job, each)
            self._store.erasures.replace_file(job.id, each.number, each.file, out)
        cells = {cell for each in chunks for row in each.at for cell in each.lines[row] if len(cell) > 2} | {record}
        self._store.erasures.change_options(job.id, lambda options: _without_quotes(options, cells))
        for export in self._store.erasures.exports_of(job.id):
            if self._table.removals.begin(export, lists=False):
                self._table.removals.finish(export)
        self._tidy(job)

    def _tidy(self, job: Job) -> None:
        """Remove files of a job that is over and that no chunk names: the upload, exports, what killed workers left."""
        named = {name for file in self._table.results(job.id) for name in (file, index_of(file))}
        kept = {name.rpartition("/")[2] for name in named}
        for name in self._files.sizes(paths.folder(job.id)):
            if name not in kept and job.state in OVER:
                self._files.remove(f"{paths.folder(job.id)}/{name}")


def _cells(line: Any, places: Sequence[int], column: str) -> list[str]:
    """Ids in a line of a table, or in a record of JSON: the cells of the columns that name records."""
    if isinstance(line, Mapping):
        return [str(line.get(column)).strip()]
    return [str(line[at]).strip() for at in places if isinstance(line, Sequence) and at < len(line)]


def _without_quotes(options: dict[str, Any], cells: set[str]) -> dict[str, Any]:
    """Options of a job without notes that quote one of these cells."""
    return {name: _pruned(value, cells) if name in NOTES else value for name, value in options.items()}


def _pruned(value: Any, cells: set[str]) -> Any:
    if isinstance(value, list):
        return [_pruned(each, cells) for each in value if not _quotes(each, cells)]
    if isinstance(value, dict):
        return {name: "" if _quotes(each, cells) else _pruned(each, cells) for name, each in value.items()}
    return value


def _quotes(value: Any, cells: set[str]) -> bool:
    return isinstance(value, str) and any(cell in value for cell in cells)
