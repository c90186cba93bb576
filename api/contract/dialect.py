"""Contract of file dialects, and of the lines of a file that are no records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Count, Shape


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
    """All that can be seen."""
    dates: Literal["dmy", "mdy", "ymd"] | None
    """Order of day, month and year, where dates are not written as 2026-12-31."""
    compressed: bool
    told: Annotated[list[str], Field(examples=[["separator"]])]
    """Which of these somebody said."""
    notes: list[str]
    """What was doubtful."""
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
