"""Names of the columns that a result has beside those of the file: no name stands over two columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, count

from ml.files.match_columns import reads_like_a_feature
from ml.schema import Schema


def own_names(wanted: Sequence[str], header: Iterable[str], schema: Schema | None = None) -> list[str]:
    """Our names as they are, or with the first number from 2 with which they are nobody else's: ``label_2``.

    A file may have a column of that name; one that was scored before has all of them. A result is scored again like
    any file, so no column of ours may be taken for a feature either.

    Parameters
    ----------
    wanted : sequence of str
        Names of our columns in their order.
    header : iterable of str
        Columns of the file. Compared without regard to case, as Excel, SQL and readers of Parquet do.
    schema : Schema, optional
        Of the model; our names read like none of its features, aliases or labels.

    Returns
    -------
    list of str
        As many as were wanted, each once.
    """
    taken = set(map(_folded, header))
    found: list[str] = []
    for name in wanted:
        numbered = chain([name], (f"{name}_{number}" for number in count(2)))
        free = next(each for each in numbered if _folded(each) not in taken and not _feature(schema, each))
        taken.add(_folded(free))
        found.append(free)
    return found


def _feature(schema: Schema | None, name: str) -> bool:
    return schema is not None and reads_like_a_feature(schema, name)


def _folded(name: str) -> str:
    return name.strip().casefold()
