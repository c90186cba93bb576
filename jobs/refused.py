"""Errors of the job service: refused jobs, files and queries."""

from __future__ import annotations

from ml.errors import LikelyError
from ml.translation import text


class UnknownJob(LikelyError):
    """No job has that id; it may have been removed after JOB_DAYS."""

    code = "unknown_job"


class NotDone(LikelyError):
    """The job has no result: it is not over, or failed."""

    code = "not_done"


class NotHeld(LikelyError):
    """The job is running or over, and not held."""

    code = "not_held"


class CampaignThere(LikelyError):
    """The campaign is there, and its control group is needed for its lists."""

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


class FileTooLarge(LikelyError):
    """The file is over the size limit."""

    code = "too_large"


def too_large(most: int) -> FileTooLarge:
    """The error of a file over the limit."""
    said = text("The file is larger than {n} bytes.", n=f"{most:,}")
    return FileTooLarge(said, text("Send it in parts, or compressed as Parquet."))


def taken(key: str, differs: str) -> KeyTaken:
    """The error of an idempotency key that came with another request before."""
    message = f"Under the key {key[:80]!r} came another request before; what differs: {differs}."
    return KeyTaken(message, "Give each request a key of its own.")
