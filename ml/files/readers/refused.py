"""Refusals of the limited process that reads workbooks and Parquet."""

from __future__ import annotations

SAVE = "Save it as CSV UTF-8."


class Refused(Exception):
    """The file cannot be read: message and hint."""
