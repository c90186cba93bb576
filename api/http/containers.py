"""Bound on the lists and objects of a JSON body, counted in its text: parsed, each takes a hundred bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from itertools import islice

from api.http.errors import A_JOB
from ml.errors import TooManyRecords

BESIDE = 1_000_000  # beside one for each record and one for each of its values, which may be lists of one
_STRING_OR_BEGIN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{]', re.DOTALL)


def check_containers(text: str, most: int, names: Callable[[], Collection[str]]) -> None:
    """Raise TooManyRecords for a text of more lists and objects than `most` records can have in any shape.

    The text is JSON that is not parsed yet. The model's names are asked for only where there are very many.
    """
    if len(text) <= BESIDE or text.count("[") + text.count("{") <= BESIDE:
        return
    limit = most * (len(names()) + 1) + BESIDE
    if text.count("[") + text.count("{") > limit and _has_more(text, limit):
        hint = f"Send up to {most:,} records at a time, or {A_JOB}."
        raise TooManyRecords(f"The body holds more than {limit:,} lists and objects.", hint)


def _has_more(text: str, limit: int) -> bool:
    """True when more than `limit` lists and objects begin in a text, outside of its strings."""
    begun = (found for found in _STRING_OR_BEGIN.finditer(text) if found[0][0] != '"')
    return next(islice(begun, limit, None), None) is not None
