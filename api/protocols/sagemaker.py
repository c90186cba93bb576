"""CSV as SageMaker's clients send it to ``/invocations``: without a header, features in their order.

https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html. A header names features, and a
first record does not; the parameter ``header`` of the content type (RFC 4180) decides where it is sent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from werkzeug.http import parse_options_header

from api.reading import text_of_body
from api.shapes import names_of
from ml.errors import Unreadable
from ml.schema import Schema
from ml.tables import delimiter_of, read_table

CSV = "text/csv"
HEADER = {"present": True, "absent": False}


def is_csv(content_type: str) -> bool:
    """Whether a body is a table."""
    return content_type.partition(";")[0].strip().lower() == CSV


def read_csv(body: bytes, content_type: str, schema: Schema) -> list[Any]:
    """The records of a table with or without a header.

    Raises
    ------
    Unreadable, NoRecords, UnsupportedContent
    """
    text = text_of_body(body, content_type)
    first = _first_line(text)
    said = HEADER.get(parse_options_header(content_type)[1].get("header", "").lower())
    if not (has_header(first, schema) if said is None else said):
        text = _written(schema.names, delimiter_of(_start(text))) + text.lstrip("\r\n")
    return list(read_table(io.StringIO(text, newline="")).rows)


def has_header(cells: Sequence[str], schema: Schema) -> bool:
    """Whether a first line is a header.

    It is one where a cell names a feature, unless there are as many cells as features and fewer than half of them do:
    a category may be called as another feature is.

    Raises
    ------
    Unreadable
        Where it can be neither: no cell names a feature, and there are not as many as features.
    """
    known, count = names_of(schema), len(schema.names)
    named = sum(cell.strip() in known for cell in cells)
    if len(cells) == count:
        return 2 * named >= count
    if not named:
        message = f"The first line names no feature, and has {len(cells)} cells; there are {count} features."
        raise Unreadable(message, f"They are {', '.join(schema.names)[:400]}.")
    return True


def written(made: Sequence[Any]) -> str:
    """Predictions as lines, several values of one separated by commas."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows(each if isinstance(each, (list, tuple)) else [each] for each in made)
    return file.getvalue()


def _start(text: str) -> str:
    return text.lstrip("\r\n").partition("\n")[0]


def _first_line(text: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter_of(_start(text))), [])
    except csv.Error as error:
        raise Unreadable(f"The first line is no line of a table: {error}.") from None


def _written(names: Sequence[str], delimiter: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerow(names)
    return file.getvalue()
