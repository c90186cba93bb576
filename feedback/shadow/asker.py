"""Asks the process of challengers, waits so long, and ends it where it does not answer."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

HOME = Path(__file__).resolve().parents[2]
LIMIT = 5.0  # seconds of the processor that a challenger has for a record, with the live version beside it
FIRST = 60.0  # seconds that it has for the first one, with loading it
PATIENT = 6.0  # times as long it may take where the processor is busy with others
NOTHING: Mapping[str, str] = MappingProxyType({})
CRASHED = "It ended its process."


class NoAnswer(Exception):
    """The process did not answer, and is gone; the words say why."""


class Asker:
    """The process of challengers, started when it is needed.

    Parameters
    ----------
    limit, first : float
        Seconds of the processor for an answer, and for the first one about a pair of versions.
    patient : float
        How many times as long the whole may take.
    environ : mapping of str to str
        Further environment variables of the process.
    """

    def __init__(
        self, models: Path, limit: float = LIMIT, first: float = FIRST, patient: float = PATIENT,
        command: Sequence[str] | None = None, environ: Mapping[str, str] = NOTHING,
    ) -> None:  # fmt: skip
        self._command = list(command or (sys.executable, "-m", "feedback.shadow.child", str(models.resolve())))
        self._environ = dict(environ)
        self._limit, self._first, self._patient = limit, first, patient
        self._process: subprocess.Popen[bytes] | None = None
        self._known: set[tuple[str, str]] = set()

    def ask(self, live: str, challenger: str, record: Any, said: Mapping[str, float]) -> dict[str, Any]:
        """The answer of :func:`feedback.shadow.child.answer`; NoAnswer where there is none in time."""
        pair = live, challenger
        limit = self._limit if pair in self._known else self._first
        question = {"live": live, "challenger": challenger, "record": record, "said": dict(said)}
        question |= {"limit": limit, "patience": self._patient * limit + 1}
        answer: dict[str, Any] = orjson.loads(self._exchange(orjson.dumps(question) + b"\n", limit))
        self._known.add(pair)
        return answer

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        self._known.clear()
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]

    def _exchange(self, question: bytes, limit: float) -> bytes:
        process = self._started()
        try:
            process.stdin.write(question)  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            self.stop()
            raise NoAnswer(CRASHED) from None
        answer, end, answers = b"", time.monotonic() + self._patient * limit, process.stdout.fileno()  # type: ignore[union-attr]
        while not answer.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([answers], [], [], left)[0]:
                self.stop()
                raise NoAnswer(_too_long(limit))
            part = os.read(answers, 65_536)
            if not part:
                over = process.wait() == -signal.SIGPROF
                self.stop()
                raise NoAnswer(_too_long(limit) if over else CRASHED)
            answer += part
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            environ = {**self._environ, "OMP_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(self._command, cwd=HOME, env=environ, **pipes)  # type: ignore[call-overload] # noqa: S603
        return self._process


def _too_long(limit: float) -> str:
    return f"It took longer than {limit:g} s."
