"""The kinds of jobs, each with its functions to split a job and to execute a chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobs.work.call_lists import split_list, write_list
from jobs.work.chunks import score, split, split_scored
from jobs.work.claimed_chunk import ClaimedChunk
from jobs.work.deferred_answer import make_answer
from jobs.work.exports import make_export
from jobs.work.score_campaign import WITH_REASONS, campaign_header, score_campaign
from store.job import ANSWER, EXPORT

SCORE, CAMPAIGN, LIST = "score", "campaign", "list"


@dataclass(frozen=True)
class JobKind:
    """The functions of a kind of job: split it into chunks, and execute one of them."""

    split: Callable[[ClaimedChunk], None]
    do: Callable[[ClaimedChunk], None]


def job_kind(kind: str) -> JobKind:
    """The functions of that kind."""
    return _KINDS[kind]


def _split_campaign(work: ClaimedChunk) -> None:
    split(work, campaign_header, WITH_REASONS if work.job.options.get("reasons") else None)


_KINDS = {
    SCORE: JobKind(split_scored, score),
    CAMPAIGN: JobKind(_split_campaign, score_campaign),
    LIST: JobKind(split_list, write_list),
    EXPORT: JobKind(make_export, score),  # it has one chunk only
    ANSWER: JobKind(make_answer, score),  # likewise
}
