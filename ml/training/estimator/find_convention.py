"""Finds how a fitted estimator is asked: with which reading of its training file, in which container.

An estimator seldom tells: one whose first step is somebody's own has no ``feature_names_in_``, one that was fitted
on texts wants a series, one of another library its categories. So it is asked, with rows of its own training, and
of the ways in which it answers the one is taken whose values its encoders know and that knows the truth best.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ml.data.outcomes import Outcomes
from ml.errors import InvalidData, LikelyError
from ml.predict.calling_convention import contained
from ml.training.columns.hints import hint_for, is_of_dates
from ml.training.columns.known_levels import KnownLevels
from ml.training.columns.training_table import TrainingTable, is_text
from ml.training.columns.whole_rows import whole_rows
from ml.training.estimator.convention_search import ConventionCandidate, ConventionSearch
from ml.training.estimator.single_call import answer_of

MOST_GAPS = 20  # rows with a gap in a column with which the estimator is asked whether it takes them
NO_NAME = re.compile(r"Unnamed: \d+")  # what pandas calls a column without a name


def find_convention(
    estimator: Any,
    table: TrainingTable,
    columns: Sequence[str],
    outcomes: Outcomes,
    truth: np.ndarray | None,
    known: KnownLevels,
    *,
    gaps: bool = True,
) -> ConventionCandidate:
    """The best way to ask an estimator.

    Parameters
    ----------
    estimator : fitted classifier
    table : TrainingTable
        Rows that it learned from.
    columns : sequence of str
        Columns of the table, in order.
    truth : ndarray of bool, shape (n, k), or None
        Truth of the table's rows; without it the first way that works is taken.
    known : KnownLevels
        Levels that the estimator knows.
    gaps : bool
        False leaves out the rows with gaps that it does not take, as training code does by ``dropna``.

    Raises
    ------
    InvalidData
        When it answers in no way; says what the plainest attempt ran into.
    """
    search = ConventionSearch(estimator, table, tuple(columns), outcomes, truth, known)
    best = search.best() if gaps else _of_whole_rows(search)
    if best is None and gaps and getattr(estimator, "feature_names_in_", None) is None:
        best = _of_fewer_columns(search)
    if best is None:
        raise _refusal(search)
    return best


def _of_fewer_columns(search: ConventionSearch) -> ConventionCandidate | None:
    """A way with some columns of the file, where the estimator does not tell how many it knows.

    A file may have columns without any value or name, as spreadsheets and ``to_csv`` leave them; an estimator that was
    fitted on a series of texts takes one of several.
    """
    frame = search.table.frame
    valued = tuple(name for name in search.columns if frame[name].notna().any())
    named = tuple(name for name in valued if not NO_NAME.fullmatch(name))  # a row's number, that to_csv wrote
    for columns in dict.fromkeys((valued, named)):
        if 0 < len(columns) < len(search.columns) and (best := replace(search, columns=columns).best()) is not None:
            return best
    texts = [name for name in valued if is_text(frame[name])] if len(search.columns) > 1 else []
    ways = [way for name in texts if (way := replace(search, columns=(name,)).best()) is not None]
    return min(ways, key=lambda way: way.loss, default=None)


def _of_whole_rows(search: ConventionSearch) -> ConventionCandidate | None:
    """A way with the rows that have no gap; those with a gap that the estimator takes stay."""
    best = replace(search, whole=frozenset(search.columns)).best()
    if best is None:
        return None
    frame = best.variant.apply(search.table)[list(search.columns)]
    whole = {name for name in search.columns if frame[name].isna().any()}
    for name in sorted(whole, key=search.columns.index):
        rows = frame[frame[name].isna() & whole_rows(frame, whole - {name})].head(MOST_GAPS)
        answer = answer_of(search.estimator, contained(rows, best.container), search.outcomes) if len(rows) else ""
        if not isinstance(answer, str):
            whole.remove(name)
    return replace(best, whole=frozenset(whole)) if whole else None


def _refusal(search: ConventionSearch) -> LikelyError:
    said = search.failed[0][1] if search.failed else "it was not asked"
    if is_of_dates(said) and search.refused:
        return search.refused[0]
    first = next((line.strip() for line in said.splitlines() if line.strip()), said)[:300].rstrip(".:")
    tried = list(dict.fromkeys(variant.words for variant, _ in search.failed[1:] if len(variant.readings) == 1))
    also = f" Tried as well: {'; '.join(tried)}." if tried else ""
    return InvalidData(
        f"The estimator cannot score {search.table.name}: {first}.{also}",
        hint_for(said, search.estimator, search.table, search.columns),
    )
