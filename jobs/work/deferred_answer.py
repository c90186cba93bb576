"""A deferred answer: what a request asked for, computed by a worker because it takes longer than a request waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson

from jobs.files import paths
from jobs.work.chunks import LeaseLost, Stopped
from ml.batch.explained import Wanted, explained
from ml.service import Service
from store.files import Files
from store.job import Chunk, Job
from store.jobs import JobTable


def make_answer(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk,
    _announce: Callable[[str], Any], stop: Callable[[], bool] = lambda: False,
) -> None:  # fmt: skip
    """Compute the answer and store it as JSON.

    Raises
    ------
    LikelyError
        As of the request.
    LeaseLost, Stopped
    """
    request = json.loads(b"".join(files.read(paths.source(job.id))))

    def check() -> None:
        if stop():
            raise Stopped

    bundle = service.model(job.model)
    answer = explained(service, bundle, request["records"], Wanted(**request["wanted"]), check)
    out = paths.made(job.id, chunk.number, chunk.owner, "out")
    files.add(out, [orjson.dumps(finished(answer, request["beside"], labels=request["labels"]))])
    if not table.finish(chunk, len(request["records"]), file=out):
        files.remove(out)
        raise LeaseLost


def finished(made: dict[str, Any], beside: dict[str, Any], *, labels: bool) -> dict[str, Any]:
    """The finished answer: predictions with what stands beside them, or labels alone where asked for."""
    return (labels_beside(made) if labels else made) | beside


def labels_beside(data: dict[str, Any]) -> dict[str, Any]:
    """Add the labels alone, under the two names that older clients expect."""
    labels = [each["label"] for each in data["predictions"]]
    return data | {"prediction": labels, "results": labels}
