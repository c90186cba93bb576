"""Child process that reads workbooks and Parquet within limits of memory and time.

Run as ``python -m ml.files.readers.limited_process '{"path": …}'``.

It imports what it needs and no more, limits its own memory and time, and writes lines of JSON: a head, lists of rows,
and null at the end; or what is wrong as {"error": [message, hint]}.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import orjson

from ml.files.readers.process_limits import limit
from ml.files.readers.refused import SAVE, RefusedFile
from ml.translation import ALL_READERS, mark, serialize_messages, text, use_language

MEMORY = 1536 * 1024**2  # bytes of addresses
CPU = 240  # seconds
ROWS = 1_000  # of a line that is written
TOLD = 256 * 1024**2  # bytes of answers that any file may give
GROWTH = 400  # times the file's own size beyond that
_INFINITE = (math.inf, -math.inf)


def main() -> None:
    """Run the request of the first argument, and write its answers."""
    asked = orjson.loads(sys.argv[1])
    sys.path += [folder for folder in asked["packages"] if folder not in sys.path]  # where whoever asks finds pyarrow
    limit(MEMORY, CPU)
    with use_language(ALL_READERS):  # whoever asked says it to a reader
        _answer(asked)


def _answer(asked: dict[str, Any]) -> None:
    try:
        _write(_READERS[asked["reader"]](asked))
    except RefusedFile as refused:
        _refuse(*refused.args)
    except MemoryError:
        _refuse(text("The file takes more memory than there is for one."), text(SAVE))
    except Exception as error:  # noqa: BLE001 - readers of files fail in any way
        name, why = text(_NAMES[asked["reader"]]), type(error).__name__
        _refuse(
            text("The file is no {kind} that can be read ({why}).", kind=name, why=why),
            text("It may be harmed or broken off: send it again. Else save it as CSV UTF-8."),
        )


def _refuse(message: str, hint: str) -> None:
    _say({"error": serialize_messages([message, hint])})


def _write(answers: Iterator[Any]) -> None:
    _say(next(answers))
    while rows := list(islice(answers, ROWS)):
        _say(rows)
    _say(None)


def _say(answer: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(answer, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME) + b"\n")
    sys.stdout.buffer.flush()


def _plain(value: Any) -> Any:
    """JSON encoding of other types: dates in ISO form."""
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return value.date().isoformat()
        exact = value.second or value.microsecond
        return value.isoformat(" ", "auto" if exact else "minutes")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _workbook(asked: dict[str, Any]) -> Iterator[Any]:
    from ml.files.readers.workbook_process import read_workbook

    return read_workbook(asked["path"], asked["sheet"], frozenset(asked["known"]))


def _markup(asked: dict[str, Any]) -> Iterator[Any]:
    import ml.files.text.encodings  # noqa: F401 - it registers how bytes that are none are read
    from ml.files.readers.markup_process import read_markup

    return read_markup(asked["path"], asked["encoding"], asked["errors"], asked["sheet"], frozenset(asked["known"]))


def _parquet(asked: dict[str, Any]) -> Iterator[Any]:
    source, most = _open_parquet(asked)
    yield {"names": source.schema_arrow.names}
    for batch in _within(most, source):
        yield from map(list, zip(*(map(_or_infinite, column.to_pylist()) for column in batch.columns), strict=True))


def _or_infinite(value: Any) -> Any:
    """A value, infinite ones as text: JSON has none, and null would be a blank."""
    return str(value) if value in _INFINITE else value


def _parquet_check(asked: dict[str, Any]) -> Iterator[Any]:
    """Decode all pages; values that may be none in Python (dates, lists) are made, the others are proved at once."""
    import pyarrow.types as of

    source, most = _open_parquet(asked)
    plain = (of.is_boolean, of.is_integer, of.is_floating, of.is_decimal, of.is_string, of.is_large_string)
    for batch in _within(most, source):
        for column in batch.columns:
            column.validate(full=True)
            if not any(is_plain(column.type) for is_plain in plain):
                column.to_pylist()
    yield {"names": source.schema_arrow.names}


def _open_parquet(asked: dict[str, Any]) -> tuple[Any, int]:
    """A Parquet file, and the bytes that may come out of it."""
    from pathlib import Path

    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # the others reserve 1 GB of addresses, of which MEMORY has few
    import pyarrow
    import pyarrow.parquet as parquet

    pyarrow.set_cpu_count(1)
    pyarrow.set_io_thread_count(1)
    source = parquet.ParquetFile(asked["path"])
    most = TOLD + GROWTH * Path(asked["path"]).stat().st_size
    size = sum(source.metadata.row_group(at).total_byte_size for at in range(source.metadata.num_row_groups))
    if size > most:
        raise RefusedFile(
            text(
                "Unpacked the file has {size} MB, too much to be read; one of this size may have up to {most} MB.",
                size=f"{size / 1024**2:,.0f}",
                most=f"{most / 1024**2:,.0f}",
            ),
            text(SAVE),
        )
    return source, most


def _within(most: int, source: Any) -> Iterator[Any]:
    """Batches of rows, until these have too many bytes."""
    given = 0
    for batch in source.iter_batches(ROWS):
        given += batch.nbytes
        if given > most:
            raise RefusedFile(
                text("Unpacked the file has more than {most} MB, too much to be read.", most=f"{most / 1024**2:,.0f}"),
                text(SAVE),
            )
        yield batch


_READERS: dict[str, Callable[[dict[str, Any]], Iterator[Any]]] = {
    "workbook": _workbook,
    "parquet": _parquet,
    "parquet_check": _parquet_check,
    "markup": _markup,
}

_NAMES = {
    "workbook": mark("workbook"),
    "parquet": mark("Parquet file"),
    "parquet_check": mark("Parquet file"),
    "markup": mark("web page or XML"),
}

if __name__ == "__main__":
    main()
