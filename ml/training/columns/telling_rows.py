"""Samples rows of a training file that distinguish its readings: spread over the file, plus rare cases.

A few hundred rows, evenly spread, show what is common. What is rare decides as well: of seven thousand customers
eleven have nothing but a space where the others have a number, and an estimator of numbers fails only there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ml.data.parsing import NUMBER
from ml.training.columns.training_table import TrainingTable, is_text

SPREAD = 500  # rows from the whole file
RARE = 500  # rows more at most, for what these do not show
FEW_LEVELS = 100  # a column of more texts shows those that are no numbers, where these are few
FEW_ODD = 10


def telling_rows(table: TrainingTable, columns: Sequence[str]) -> np.ndarray:
    """Numbers of rows, rising: spread over the file, and the first with each thing that is rare.

    Parameters
    ----------
    columns : sequence of str
        Columns whose cells count.
    """
    count = len(table.frame)
    spread = np.unique(np.linspace(0, count - 1, min(count, SPREAD)).astype(int))
    if count <= SPREAD:
        return spread
    rare = dict.fromkeys(row for name in columns for row in _rare(table.frame[name], spread))
    return np.unique([*spread.tolist(), *list(rare)[:RARE]])


def _rare(series: pd.Series, spread: np.ndarray) -> Iterator[int]:
    """Rows with a gap, and with each of a few texts, where no row of those spread shows them."""
    gone = series.isna().to_numpy()
    if gone.any() and not gone[spread].any():
        yield int(gone.argmax())
    if not is_text(series):
        return
    codes, texts = pd.factorize(series)  # -1 is a gap
    wanted = range(len(texts)) if len(texts) <= FEW_LEVELS else _odd(texts)
    shown = set(codes[spread].tolist())
    for code in wanted:
        if code not in shown:
            yield int((codes == code).argmax())


def _odd(texts: Sequence[str]) -> list[int]:
    """Positions of texts that are no numbers, where most are."""
    odd = [at for at, text in enumerate(texts) if not NUMBER.fullmatch(str(text).strip())]
    return odd if len(odd) <= FEW_ODD else []
