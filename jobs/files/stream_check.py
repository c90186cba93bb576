"""Check of an upload while it arrives: a process of its own reads a text to its end, whatever its size."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

import orjson

from ml.batch.check_header import check_header
from ml.files.open_table import known_names
from ml.files.readers.excel import ROOT
from ml.files.readers.json_table import table_of
from ml.files.readers.refused import error_of
from ml.service import Bundle

log = logging.getLogger(__name__)

PIPE = 1024**2  # bytes that wait for the process, where the system lets a pipe hold as many
SECONDS = 120  # that the process has for its answer, when it was given all


class StreamCheck:
    """Reads a text file block by block in a process that ends with it, at the latest.

    The options are those of :func:`jobs.files.source.opened`. A `patient` check receives the whole file and reports a
    fault at its end; another raises it at once.
    """

    def __init__(self, options: Mapping[str, Any], bundle: Bundle, patient: bool = False) -> None:
        self._options, self._bundle, self._patient = options, bundle, patient
        self._read = options.get("read") or {}
        self._found: dict[str, Any] = {}
        self._heard = False
        self._process = self._begin()

    def __enter__(self) -> StreamCheck:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            with suppress(OSError):  # what it was not given
                self._process.communicate()

    def passing(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on blocks, each of which the process reads first; its finding is known when the last was passed on.

        Raises
        ------
        LikelyError
            The file cannot be read, unless the check is patient.
        """
        for block in blocks:
            if not self._give(block) and not self._patient:
                self._refuse()
            yield block
        self._hear()
        if not self._patient:
            self._refuse()

    @property
    def later(self) -> bool:
        """True where the file can only be read as a whole."""
        return bool(self._found.get("later"))

    @property
    def finding(self) -> dict[str, Any]:
        """The finding as JSON.

        ``encoding`` as given, ``separator`` as taken, ``fault`` as :func:`error_of` takes it, ``counts`` of all bytes
        as :class:`ml.files.text.byte_counts.ByteCounts` has them.
        """
        fault = [*self._found["error"], self._found["kind"]] if "error" in self._found else None
        found = {name: self._found.get(name) for name in ("separator", "counts")}
        return {"encoding": self._encoding, **found, "fault": fault}

    @property
    def _encoding(self) -> str | None:
        return self._read.get("encoding")

    def _begin(self) -> subprocess.Popen[bytes] | None:
        columns = self._options.get("columns")
        asked = {
            "format": self._options["format"],
            "encoding": self._encoding,
            "separator": self._read.get("separator"),
            "known": sorted(known_names(self._bundle.schema, columns)),
            "patient": self._patient,
        }
        command = [sys.executable, "-m", "ml.files.readers.stream_process", orjson.dumps(asked).decode()]
        try:
            return subprocess.Popen(  # noqa: S603 - our own module
                command,
                cwd=ROOT,  # from where `-m` imports
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pipesize=PIPE,
            )
        except OSError as error:
            log.warning("An upload is accepted by its beginning, for no process could be started to read it: %s", error)
            return None

    def _give(self, block: bytes) -> bool:
        """True as long as the process reads on."""
        if self._process is None or self._process.stdin is None or self._process.stdin.closed:
            return self._process is None
        try:
            self._process.stdin.write(block)
        except BrokenPipeError:
            self._hear()
            return False
        return True

    def _hear(self) -> None:
        """Read the finding of the process; none where it was killed."""
        if self._process is None or self._heard:
            return
        self._heard = True
        try:
            said, _ = self._process.communicate(timeout=SECONDS)
            self._found = orjson.loads(said)
        except (OSError, subprocess.TimeoutExpired, orjson.JSONDecodeError):
            log.warning("An upload is accepted by its beginning: the process that was to read it was stopped.")

    def _refuse(self) -> None:
        """Raise what is wrong, if anything is."""
        findings = self._found
        if "error" in findings:
            raise error_of([*findings["error"], findings["kind"]])
        if "names" in findings:
            form = str(self._options["format"])
            table = table_of(
                tuple(findings["names"]), iter(()), form, self._bundle.schema, self._options.get("columns")
            )
            check_header(self._bundle, table.names)
