"""Check of a file's header against a model's schema, before its first row is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ml.bundle.bundle import Bundle
from ml.errors import InvalidData
from ml.translation import text


def check_header(bundle: Bundle, header: Sequence[str], twice: Mapping[str, str] | None = None) -> None:
    """Refuse a file in which no column is a feature: it is the wrong file, not one with a million gaps.

    Parameters
    ----------
    header : sequence of str
        Names of the columns in the model.
    twice : mapping of str to str, optional
        Columns that bear another's name in the file, to that name.

    Raises
    ------
    InvalidData
        Also where two columns were mapped to one name, or a feature's name stands over two.
    """
    mapped = [name for name, count in Counter(header).items() if count > 1]
    if mapped:
        hint = text("Map one column of the file to each feature, and leave no other of that name.")
        named = ", ".join(map(repr, mapped[:10]))
        raise InvalidData(text("More than one column is to be {features}.", features=named), hint)
    position = bundle.schema.position
    doubtful = {name for other, name in (twice or {}).items() if name in position and other not in position}
    if doubtful:
        named = ", ".join(repr(name[:80]) for name in sorted(doubtful)[:10])
        twice_named = text("Columns came more than once: {columns}.", columns=named)
        raise InvalidData(twice_named, text("Leave each feature one column."))
    if not any(name in bundle.schema.position for name in header):
        hint = text(
            "The file has {columns}; features: {features}.",
            columns=", ".join(header)[:200],
            features=", ".join(bundle.schema.names),
        )
        raise InvalidData(text("No column of the file is a feature of {model}.", model=bundle.name), hint)
