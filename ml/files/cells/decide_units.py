"""Decides by column what numbers count: per cent where the header says so, and the unit that stands beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ml.data.feature import Feature
from ml.files.cells.numbers import readings
from ml.translation import in_row, mark, text

_PERCENT = re.compile(r"(?:%|(?:^|[\W_])(?:pct|per[ _]?cent|prozent))[\W_]*$", re.IGNORECASE)
# How a number below a header that says per cent was read, of a feature whose values are shares
AS_SAID = mark("{feature}: {value} is read as {read}, for its column “{column}” says per cent.")
AS_SHARES = mark("{feature}: {value} is read as a share, as in training, though its column “{column}” says per cent.")
UNITS = mark("{feature}: numbers stand beside {units}. They are refused: one may be another size than the other.")


def is_percent(feature: Feature, header: str) -> bool:
    """True where a header ends in per cent ("share (%)", "share in Prozent") and training had shares."""
    return feature.share and header != feature.name and _PERCENT.search(header) is not None


def over_one(texts: Iterable[str]) -> str | None:
    """The first number above 1 that has no percent sign of its own."""
    return next((cell for cell in texts if (_plain_number(cell) or 0) > 1), None)


def percent_note(feature: Feature, header: str, texts: Collection[str]) -> tuple[bool, str]:
    """True where a column under such a header is in per cent (one number above 1 tells it), and the note on it."""
    over = over_one(texts)
    slots = {"feature": feature.name, "column": header}
    if over is None:
        some = next((cell for cell in texts if _plain_number(cell)), "")
        return False, text(AS_SHARES, value=repr(some.strip()), **slots) if some else ""
    read = f"{(_plain_number(over) or 0) / 100:.12g}"
    return True, text(AS_SAID, value=repr(over.strip()), read=read, **slots)


def unit_beside(feature: Feature, texts: Iterable[str]) -> tuple[str | None, str]:
    """The unit beside a column's numbers, "?" where there are several, None where there is none; and what is said."""
    units = dict.fromkeys(readings(cell).unit for cell in texts if not (cell[:1].isdecimal() and cell[-1:].isdecimal()))
    units.pop("", None)
    if len(units) < 2:
        return next(iter(units), None), ""
    return "?", text(UNITS, feature=feature.name, units=in_row([f"“{unit}”" for unit in units]))


def _plain_number(cell: str) -> float | None:
    found = readings(cell)
    value = found.comma if found.point is None else found.point
    return None if value is None or found.percent else float(value)
