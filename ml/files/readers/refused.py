"""What the process that reads workbooks and Parquet says of a file that it refuses."""

from __future__ import annotations

SAVE = "Save it as CSV UTF-8."


class Refused(Exception):
    """The file cannot be read: message and hint."""
