"""Exports: a result in another format, written once by a worker and stored beside the files of its job."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jobs.errors import ResultGone
from jobs.files import paths
from jobs.work.chunks import LeaseLost, Stopped
from jobs.work.stored_result import result_of
from ml.files.write.formats import FORMATS, Format
from ml.files.write.result import Block, Result
from ml.service import Service
from ml.translation import text
from store.files import BLOCK, Files
from store.job import Chunk, Job
from store.jobs import JobTable


def make_export(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk,
    _announce: Callable[[str], Any], stop: Callable[[], bool] = lambda: False,
) -> None:  # fmt: skip
    """Write the result of another job in the requested format.

    Raises
    ------
    ResultGone
    TooLarge, InvalidData
        The format cannot hold so much, or cannot be written here.
    LeaseLost, Stopped
    """
    base = table.get(job.options["of"])
    if base is None or base.state != "done":
        raise ResultGone(text("The job of this result was removed."), text("Send its file again."))
    form = format_asked(job.options["format"])
    result = result_of(table, files, service, base)
    out = paths.export(base.id, form.tag, chunk.owner, form.suffix)
    with tempfile.TemporaryDirectory(prefix="likely-") as folder:
        written = Path(folder) / "made"
        form.make(_stopping(result, stop), written)
        files.add(out, _blocks(written))
    if not table.finish(chunk, base.done, file=out):
        files.remove(out)
        raise LeaseLost


def format_asked(asked: Mapping[str, str]) -> Format:
    """The format in the options of an export job."""
    return replace(FORMATS[asked["name"]], separator=asked.get("separator", ","), decimal=asked.get("decimal", "."))


def _stopping(result: Result, stop: Callable[[], bool]) -> Result:
    """Result whose writing is interrupted when this process is told to stop."""

    def blocks() -> Iterator[Block]:
        for block in result.blocks():
            if stop():
                raise Stopped
            yield block

    return replace(result, blocks=blocks)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
