"""Mentions of a record in files that are kept as they were sent: requests of answers, and tables of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from jobs.files import paths
from ml.errors import LikelyError
from ml.files.cells.safe_cells import plain_cells
from ml.files.open_table import open_table
from ml.files.text.read_options import ReadOptions
from store.files import Files
from store.job import Job


def mentions_in_request(files: Files, job: Job, record: str, column: str) -> int:
    """Count a record's mentions in a stored request: in the column that names records, else anywhere.

    Parameters
    ----------
    column : str
        The model's name of the column.

    Returns
    -------
    int
        0 where the file is gone.
    """
    try:
        request: Any = orjson.loads(b"".join(files.read(paths.source(job.id))))
    except FileNotFoundError:
        return 0
    records = request.get("records") if isinstance(request, Mapping) else None
    if isinstance(records, list) and all(isinstance(each, Mapping) for each in records):
        return sum(str(each.get(column)).strip() == record for each in records)
    return int(orjson.dumps(record)[1:-1] in orjson.dumps(request))


def mentions_in_table(files: Files, job: Job, record: str) -> int:
    """Count the lines of a table of outcomes in which any cell is a record's id; 0 where its file is gone.

    Only the feedback knows which column names records, so all are searched; of a file that cannot be read, its bytes.
    """
    try:
        with files.open(paths.source(job.id)) as file:
            table = open_table(file, ReadOptions.from_mapping(job.options.get("read") or {}))
            return sum(any(cell.strip() == record for cell in plain_cells(cells)) for cells in table.lines)
    except FileNotFoundError:
        return 0
    except LikelyError:
        return int(any(record.encode() in block for block in files.read(paths.source(job.id))))
