"""Exports: a result in another format, written once by a worker and stored beside the files of its job."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from jobs.errors import ResultGone
from jobs.files import paths
from jobs.work.claimed_chunk import ClaimedChunk
from jobs.work.stored_result import result_of
from ml.files.write.formats import FORMATS, Format
from ml.files.write.result import Block, Result
from ml.translation import text
from store.files import BLOCK


def make_export(work: ClaimedChunk) -> None:
    """Write the result of another job in the requested format.

    Raises
    ------
    ResultGone
    TooLarge, InvalidData
        The format cannot hold so much, or cannot be written here.
    LeaseLost, Stopped
    """
    base = work.table.get(work.job.options["of"])
    if base is None or base.state != "done":
        raise ResultGone(text("The job of this result was removed."), text("Send its file again."))
    form = format_asked(work.job.options["format"])
    result = result_of(work.table, work.files, work.service, base)
    with tempfile.TemporaryDirectory(prefix="likely-") as folder:
        written = Path(folder) / "made"
        form.make(_stopping(result, work.go_on), written)
        work.finish(base.done, _blocks(written), paths.export(base.id, form.tag, work.chunk.owner, form.suffix))


def format_asked(asked: Mapping[str, str]) -> Format:
    """The format in the options of an export job."""
    return replace(FORMATS[asked["name"]], separator=asked.get("separator", ","), decimal=asked.get("decimal", "."))


def _stopping(result: Result, go_on: Callable[[], None]) -> Result:
    """Result whose writing is interrupted when this process is told to stop."""

    def blocks() -> Iterator[Block]:
        for block in result.blocks():
            go_on()
            yield block

    return replace(result, blocks=blocks)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
