"""A deferred answer: what a request asked for, computed by a worker because it takes longer than a request waits."""

from __future__ import annotations

import json
from typing import Any

import orjson

from jobs.files import paths
from jobs.work.claimed_chunk import ClaimedChunk
from ml.batch.explained import Wanted, explained


def make_answer(work: ClaimedChunk) -> None:
    """Compute the answer and store it as JSON.

    Raises
    ------
    LikelyError
        As of the request.
    LeaseLost, Stopped
    """
    request = json.loads(b"".join(work.files.read(paths.source(work.job.id))))
    records = request["records"]
    answer = explained(work.service, work.bundle, records, Wanted(**request["wanted"]), work.go_on)
    work.finish(len(records), [orjson.dumps(finished(answer, request["beside"], labels=request["labels"]))])


def finished(made: dict[str, Any], beside: dict[str, Any], *, labels: bool) -> dict[str, Any]:
    """The finished answer: predictions with what stands beside them, or labels alone where asked for."""
    return (labels_beside(made) if labels else made) | beside


def labels_beside(data: dict[str, Any]) -> dict[str, Any]:
    """Add the labels alone, under the two names that older clients expect."""
    labels = [each["label"] for each in data["predictions"]]
    return data | {"prediction": labels, "results": labels}
