"""One value of a table as read: typed, with what is worth saying of it or wrong with it."""

from __future__ import annotations

from ml.schema import Feature, Value
from ml.values import Refused, read_value, unseen

Cell = tuple[Value, str, Refused | None]
Memo = dict[tuple[int, str], Cell]


def read_cell(feature: Feature, position: int, value: object, memo: Memo) -> Cell:
    """The typed value (None where it is refused), a note, and the refusal.

    Parameters
    ----------
    feature : Feature
    position : int
        Of the feature in its schema.
    value : object
        As it came.
    memo : dict
        Texts that were read before: columns of files repeat themselves.
    """
    text = isinstance(value, str)
    known = memo.get((position, value)) if text else None  # type: ignore[arg-type]
    if known is not None:
        return known
    try:
        typed = read_value(feature, value)
    except Refused as refused:
        found: Cell = (None, "", refused)
    else:
        found = (typed, unseen(feature, typed), None)
    if text:
        memo[position, value] = found  # type: ignore[index]
    return found
