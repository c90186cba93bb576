"""Reader of Parquet in the limited process, for 10 kB can unpack to 10 GB; needs pyarrow, which is optional."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any, BinaryIO

from ml.errors import InvalidData
from ml.files.readers.excel import ask_limited_process
from ml.translation import text


def parquet_rows(file: BinaryIO) -> Iterator[list[Any]]:
    """The names of the columns, and then the rows, typed.

    Raises
    ------
    InvalidData
        Where pyarrow is not installed.
    Unreadable
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise InvalidData(
            text("Parquet files cannot be read here."),
            text("Save it as CSV UTF-8. Whoever runs this service can add Parquet: pip install pyarrow."),
        )
    answers = ask_limited_process(file, {"reader": "parquet"})
    return _rows(next(answers), answers)


def _rows(head: dict[str, Any], answers: Iterator[Any]) -> Iterator[list[Any]]:
    yield head["names"]
    for rows in answers:
        yield from rows


def check_parquet(file: BinaryIO) -> None:
    """Refuse a file of which any page, or any value, cannot be read; errors as :func:`parquet_rows`."""
    for _ in ask_limited_process(file, {"reader": "parquet_check"}):
        pass
