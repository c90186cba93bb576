"""The true outcomes of a file: its cells as the classes that the estimator answers with.

A file knows only text. Whether ``1`` is a number, ``True`` or the text "1", and whether ``None``
is a class or a gap, is told by the estimator's outcomes and not guessed from the column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from ml.errors import InvalidData
from ml.outcomes import Outcomes
from ml.schema import Value, text_of
from ml.values import FALSE, TRUE, quote

NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
MOST_NAMED = 10


def read_truth(path: Path, columns: Sequence[str], outcomes: Outcomes) -> pd.Series | pd.DataFrame:
    """The truth of each row of a CSV file.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        One column of classes where outcomes are exclusive; one of yes and no an outcome where
        they are independent, in their order.
    outcomes : Outcomes

    Returns
    -------
    Series of n classes, or DataFrame of bool of shape (n, k)

    Raises
    ------
    InvalidData
        When a column is missing, or a cell is none of the outcomes or neither yes nor no.
    """
    from ml.recipes.parts import read_table

    table = read_table(path, columns, dtype=str, keep_default_na=False)
    if not outcomes.exclusive:
        return pd.DataFrame({name: _answers(path.name, table[name]) for name in columns})
    return pd.Series(_classes(path.name, table[columns[0]], outcomes), dtype=object)


def _answers(file: str, cells: pd.Series) -> list[bool]:
    spelled = [_loose(cell).casefold() for cell in cells]
    strangers = [cell for cell, text in zip(cells, spelled, strict=True) if text not in TRUE | FALSE]
    if strangers:
        raise InvalidData(
            f"Column {cells.name!r} of {file} holds {_named(strangers)}.",
            "The truth of an independent outcome is 1 or 0 (or yes and no) in every row.",
        )
    return [text in TRUE for text in spelled]


def _classes(file: str, cells: pd.Series, outcomes: Outcomes) -> list[Value]:
    exact = {text_of(item.value): item.value for item in outcomes.items}
    loose = {_loose(text): value for text, value in exact.items()}
    known = {cell: exact.get(cell.strip(), loose.get(_loose(cell))) for cell in cells.unique()}
    strangers = [cell for cell, value in known.items() if value is None]
    if strangers:
        raise InvalidData(
            f"Column {cells.name!r} of {file} holds outcomes that the model does not know: {_named(strangers)}.",
            f"The estimator's outcomes: {', '.join(exact)}.",
        )
    return [known[cell] for cell in cells]


def _loose(cell: str) -> str:
    """One spelling for ``1``, ``1.0``, ``True`` and ``true``, and for their opposites."""
    text = cell.strip()
    if NUMBER.fullmatch(text):
        return text_of(float(text))
    return {"true": "1", "false": "0"}.get(text.casefold(), text)


def _named(strangers: Iterable[str]) -> str:
    few = [quote(cell) for cell in dict.fromkeys(strangers)]
    return ", ".join(few[:MOST_NAMED]) + (", …" if len(few) > MOST_NAMED else "")
