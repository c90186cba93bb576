"""The source file of a job: opened as a table, and its lines packed into chunks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, cast

import orjson

from ml.advice.score_known import ESTIMATOR, Blanks
from ml.batch.score_lines import ScoredLines, score_lines
from ml.batch.score_records import score_records
from ml.files.open_table import open_table
from ml.files.readers.json_records import JSON, NDJSON
from ml.files.readers.json_table import RecordTable, open_records
from ml.files.table import ReadPlan, Table
from ml.files.text.byte_counts import ByteCounts
from ml.files.text.read_options import ReadOptions
from ml.service import Bundle, Service

RECORDS = (JSON, NDJSON)  # formats with typed values


class WatchedFile:
    """A file object that calls a function before each read."""

    def __init__(self, file: IO[bytes], check: Callable[[], object]) -> None:
        self._file, self._check = file, check
        self.seek = file.seek

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        self._check()
        return self._file.read(size)

    def readline(self, size: int = -1) -> bytes:
        """The next line."""
        self._check()
        return self._file.readline(size)


def opened(
    file: IO[bytes], options: Mapping[str, Any], bundle: Bundle, check: Callable[[], object] = lambda: None
) -> Table | RecordTable:
    """Open the file of a job as a table.

    Parameters
    ----------
    file : seekable binary file
    options : mapping
        Options of the job: ``format``, ``read`` (read options), ``columns``.
    bundle : Bundle
        The model that is to score it.
    check : callable
        Called before each block of a file of records, which is read to its end for its columns; its exceptions
        propagate.

    Raises
    ------
    LikelyError
        It cannot be read.
    """
    form = options.get("format")
    if form in RECORDS:
        watched = cast(IO[bytes], WatchedFile(file, check))
        return open_records(watched, str(form), bundle.schema, options.get("columns"))
    read = ReadOptions.from_mapping(options.get("read") or {})
    return open_table(file, read, bundle.schema, options.get("columns"), counts=counts_of(options))


def counts_of(options: Mapping[str, Any]) -> ByteCounts | None:
    """Counts of all bytes of a job's file by the job's options; None where it was not read to its end as it came."""
    return ByteCounts.from_json((options.get("checked") or {}).get("counts"))


def encode_lines(table: Table | RecordTable, lines: Sequence[Any]) -> bytes:
    """Serialize lines of a file as a chunk."""
    if isinstance(table, RecordTable):  # integers of any size: orjson has 64 bits only
        return json.dumps({"header": table.header, "renamed": table.renamed, "records": lines}).encode()
    return orjson.dumps([table.reading.to_json(), lines])


def scored(service: Service, bundle: Bundle, chunk: bytes, blanks: Blanks = ESTIMATOR) -> ScoredLines:
    """Score the records of a chunk; `blanks` as in :mod:`ml.advice.score_known`."""
    if chunk.startswith(b"{"):
        content = json.loads(chunk)
        return score_records(service, bundle, content["header"], content["records"], content["renamed"], blanks)
    reading, records = decode_lines(chunk, bundle)
    return score_lines(service, bundle, reading.header, records, reading.renamed, reading.rules, blanks)


def decode_lines(chunk: bytes, bundle: Bundle) -> tuple[ReadPlan, list[list[str]]]:
    """Deserialize a chunk of a table: how to read its lines, and the lines."""
    told, records = orjson.loads(chunk)
    return ReadPlan.from_json(told, bundle.schema), records
