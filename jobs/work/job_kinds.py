"""The kinds of jobs, each with its functions to split a job and to execute a chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobs.work.call_lists import split_list, write_list
from jobs.work.chunks import score, split, split_scored
from jobs.work.deferred_answer import make_answer
from jobs.work.exports import make_export
from jobs.work.score_campaign import WITH_REASONS, campaign_header, score_campaign
from ml.service import Service
from store.files import Files
from store.job import ANSWER, EXPORT, Chunk, Job
from store.jobs import JobTable

SCORE, CAMPAIGN, LIST = "score", "campaign", "list"


@dataclass(frozen=True)
class JobKind:
    """The functions of a kind of job: split it into chunks, and execute one of them."""

    split: Callable[..., None]
    do: Callable[..., None]


def job_kind(kind: str) -> JobKind:
    """The functions of that kind."""
    return _KINDS[kind]


def _split_campaign(
    table: JobTable, files: Files, service: Service, job: Job, chunk: Chunk, announce: Any, stop: Any
) -> None:
    records = WITH_REASONS if job.options.get("reasons") else None
    split(table, files, service, job, chunk, announce, stop, campaign_header, records)


_KINDS = {
    SCORE: JobKind(split_scored, score),
    CAMPAIGN: JobKind(_split_campaign, score_campaign),
    LIST: JobKind(split_list, write_list),
    EXPORT: JobKind(make_export, score),  # it has one chunk only
    ANSWER: JobKind(make_answer, score),  # likewise
}
