"""Tables of outcomes that were sent as jobs: whether the file of one names a record."""

from __future__ import annotations

from jobs.files import paths
from ml.errors import LikelyError
from ml.files.cells.safe_cells import plain_cells
from ml.files.open_table import open_table
from ml.files.text.read_options import ReadOptions
from store.files import Files
from store.job import Job


def times_told(files: Files, job: Job, record: str) -> int:
    """Number of lines in which a cell is a record's id; 0 where its file is gone.

    Whose columns a file has is known to those who store what it tells; here any column counts. A file that cannot be
    read is searched.

    Parameters
    ----------
    files : Files
    job : Job
    record : str
        Its id.
    """
    try:
        with files.open(paths.source(job.id)) as file:
            table = open_table(file, ReadOptions.from_mapping(job.options.get("read") or {}))
            return sum(any(cell.strip() == record for cell in plain_cells(cells)) for cells in table.lines)
    except FileNotFoundError:
        return 0
    except LikelyError:
        return int(any(record.encode() in block for block in files.read(paths.source(job.id))))
