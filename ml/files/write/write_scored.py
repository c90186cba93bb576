"""Converts a scored file from CSV, in which results are kept, to another format."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from ml.data.schema import Schema
from ml.files.table import ReadPlan
from ml.files.write.atomic_output import copy_into
from ml.files.write.formats import Format
from ml.files.write.result import Block, ColumnFacts, Result, file_columns, own_kind, plain_header, stored_blocks

BLOCK = 1024 * 1024
LEVEL = 6  # of gzip


def write_scored(
    kept: Path, out: IO[bytes], form: Format, schema: Schema, reading: ReadPlan, ours: Sequence[str]
) -> None:
    """Write a result in another format.

    Parameters
    ----------
    kept : Path
        The result as CSV. What is made lies beside it for a while.
    out : binary file
    reading : ReadPlan
        How the file was read.
    ours : sequence of str
        Names of the added columns before they were made unique; the last of the result.

    Raises
    ------
    TooLarge, InvalidData
        As the format's writer.
    """
    with kept.open(newline="", encoding="utf-8") as file:
        header = plain_header(next(csv.reader(file)))
    width = len(header) - len(ours)
    own = [ColumnFacts(name, own_kind(wanted)) for name, wanted in zip(header[width:], ours, strict=True)]
    written = kept.with_name(f"made{form.suffix}")
    given = file_columns(header[:width], reading.renamed, schema, reading.rules)
    form.make(Result((*given, *own), lambda: _blocks(kept)), written)
    copy_into(written, out)


def _blocks(kept: Path) -> Iterator[Block]:
    with kept.open("rb") as file:
        yield from stored_blocks([iter(lambda: file.read(BLOCK), b"")])


@contextmanager
def gzip_stream(out: IO[bytes]) -> Iterator[IO[bytes]]:
    """A writer that compresses into another file with gzip, reproducibly."""
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=LEVEL, mtime=0, filename="") as file:
        yield cast(IO[bytes], file)
