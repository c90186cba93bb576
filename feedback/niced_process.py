"""Runs tasks over very many decisions in a niced process beside the service (``feedback/results/process.py``).

Reading a million decisions takes tens of seconds of the processor, which a thread would take from the requests of its
worker. So it is done in a process of its own that runs only where others leave the processor to it, and ends.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from ml.errors import LikelyError
from ml.translation import text

log = logging.getLogger(__name__)

HOME = Path(__file__).resolve().parents[1]
MANY = 20_000  # decisions from which on starting a process takes less than what it does
LONGEST = 1_800.0  # seconds
RESULTS, WATCH = "results", "watch"


class ProcessFailed(LikelyError):
    """The process ended without an answer: the system lacked the memory, or it took too long."""

    code = "results_failed"


class NicedProcess:
    """Runs tasks in processes of their own.

    They are told the URL of the store by a pipe, for everybody on the machine sees the arguments of a process.
    """

    def __init__(self, models: Path, database: str, environ: Mapping[str, str]) -> None:
        self._places = {"models": str(models.resolve()), "database": database}
        self._environ = dict(environ)

    def run(self, task: str, **given: Any) -> Any:
        """Run a task and give its result as plain JSON; ProcessFailed where the process ended without one."""
        request = orjson.dumps({**self._places, "task": task, **given})
        command = [sys.executable, "-m", "feedback.results.process"]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                input=request,
                stdout=subprocess.PIPE,
                cwd=HOME,
                env=self._environ,
                timeout=LONGEST,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(task, str(error)) from None
        if done.returncode:
            raise _failed(task, f"it ended with {done.returncode}")
        return orjson.loads(done.stdout)


def _failed(task: str, why: str) -> ProcessFailed:
    log.warning("The process that computes %s of many decisions gave no answer: %s", task, why)
    return ProcessFailed(
        text("Results of so many decisions could not be computed here."),
        text("Try again later; the log of the service says what was wrong."),
    )
