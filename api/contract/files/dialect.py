"""Contract of files: their dialects, their problems, lines that are no records, and what training had not."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Count, Shape
from api.contract.models import Named


class Dialect(Shape):
    """Format and read options of a file: detected, or given by the client."""

    format: Literal["csv", "xlsx", "xls", "xlsb", "ods", "html", "xml", "parquet", "json", "ndjson"]
    encoding: Annotated[str | None, Field(examples=["cp1252"])]
    """Of CSV, as Python names it."""
    separator: Annotated[str | None, Field(examples=[";"])]
    """Of CSV."""
    decimal: Literal[",", "."] | None
    """Mark of decimals; null where no number needs one, or where columns differ."""
    header_row: Annotated[int, Field(ge=1)]
    """Row with the names of the columns, from 1."""
    sheet: str | None
    """The sheet that was read."""
    sheets: list[str]
    """All visible sheets."""
    dates: Literal["dmy", "mdy", "ymd"] | None
    """Order of day, month and year, where dates are not written as 2026-12-31."""
    compressed: bool
    told: Annotated[list[str], Field(examples=[["separator"]])]
    """Which of these were given by the client, not detected."""
    notes: list[str]
    """What could not be detected for certain."""
    sentence: Annotated[str, Field(examples=["Separator ;  decimal comma  Windows-1252  header in row 3"])]
    """The same for people."""


class LeftOut(Shape):
    """Lines of a file that are no records."""

    empty: Count
    """Lines in which no feature has a value; blank lines are not among them."""
    totals: Count
    """Lines of totals."""
    empty_lines: list[int]
    """The first of them, from 1."""
    total_lines: list[int]


class FileProblem(Shape):
    """One thing that is wrong with records of a file."""

    row: Annotated[int, Field(ge=1)]
    """The first record that has it, counted from 1."""
    column: str | None
    """The column of the file; null where the whole record is meant, or no column gives the feature."""
    feature: str | None
    message: str
    hint: str
    records: Count
    """How many of the checked records have it."""


class UnreadValues(Shape):
    """Values of a feature that cannot be read."""

    feature: str
    label: str
    column: str | None
    """The column of the file; null where several give the feature."""
    values: Count
    row: Annotated[int, Field(ge=1)]
    """The first record with such a value, counted from 1."""
    example: Annotated[str, Field(examples=["a lot"])]
    """That value, as it stands in the file."""
    accepted: str
    """What is accepted."""


class DriftedFeature(Named):
    """A feature whose distribution differs from that in training."""

    index: Annotated[float, Field(ge=0, examples=[0.31])]
    """Population stability index."""


class UnseenFeature(Named):
    """A feature with more values that did not occur in training than chance explains."""

    values: Count
    example: str
