"""Tasks over very many decisions, done by a process of their own: ``python -m feedback.results.process``.

:class:`feedback.niced_process.NicedProcess` starts it, writes the task to its standard input as JSON, and reads the
result from its standard output.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from feedback.niced_process import RESULTS, WATCH
from feedback.results.model_results import ModelResults
from feedback.results.watch import Watch
from feedback.service import Feedback
from ml.service import open_service
from store.db import open_store
from store.outcomes.alarm_records import Episode

NICE = 15


def results(given: Mapping[str, Any]) -> Any:
    """The answers of :meth:`feedback.results.model_results.ModelResults.of`."""
    episode = Episode(**given["episode"]) if given["episode"] else None
    return ModelResults(_feedback(given)).computed(given["version"], given["outcome"], episode)


def watch(given: Mapping[str, Any]) -> Any:
    """Look at one model."""
    return Watch(_feedback(given), given["channels"]).look_at(given["model"])


def _feedback(given: Mapping[str, Any]) -> Feedback:
    return Feedback(open_service(Path(given["models"])), open_store(given["database"]), None)


TASKS: dict[str, Callable[[Mapping[str, Any]], Any]] = {RESULTS: results, WATCH: watch}


def main() -> None:
    """Run the task that standard input names."""
    os.nice(NICE)
    task = orjson.loads(sys.stdin.buffer.read())
    answer = orjson.dumps(TASKS[task["task"]](task))
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
