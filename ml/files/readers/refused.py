"""Refusals of the processes that read files, and the errors that they are to whoever asked."""

from __future__ import annotations

from ml import errors
from ml.errors import LikelyError, Unreadable
from ml.translation import mark, translated

SAVE = mark("Save it as CSV UTF-8.")
TOO_LONG = mark("A record of the file takes more memory than there is for one.")


class RefusedFile(Exception):
    """The file cannot be read: message and hint."""


def error_of(fault: list[str]) -> LikelyError:
    """The error that a fault describes: message, hint, class of error."""
    message, hint, kind = fault
    found = getattr(errors, kind, Unreadable)
    return found(translated(message), translated(hint))
