"""Errors of the job service: refused jobs, files and queries."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from ml.errors import LikelyError
from ml.translation import plural, text
from store.uploads import Quota, Usage
from telemetry.metrics import UPLOADS, count

MEGABYTE = 1024 * 1024
Given = ParamSpec("Given")
Made = TypeVar("Made")


class UnknownJob(LikelyError):
    """No job has that id; it may have been removed after JOB_DAYS."""

    code = "unknown_job"


def no_job(job: str) -> UnknownJob:
    """The error of an unknown id; the same for a job of a model to which the caller has no access."""
    hint = text("Jobs are kept for some days after they are over.")
    return UnknownJob(text("There is no job {job}.", job=repr(job[:80])), hint)


class NotDone(LikelyError):
    """The job has no result: it is not done yet, or it failed."""

    code = "not_done"


def not_done(state: str) -> NotDone:
    """The error for a job in that state."""
    return NotDone(text("The job is {state}.", state=state), "GET /api/v1/jobs/<id> tells how far it is.")


class ResultGone(LikelyError):
    """The files of a job were removed."""

    code = "result_gone"


class NotMade(LikelyError):
    """A result cannot be written in that format, or an answer cannot be given."""

    code = "not_made"


class NotHeld(LikelyError):
    """The job is running or over, and not held."""

    code = "not_held"


class CampaignThere(LikelyError):
    """The campaign still exists, and its lists need its control group."""

    code = "campaign_there"


class NoCampaign(LikelyError):
    """The job is no campaign: there are no ranks and no lists."""

    code = "no_campaign"


class KeyTaken(LikelyError):
    """The idempotency key belongs to another file, or to other options."""

    code = "key_taken"


class NoRoom(LikelyError):
    """The file cannot be stored."""

    code = "no_room"


class NoTable(LikelyError):
    """A campaign needs a table, and the file is none."""

    code = "no_table"


class DecisionsOff(LikelyError):
    """Decisions are to be recorded, and are not recorded here."""

    code = "decisions_off"


def decisions_off() -> DecisionsOff:
    """The error of a job whose records are to be recorded as decisions where none are."""
    hint = text("Leave decisions out of the parameters, or ask whoever runs the service: DECISIONS is off.")
    return DecisionsOff(text("Decisions are not recorded here, so the records would have no ids of decisions."), hint)


class FileTooLarge(LikelyError):
    """The file is over the size limit."""

    code = "too_large"


def too_large(most: int) -> FileTooLarge:
    """The error of a file over the limit."""
    said = text("The file is larger than {n} bytes.", n=f"{most:,}")
    return FileTooLarge(said, text("Send it in parts, or compressed as Parquet."))


class TooMuchOpen(LikelyError):
    """Whoever sends it has too many jobs that are not over, or too many bytes in their files."""

    code = "too_much_open"


def too_much_open(others: Usage, quota: Quota) -> TooMuchOpen:
    """The error of a file or a request that is too much beside what its sender has open."""
    if not quota.allows_another(others):
        said = plural(
            "You have {n} job here that is not done yet (files, lists, answers); up to {most} are taken at a time.",
            "You have {n} jobs here that are not done yet (files, lists, answers); up to {most} are taken at a time.",
            others.jobs,
            n=f"{others.jobs:,}",
            most=f"{quota.jobs:,}",
        )
    else:
        said = text(
            "Your jobs that are not done yet have {mb} MB; several may have up to {most} MB together.",
            mb=f"{others.size / MEGABYTE:,.0f}",
            most=f"{quota.size / MEGABYTE:,.0f}",
        )
    hint = text("Send it again when some are done. Start files that you only looked into, or remove them.")
    return TooMuchOpen(said, hint)


def no_table() -> NoTable:
    """The error of a campaign's file that is JSON."""
    return NoTable(
        text("The file is JSON, and a campaign is made of a table."), text("Send a workbook, CSV or Parquet.")
    )


def taken(key: str, differs: str) -> KeyTaken:
    """The error of an idempotency key that came with another request before."""
    message = f"Under the key {key[:80]!r} came another request before; what differs: {differs}."
    return KeyTaken(message, "Give each request a key of its own.")


def counting_refusals(accept: Callable[Given, Made]) -> Callable[Given, Made]:
    """Count the errors with which files are refused, by their codes."""

    @wraps(accept)
    def counted(*given: Given.args, **named: Given.kwargs) -> Made:
        try:
            return accept(*given, **named)
        except LikelyError as error:
            count(UPLOADS, error.code)
            raise

    return counted
