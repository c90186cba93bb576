"""Why a job, a file or a question about them is refused."""

from __future__ import annotations

from ml.errors import LikelyError


class UnknownJob(LikelyError):
    """No job has that id; it may have been removed after its time."""

    code = "unknown_job"


class NotDone(LikelyError):
    """The job has no result yet, or never will."""

    code = "not_done"


class KeyTaken(LikelyError):
    """Another file, or the same with other options, was sent under the same idempotency key."""

    code = "key_taken"


class NoRoom(LikelyError):
    """The file cannot be kept."""

    code = "no_room"


class NoTable(LikelyError):
    """What was sent is to be looked into first, and is no table."""

    code = "no_table"


class FileTooLarge(LikelyError):
    """The file has more bytes than are kept here."""

    code = "too_large"


def too_large(most: int) -> FileTooLarge:
    """The error of a file over the limit."""
    return FileTooLarge(f"The file is larger than {most:,} bytes.", "Send it in parts, or compressed as Parquet.")
