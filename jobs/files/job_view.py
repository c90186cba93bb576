"""JSON representation of a job, for API responses and webhooks."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlsplit

from jobs.files.file_words import job_notes
from ml.files.write.formats import FORMATS
from ml.translation import translated
from store.job import OPEN, Job, Webhook

PREFIX = "/api/v1/jobs"
SHORTEST, LONGEST = 1, 30  # bounds of the polling interval, in seconds
FRACTION = 5  # of a job of unknown length: poll after a fifth of its age


def described(job: Job) -> dict[str, Any]:
    """A job as JSON values; times in seconds since 1970, in UTC."""
    rate = rate_of(job)
    links = {"self": f"{PREFIX}/{job.id}"} | (_links(f"{PREFIX}/{job.id}/result") if job.state == "done" else {})
    return {
        "id": job.id,
        "model": job.model,
        "kind": job.kind,
        "campaign": job.kind == "campaign",
        "state": job.state,
        "name": job.options.get("name"),
        "done": job.done,
        "total": job.total,
        "errors": job.refused,
        "notes": job_notes(job.options, job.gaps, job.unread, job.done - job.refused),
        "dialect": job.options.get("dialect"),
        "missing": job.options.get("missing", []),
        "left_out": job.options.get("left_out"),
        "gaps": job.gaps,
        "unread": job.unread,
        "rate": None if rate is None else round(rate, 1),
        "message": translated(job.message),
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "request_id": job.origin.request or None,
        "callback": None if job.webhook is None else _webhook_json(job.webhook),
        "links": links,
    }


def _links(result: str) -> dict[str, str]:
    """The result in each format."""
    return {"result": result} | {f"result_{name.replace('-', '_')}": f"{result}?format={name}" for name in FORMATS}


def rate_of(job: Job) -> float | None:
    """Records a second since the job was started; None before that."""
    seconds = (job.finished or job.now) - (job.started or job.now)
    return job.done / seconds if seconds > 0 else None


def pause_of(job: Job) -> int | None:
    """Polling interval (Retry-After) in seconds, from 1 to 30; None for jobs that are held or over."""
    if job.state not in OPEN:
        return None
    rate = rate_of(job)
    left = (job.total - job.done) / rate if rate and job.total is not None else (job.now - job.created) / FRACTION
    return min(max(math.ceil(left), SHORTEST), LONGEST)


def _webhook_json(webhook: Webhook) -> dict[str, Any]:
    """State of the webhook, without the query string of its address, which may be secret."""
    parts = urlsplit(webhook.url)
    return {
        "url": f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else ""),
        "state": webhook.state,
        "attempts": webhook.attempts,
        "status": webhook.status,
        "message": webhook.message,
    }
