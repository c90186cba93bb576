"""Missing markers such as "?" that stand for a gap in one column are gaps in all columns of the file.

Training code says it once for a file, ``pandas.read_csv(…, na_values="?")``. A column of which training shows no gap
may have its first in the hold-out, or in a file that is scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ml.training.columns.known_levels import KnownLevels
from ml.training.columns.readings import UNUSUAL_GAPS
from ml.training.columns.training_table import TrainingTable, is_text
from ml.training.columns.variants import Variant, to_gaps, to_numbers


def missing_markers(
    variant: Variant, training: pd.DataFrame, columns: Sequence[str], known: KnownLevels
) -> dict[str, frozenset[str]]:
    """By column, the texts that are gaps: those of the reading itself, and the markers of other columns.

    A mark that is a value of a column in the training's frame in that reading, or a level that the estimator knows, is
    no gap in it.
    """
    own = variant.gaps
    marks = frozenset().union(*own.values()) & UNUSUAL_GAPS
    markers = {name: own.get(name, frozenset()) | _free(name, marks, training[name], known) for name in columns}
    return {name: texts for name, texts in markers.items() if texts}


def _free(name: str, marks: frozenset[str], series: pd.Series, known: KnownLevels) -> frozenset[str]:
    free = frozenset(mark for mark in marks if not known.knows(name, mark))
    if not free or not is_text(series):
        return free
    return free - set(series.dropna().str.strip().unique().tolist())


def without_markers(
    holdout: TrainingTable, training: pd.DataFrame, marks: Mapping[str, frozenset[str]]
) -> TrainingTable:
    """The hold-out with gaps for its markers; columns that are numbers in training become numbers."""
    frame = holdout.frame
    texts = [name for name in marks if name in frame and is_text(frame[name])]
    numbers = {name for name in texts if pd.api.types.is_numeric_dtype(training[name])}
    changes = {name: to_numbers(marks[name]) if name in numbers else to_gaps(marks[name]) for name in texts}
    return replace(holdout, frame=frame.assign(**{n: change(frame[n], holdout) for n, change in changes.items()}))
