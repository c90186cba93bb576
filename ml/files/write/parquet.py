"""A result as Parquet, where pyarrow is installed: columns of one type each, in groups of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ml.errors import InvalidData
from ml.files.write.kinds import columns_of, typed
from ml.files.write.result import Result

GROUP = 50_000  # rows


def check_pyarrow() -> None:
    """Raise InvalidData where Parquet cannot be written."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise InvalidData(
            "Parquet cannot be written here.",
            "Take CSV. Whoever runs this service can add Parquet: pip install pyarrow.",
        ) from None


def write_parquet(result: Result, target: Path) -> None:
    """Write one file; an empty cell is a null.

    Raises
    ------
    InvalidData
        Where pyarrow is not installed.
    """
    check_pyarrow()
    import pyarrow as pa
    from pyarrow import parquet

    columns = columns_of(result, mixed=False)
    types = {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "percent": pa.float64(),
        "money": pa.float64(), "date": pa.date32(), "moment": pa.timestamp("us"),
    }  # fmt: skip
    schema = pa.schema([(column.name, types[column.kind]) for column in columns])
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        waiting: list[Any] = []
        for block in result.blocks():
            cells = zip(typed(columns, block), columns, strict=True)
            arrays = [
                pa.array([None if value == "" else value for value in values], types[column.kind])
                for values, column in cells
            ]
            waiting.append(pa.record_batch(arrays, schema=schema))
            if sum(map(len, waiting)) >= GROUP:
                writer.write_table(pa.Table.from_batches(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting))
