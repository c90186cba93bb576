"""CSV bodies of SageMaker's clients at ``/invocations``: without a header, features in schema order.

https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html. A header names features, and a
first record does not; the parameter ``header`` of the content type (RFC 4180) decides where it is sent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import islice
from typing import Any

from werkzeug.http import parse_options_header

from api.http.json_tables import names_of
from api.http.read_records import text_of_body
from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.open_table import open_table
from ml.files.text.encodings import SNIFFED_BYTES
from ml.files.text.plain_name import plain_name
from ml.files.text.read_options import ReadOptions
from ml.files.text.separators import rows_with, separator_of

CSV = "text/csv"
HEADER = {"present": True, "absent": False}


def read_csv(body: bytes, content_type: str, schema: Schema, most: int) -> list[Any]:
    """Read the first records of a table with or without a header, at most `most` and one more.

    Raises
    ------
    Unreadable, NoRecords, UnsupportedContent
    """
    text = text_of_body(body, content_type).lstrip("\r\n")
    top = text[:SNIFFED_BYTES].splitlines()
    separator = separator_of(top, _plain(schema))
    said = HEADER.get(parse_options_header(content_type)[1].get("header", "").lower())
    first = next(iter(rows_with(top, separator)), [])
    if has_header(first, schema) if said is None else said:
        table = open_table(io.BytesIO(text.encode()), bounded=True)
    else:
        options = ReadOptions(separator=separator, header_row=1)
        table = open_table(io.BytesIO((_header(schema, separator) + text).encode()), options, bounded=True)
    return list(islice(table.rows, most + 1))


def has_header(cells: Sequence[str], schema: Schema) -> bool:
    """True when the first line is a header.

    It is one where a cell names a feature, unless there are as many cells as features and fewer than half of them do:
    a category may be called as another feature is.

    Raises
    ------
    Unreadable
        It is neither: no cell names a feature, and the number of cells is not that of features.
    """
    known, count = _plain(schema), len(schema.names)
    named = sum(plain_name(cell) in known for cell in cells)
    if len(cells) == count:
        return 2 * named >= count
    if not named:
        message = f"The first line names no feature, and has {len(cells)} cells; there are {count} features."
        raise Unreadable(message, f"They are {', '.join(schema.names)[:400]}.")
    return True


def written(made: Sequence[Any]) -> str:
    """Predictions as lines, several values of one record separated by commas."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows(each if isinstance(each, (list, tuple)) else [each] for each in made)
    return file.getvalue()


def _plain(schema: Schema) -> frozenset[str]:
    return frozenset(map(plain_name, names_of(schema))) - {""}


def _header(schema: Schema, separator: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerow(schema.names)
    return file.getvalue()
