"""Refusals of the limited process that reads workbooks and Parquet."""

from __future__ import annotations

from ml.translation import mark

SAVE = mark("Save it as CSV UTF-8.")


class Refused(Exception):
    """The file cannot be read: message and hint."""
