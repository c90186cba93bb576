"""A process beside the service for results of many decisions: ``python -m feedback.results.aside``.

Reading a million decisions takes tens of seconds of the processor, which a thread would take from the requests of its
worker. So it is done in a process of its own that runs only where others leave the processor to it, and ends.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import logging
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from ml.errors import LikelyError
from ml.translation import text

log = logging.getLogger(__name__)

HOME = Path(__file__).resolve().parents[2]
MANY = 20_000  # decisions from which on starting a process takes less than what it does
LONGEST = 1_800.0  # seconds
NICE = 15
RESULTS, WATCH = "results", "watch"


class AsideFailed(LikelyError):
    """The process ended without an answer: the system lacked the memory, or it took too long."""

    code = "results_failed"


class Aside:
    """Does tasks in processes of their own.

    Parameters
    ----------
    models : Path
        The folder of the models.
    database : str
        URL of the store; told by a pipe, for everybody on the machine sees the arguments of a process.
    environ : mapping of str to str
        Environment of the process.
    """

    def __init__(self, models: Path, database: str, environ: Mapping[str, str]) -> None:
        self._places = {"models": str(models.resolve()), "database": database}
        self._environ = dict(environ)

    def do(self, task: str, **given: Any) -> Any:
        """Do a task and give its result as plain JSON; AsideFailed where the process ended without one."""
        asked = orjson.dumps({**self._places, "task": task, **given})
        command = [sys.executable, "-m", "feedback.results.aside"]
        try:
            done = subprocess.run(  # noqa: S603
                command, input=asked, stdout=subprocess.PIPE, cwd=HOME, env=self._environ, timeout=LONGEST, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(task, str(error)) from None
        if done.returncode:
            raise _failed(task, f"it ended with {done.returncode}")
        return orjson.loads(done.stdout)


def _failed(task: str, why: str) -> AsideFailed:
    log.warning("The process that computes %s of many decisions gave no answer: %s", task, why)
    return AsideFailed(
        text("Results of so many decisions could not be computed here."),
        text("Try again later; the log of the service says what was wrong."),
    )


def results(given: Mapping[str, Any]) -> Any:
    """The answers of :meth:`feedback.results.results.Results.of`."""
    from feedback.results.results import Results
    from store.outcomes.alarm_records import Episode

    episode = Episode(**given["episode"]) if given["episode"] else None
    return Results(_feedback(given)).computed(given["version"], given["outcome"], episode)


def watch(given: Mapping[str, Any]) -> Any:
    """Look at one model."""
    from feedback.results.watch import Watch

    channels: Sequence[str] = given["channels"]
    return Watch(_feedback(given), channels).look_at(given["model"])


def _feedback(given: Mapping[str, Any]) -> Any:
    from feedback.service import Feedback
    from ml.service import open_service
    from store.db import open_store

    return Feedback(open_service(Path(given["models"])), open_store(given["database"]), None)


TASKS: dict[str, Callable[[Mapping[str, Any]], Any]] = {RESULTS: results, WATCH: watch}


def main() -> None:
    """Do what is asked by a line, and answer by one."""
    os.nice(NICE)
    given = orjson.loads(sys.stdin.buffer.read())
    answer = orjson.dumps(TASKS[given["task"]](given))
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
