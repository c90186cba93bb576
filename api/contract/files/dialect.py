"""Contract of files: their dialects, their problems, lines that are no records, and what training had not."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Shape
from api.contract.models import Named
from ml.data.validation.field_types import Count


class Dialect(Shape):
    """Format and read options of a file: detected, or given by the client."""

    format: Literal["csv", "xlsx", "xls", "xlsb", "ods", "html", "xml", "parquet", "json", "ndjson"]
    """Format of the file."""
    encoding: Annotated[str | None, Field(examples=["cp1252"])]
    """Character encoding of a CSV file, by its name in Python."""
    separator: Annotated[str | None, Field(examples=[";"])]
    """Field separator of a CSV file."""
    decimal: Literal[",", "."] | None
    """Decimal mark; null where no number needs one, or where columns differ."""
    header_row: Annotated[int, Field(ge=1)]
    """Row with the names of the columns, from 1."""
    sheet: str | None
    """Name of the sheet that was read; null where the format has none."""
    sheets: list[str]
    """Names of all visible sheets."""
    dates: Literal["dmy", "mdy", "ymd"] | None
    """Order of day, month and year, where dates are not written as 2026-12-31."""
    compressed: bool
    """True where the file was sent compressed."""
    told: Annotated[list[str], Field(examples=[["separator"]])]
    """Names of the fields above that were given by the client, not detected."""
    notes: list[str]
    """Remarks on what could not be detected for certain."""
    sentence: Annotated[str, Field(examples=["Separator ;  decimal comma  Windows-1252  header in row 3"])]
    """Summary of the dialect for people."""


class LeftOut(Shape):
    """Lines of a file that are no records."""

    empty: Count
    """Number of lines in which no feature has a value; blank lines are not among them."""
    totals: Count
    """Number of lines of totals."""
    empty_lines: list[int]
    """Numbers of the first such lines, from 1."""
    total_lines: list[int]
    """Numbers of the first lines of totals, from 1."""


class FileProblem(Shape):
    """One thing that is wrong with records of a file."""

    row: Annotated[int, Field(ge=1)]
    """Number of the first record that has the problem, from 1."""
    column: str | None
    """Column of the file; null where the whole record is meant, or no column gives the feature."""
    feature: str | None
    """Name of the feature; null where the whole record is meant."""
    message: str
    """Error message: the fault of the value, in words."""
    hint: str
    """Accepted values, or what to do."""
    records: Count
    """Number of checked records that have the problem."""


class UnreadValues(Shape):
    """Values of a feature that cannot be read."""

    feature: str
    """Name of the feature."""
    label: str
    """Label of the feature for people."""
    column: str | None
    """Column of the file; null where several give the feature."""
    values: Count
    """Number of values that cannot be read."""
    row: Annotated[int, Field(ge=1)]
    """Number of the first record with such a value, from 1."""
    example: Annotated[str, Field(examples=["a lot"])]
    """First such value, as it stands in the file."""
    accepted: str
    """Accepted values, in words."""


class DriftedFeature(Named):
    """A feature whose distribution differs from that in training."""

    index: Annotated[float, Field(ge=0, examples=[0.31])]
    """Population stability index."""


class UnseenFeature(Named):
    """A feature with more values that did not occur in training than chance explains."""

    values: Count
    """Number of records with such a value."""
    example: str
    """Example of such a value."""
