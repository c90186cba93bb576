"""Decisions of jobs: records of a file that were scored for somebody who tells what comes of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from feedback.decision_rows import InUse, ScoredRecords, decisions_of
from feedback.service import Feedback
from jobs.work.decided_records import DECISIONS, DecidedRecord
from ml.service import Bundle
from store.job import Job
from store.outcome_records import JOB, answer_of_job


def record(feedback: Feedback, job: Job, bundle: Bundle, records: Sequence[DecidedRecord]) -> None:
    """Store the decisions about a job's records; decisions that are already stored stay unchanged.

    They go to the database at once, not by the spool: the chunk is the queue, and is done only when they are stored.
    No challenger is asked about them.

    Raises
    ------
    StoreUnavailable
    """
    places, ids, probabilities, values = zip(*records, strict=True)
    scored = ScoredRecords(
        answer_of_job(job.id), bundle.key, JOB, job.options[DECISIONS], time.time(), bundle.outcomes.names, places, ids,
        probabilities, values if feedback.sealer is not None else [None] * len(records),
    )  # fmt: skip
    decisions = decisions_of(scored, InUse(feedback.service, feedback.store), feedback.sealer)
    feedback.store.outcomes.decisions.append([decision for decision, _ in decisions])
