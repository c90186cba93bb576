"""A told outcome as an event, and what is wrong with it where it cannot be one."""

from __future__ import annotations

from pydantic import ValidationError

from feedback.errors import BadEvent
from feedback.outcome_import.fields import OutcomeReport
from feedback.service import Feedback
from ml.data.validation.validation_words import in_words
from ml.errors import LikelyError, Problem
from store.outcome_records import OUTCOME, Event, new_event_id


def read_outcome(raw: object) -> OutcomeReport:
    """Parse the fields of a reported outcome; BadEvent says what is wrong with them."""
    try:
        return OutcomeReport.model_validate(raw)
    except ValidationError as error:
        raise BadEvent(*in_words(error, OutcomeReport, "The outcome")) from None


def event_of(feedback: Feedback, report: OutcomeReport, door: str) -> Event:
    """The event that was told; errors as of :meth:`feedback.service.Feedback.checked`."""
    model, value = report.model.partition("@")[0], None if report.value is None else float(report.value)
    outcome = report.outcome or (feedback.positive(report.decision, model) if report.kind == OUTCOME else "")
    event = Event(
        new_event_id(), model, report.kind, report.decision.strip(), report.record.strip(), outcome, value,
        report.reason, report.note, report.happened or 0.0, 0.0, report.due, "", door, report.key or None,
        report.refers.strip(), report.campaign,
    )  # fmt: skip
    return feedback.checked(feedback.referring(event) if event.refers else event)


def problem_of(at: int, error: LikelyError) -> Problem:
    """An error as the problem of one record, from 0."""
    return Problem(at, None, None, error.message, error.hint)
