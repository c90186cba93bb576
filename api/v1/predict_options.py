"""The option ``extra=ignore``: unknown fields of records are dropped."""

from __future__ import annotations

from typing import Any

from api.contract.requests import ExtraQuery
from api.http.json_tables import names_of, without_strangers
from api.http.validated import read_query
from ml.data.schema import Schema


def records_asked(raws: list[Any], schema: Schema) -> list[Any]:
    """The records of the current request, without unknown fields where it asks to ignore them.

    Raises
    ------
    BadParameter, Unreadable
    """
    asked = read_query(ExtraQuery)
    return without_strangers(raws, names_of(schema))[0] if asked.extra == "ignore" else raws
