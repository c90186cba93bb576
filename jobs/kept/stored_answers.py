"""Answers that a worker computed for later: whether the request of one, or what it was answered, names a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from jobs.files import paths
from store.files import Files
from store.job import ANSWER, Job, JobFilter
from store.jobs import JobTable

PAGE = 200  # jobs of a query


def unlisted(table: JobTable, kind: str = ANSWER) -> Iterator[Job]:
    """All jobs of a kind that no list of jobs has: those that answer a request, say."""
    after = None
    while True:
        jobs, after = table.page(JobFilter(kind=kind), PAGE, after)
        yield from jobs
        if after is None:
            return


def times_in(files: Files, job: Job, record: str, column: str) -> int:
    """Number of a record's mentions in a stored request: by the column that names records, else anywhere.

    Parameters
    ----------
    files : Files
    job : Job
    record : str
        Its id.
    column : str
        The model's name of the column.

    Returns
    -------
    int
        0 where its files are gone.
    """
    try:
        asked: Any = orjson.loads(b"".join(files.read(paths.source(job.id))))
    except FileNotFoundError:
        return 0
    records = asked.get("records") if isinstance(asked, Mapping) else None
    if isinstance(records, list) and all(isinstance(each, Mapping) for each in records):
        return sum(str(each.get(column)).strip() == record for each in records)
    return int(orjson.dumps(record)[1:-1] in orjson.dumps(asked))
