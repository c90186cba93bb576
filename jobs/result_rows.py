"""Rows of finished campaigns and lists, filtered and sorted by any column of the result. For pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from jobs.campaign_service import MOST_ROWS, CampaignService
from jobs.errors import NoTable, not_done
from jobs.job_service import JobService
from jobs.row_query import RECORD, Block, RowQuery, matching, read_from
from jobs.work.job_kinds import CAMPAIGN, LIST
from jobs.work.score_campaign import RANK, feature_cells
from jobs.work.stored_lines import StoredLines, open_lines, present
from jobs.work.stored_result import own_wanted, result_of
from ml.files.cells.safe_cells import plain_cells
from ml.files.table import ReadPlan
from ml.files.write.kinds import OutputColumn, columns_of
from ml.translation import text
from store.job import Job

REMEMBERED = 4  # answers to a query that a process caches: eight bytes a row
TEXTS = 2  # columns that stand for a name where no column has one


@dataclass(frozen=True)
class ResultColumns:
    """Columns of a result."""

    columns: tuple[OutputColumn, ...]
    """Kinds as the first 5,000 records have them."""
    own: dict[str, int]
    """Places of ours, by their default names; all others are the file's."""
    people: tuple[int, ...]
    """Places of those that tell who somebody is: names, then telephone numbers; else the first texts that the model
    does not ask for."""


class ResultRows:
    """Reads results row by row, with the ranks of campaigns and the index of their lines."""

    def __init__(self, job_service: JobService, campaigns: CampaignService) -> None:
        self._jobs, self._campaigns = job_service, campaigns
        self._table, self._files, self._service = job_service.store.jobs, job_service.files, job_service.service
        self._columns = lru_cache(REMEMBERED)(self._read_columns)
        self._numbers = lru_cache(REMEMBERED)(self._find)
        self._lines = lru_cache(REMEMBERED)(self._open)

    def columns(self, job: str) -> ResultColumns:
        """Columns of a finished campaign or list; errors as :meth:`page`."""
        self._done(job)
        return self._columns(job, self._names(job))

    def page(self, job: str, query: RowQuery, start: int, end: int) -> tuple[int, list[tuple[int, list[str]]]]:
        """A page of rows.

        Returns
        -------
        (int, list of (int, list of str))
            Number of rows that pass the filters, and of the page each row's number from 0 and its plain cells.

        Raises
        ------
        UnknownJob, NoTable, NotDone, ResultGone, CampaignGone, UnknownModel
        """
        finished = self._done(job)
        numbers = self._numbers(job, self._names(job), query)
        wanted = numbers[start : min(end, start + MOST_ROWS)].tolist()
        return len(numbers), list(zip(wanted, self._cells(finished, wanted), strict=True))

    def record(self, job: str, row: int) -> tuple[Job, list[str], dict[str, str]] | None:
        """A row's campaign or list, its plain cells, and its cells by feature; None where there is no such row."""
        finished = self._done(job)
        if not 0 <= row < len(self._order(finished)):
            return None
        (cells,) = self._cells(finished, [row])
        campaign = finished if finished.kind == CAMPAIGN else self._jobs.get(finished.options["of"])
        reading = ReadPlan.from_json(campaign.options["reading"], self._service.model(finished.model).schema)
        before = 0 if finished.kind == CAMPAIGN else 1  # the place
        return finished, cells, feature_cells(reading, cells[before:])

    def _done(self, job: str) -> Job:
        job_now = self._jobs.get(job)
        if job_now.kind not in (CAMPAIGN, LIST):
            raise NoTable(text("The job has no table of rows."), text("Download its result."))
        if job_now.state != "done":
            raise not_done(job_now.state)
        return job_now

    def _names(self, job: str) -> tuple[str, ...]:
        """Files of the result, the key of what is cached about it: an erasure writes other files."""
        return tuple(self._table.results(job))

    def _read_columns(self, job: str, _names: tuple[str, ...]) -> ResultColumns:
        finished = self._jobs.get(job)
        result = result_of(self._table, self._files, self._service, finished)
        columns = tuple(columns_of(replace(result, blocks=lambda: islice(result.blocks(), 1))))
        before, after = own_wanted(self._service.model(finished.model), finished)
        places = [*range(len(before)), *range(len(columns) - len(after), len(columns))]
        texts = [at for at, (facts, column) in enumerate(zip(result.columns, columns, strict=True))
                 if facts.free and column.kind == "text"][:TEXTS]  # fmt: skip
        own = dict(zip([*before, *after], places, strict=True))
        return ResultColumns(columns, own, tuple(result.people_first or texts))

    def _find(self, job: str, names: tuple[str, ...], query: RowQuery) -> np.ndarray:
        finished = self._jobs.get(job)
        order = self._order(finished)
        if query == RowQuery():
            return order
        columns = self._columns(job, names)
        numbers = {RECORD: np.arange(1, len(order) + 1)}
        if finished.kind == CAMPAIGN:
            numbers[columns.own["rank"]] = self._campaigns.ranks_of(job)
        blocks = self._blocks(names, read_from(query, numbers), len(order))
        return matching(blocks, columns.columns, query, order, numbers)

    def _blocks(self, names: tuple[str, ...], columns: list[int], rows: int) -> Iterator[Block]:
        """Plain cells of these columns; without ranks, which no cell of a campaign holds."""
        if not columns:
            yield rows, {}
            return
        for name in names[1:]:
            with present():
                text = b"".join(self._files.read(name)).decode()
            lines = list(csv.reader(io.StringIO(text, newline="")))
            yield len(lines), {at: plain_cells([line[at] for line in lines]) for at in columns}

    def _order(self, job: Job) -> np.ndarray:
        """Order of all rows: by rank, rows without one last; of a list its own order."""
        if job.kind == LIST:
            return np.arange(len(self._lines(self._names(job.id))))
        places = self._campaigns.ranks_of(job.id)
        return np.argsort(np.where(places > 0, places, len(places) + 1), kind="stable")

    def _cells(self, job: Job, rows: list[int]) -> list[list[str]]:
        if job.kind == LIST:
            return [list(plain_cells(line)) for line in self._lines(self._names(job.id)).take(rows)]
        index, bundle = self._campaigns.choices(job.id)
        lines = index.lines(rows)
        places, at = self._campaigns.ranks_of(job.id), index.width + 1 + len(bundle.outcomes) + RANK
        for row, line in zip(rows, lines, strict=True):
            line[at] = str(places[row] or "")
        return [list(plain_cells(line)) for line in lines]

    def _open(self, names: tuple[str, ...]) -> StoredLines:
        return open_lines(self._files, names[1:])


def columns_json(columns: ResultColumns) -> dict[str, Any]:
    """The columns of a result as JSON values."""
    return {
        "names": [column.name for column in columns.columns],
        "kinds": [column.kind for column in columns.columns],
        "own": columns.own,
        "people": list(columns.people),
    }
