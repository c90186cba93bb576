"""Target column(s) of a table: cells as the classes that the estimator predicts.

A file knows only text. Whether ``1`` is a number, ``True`` or the text "1", and whether ``None``
is a class or a gap, is told by the estimator's outcomes and not guessed from the column.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ml.data.feature import Value, text_of
from ml.data.outcomes import Outcome, Outcomes
from ml.data.parsing import FALSE, TRUE
from ml.data.value_words import quote
from ml.errors import InvalidData
from ml.training.columns.training_table import TrainingTable

NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
MOST_NAMED = 10
YES, NO = TRUE | {"t", "ja", "j", "oui", "si", "sí", "sim"}, FALSE | {"f", "-1", "nein", "non", "não"}


def read_truth(
    table: TrainingTable, columns: Sequence[str], outcomes: Outcomes, described: Mapping[str, Any] | None = None
) -> pd.Series | pd.DataFrame:
    """The truth of each row of a table.

    Parameters
    ----------
    columns : sequence of str
        One column of classes where outcomes are exclusive; one of yes and no an outcome where
        they are independent, in their order.
    described : mapping of str to class, optional
        What a cell means, where the table has words and the estimator codes.

    Returns
    -------
    Series of n classes, or DataFrame of bool of shape (n, k)

    Raises
    ------
    InvalidData
        When a column is missing, or a cell is none of the outcomes or neither yes nor no.
    """
    missing = [name for name in columns if name not in table.frame]
    if missing:
        known = ", ".join(map(str, table.frame.columns[:40]))
        raise InvalidData(f"{table.name} lacks the columns {', '.join(missing)}.", f"It has {known}.")
    cells = table.texts(list(dict.fromkeys(columns)))
    described = {text.strip(): text_of(value) for text, value in (described or {}).items()}
    if not outcomes.exclusive:
        pairs = zip(columns, outcomes.items, strict=True)
        return pd.DataFrame({name: _answers(table.name, cells[name], item, described) for name, item in pairs})
    return pd.Series(_classes(table.name, cells[columns[0]], outcomes, described), dtype=object)


def truth_matrix(truth: pd.Series | pd.DataFrame, outcomes: Outcomes) -> np.ndarray:
    """The truth as bool of shape (n, k), columns in outcome order."""
    if not outcomes.exclusive:
        return np.column_stack([np.asarray(truth[item.value]).astype(bool) for item in outcomes.items])
    values = np.asarray(truth, dtype=object)
    return np.column_stack([values == item.value for item in outcomes.items])


def yes_class(name: str, classes: Sequence[Any], described: Mapping[str, Any] | None = None) -> Any:
    """The class of an independent outcome that means yes, or None where that is 1 or True.

    Parameters
    ----------
    name : str
        Name of the outcome, for errors.
    classes : sequence
        The classes of that output of the estimator.
    described : mapping of str to str, optional
        A class as text to yes or no.

    Raises
    ------
    InvalidData
        When the classes are not two, or do not say which of them means yes.
    """
    texts = {text_of(value): value for value in classes}
    meant = {text: _loose(text_of((described or {}).get(text, text))).casefold() for text in texts}
    hint = f"Say it: --map {shlex.quote(next(iter(texts), 'TEXT') + '=yes')}, or in [truth] of the description."
    if len(texts) > 2:
        raise InvalidData(
            f"The output {name!r} has {len(texts)} classes: {_named(texts)}.",
            "Of several outputs each is a question with the answers yes and no; one of more classes is a model of "
            "its own.",
        )
    yes = [value for text, value in texts.items() if meant[text] in YES]
    strangers = [text for text in texts if meant[text] not in YES | NO]
    if strangers or len(yes) > 1:
        raise InvalidData(f"Which of the classes of {name!r} means yes is not clear: {_named(texts)}.", hint)
    if all(isinstance(value, (bool, int, float)) for value in texts.values()):
        return None if not yes or yes[0] == 1 else yes[0]
    return yes[0] if yes else "yes"  # no positive in training: there is no class for yes


def _answers(file: str, cells: pd.Series, outcome: Outcome, described: Mapping[str, str]) -> list[bool]:
    yes = set() if outcome.yes is None else {text_of(outcome.yes)}
    known = {cell: _answer(text_of(cell), yes, described) for cell in _native(cells.unique())}
    _refuse_gaps(file, cells, known)
    strangers = [text_of(cell) for cell, answer in known.items() if answer is None]
    if strangers:
        raise InvalidData(
            f"Column {cells.name!r} of {file} holds {_named(strangers)}.",
            "The truth of an independent outcome is 1 or 0 (or yes and no) in every row; other words are told with "
            "--map WORD=yes.",
        )
    return [bool(known[cell]) for cell in _native(cells)]


def _answer(cell: str, yes: set[str], described: Mapping[str, str]) -> bool | None:
    if cell in described:
        cell = described[cell]
    if cell in yes:
        return True
    spelled = _loose(cell).casefold()
    return True if spelled in YES else False if spelled in NO else None


def _classes(file: str, cells: pd.Series, outcomes: Outcomes, described: Mapping[str, str]) -> list[Value]:
    exact = {text_of(item.value): item.value for item in outcomes.items}
    loose = {_loose(text): value for text, value in exact.items()}

    def read(cell: Any) -> Any:
        text = described.get(text_of(cell), text_of(cell))
        return exact.get(text, loose.get(_loose(text)))

    known = {cell: read(cell) for cell in _native(cells.unique())}
    _refuse_gaps(file, cells, known)
    strangers = [text_of(cell) for cell, value in known.items() if value is None]
    if strangers:
        words, sure = _yes_last(list(dict.fromkeys(strangers)))
        pairs = zip(words, sorted(exact) if sure else exact, strict=False)
        example = " ".join(f"--map {shlex.quote(f'{word}={text}')}" for word, text in pairs)
        example += "" if sure else ", or another way round"
        raise InvalidData(
            f"Column {cells.name!r} of {file} holds outcomes that the model does not know: {_named(strangers)}.",
            f"The estimator's outcomes: {', '.join(exact)}. Where these are codes for the words, say which: {example}.",
        )
    return [known[cell] for cell in _native(cells)]


def _yes_last(words: list[str]) -> tuple[list[str], bool]:
    """The words for no and yes in this order, and True where they are such words."""
    said = {_loose(word).casefold(): word for word in words}
    no, yes = said.keys() & NO, said.keys() & YES
    sure = len(said) == len(words) and len(no) == len(yes) == 1
    return (list(map(said.__getitem__, [*no, *yes])), True) if sure else (words, False)


def _refuse_gaps(file: str, cells: pd.Series, known: Mapping[Any, Any]) -> None:
    strangers = [cell for cell, value in known.items() if value is None]
    gaps = [cell for cell in strangers if not text_of(cell)]
    if gaps and len(gaps) == len(strangers):
        count = sum(cell in gaps for cell in _native(cells))
        raise InvalidData(
            f"Column {cells.name!r} of {file} is empty in {count:,} of {len(cells):,} rows.",
            "The truth of every row of the hold-out is needed: leave out the rows of which it is not known.",
        )


def _native(values: Any) -> list[Any]:
    """Values as Python's own, gaps as None: NaN is not equal to itself."""
    return [None if value is pd.NA or value is pd.NaT or value != value else value for value in values.tolist()]


def _loose(cell: str) -> str:
    """Normal form in which ``1``, ``1.0``, ``True`` and ``true`` are equal, and their opposites."""
    text = cell.strip()
    if NUMBER.fullmatch(text):
        return text_of(float(text))
    return {"true": "1", "false": "0"}.get(text.casefold(), text)


def _named(strangers: Iterable[str]) -> str:
    few = [quote(cell) for cell in dict.fromkeys(strangers)]
    return ", ".join(few[:MOST_NAMED]) + (", …" if len(few) > MOST_NAMED else "")
