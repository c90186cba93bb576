"""What the insights' figures share: rows with their names above, and the features as a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ml.order import in_order
from ml.plots.option import Choices, Option
from ml.plots.theme import note, shortened

if TYPE_CHECKING:
    from ml.bundle import Bundle

ROW = 44  # pixels: a bar and the name above it
LONGEST_NAME = 28  # fits on a phone, with the number behind it


def names_above(names: Sequence[str], values: Sequence[str] = (), x: float = 0.0) -> list[dict[str, Any]]:
    """A name above each row, and in bold its value: long names fit on a phone, and the bars keep their room."""
    bold = [f"  <b>{value}</b>" for value in values] or [""] * len(names)
    return [
        note(f"{shortened(name, LONGEST_NAME)}{more}", x, place, xanchor="left", yanchor="bottom", yshift=7)
        for place, (name, more) in enumerate(zip(names, bold, strict=True))
    ]


def rows_axis(count: int) -> dict[str, Any]:
    """The vertical axis of so many rows, the first on top."""
    return {"visible": False, "range": [count - 0.5, -0.85]}


def height_of(count: int) -> int:
    """Pixels for so many rows and the axis below them."""
    return 70 + ROW * count


def importance_order(bundle: Bundle) -> list[str]:
    """Names of the features, the most important first where the card says so, else in schema order."""
    return in_order(bundle.card, bundle.schema)


def feature_choice(key: str = "feature", label: str = "Feature", place: int = 0) -> Option:
    """The features of a model as an option; it opens with the one at that place of their order."""

    def choices(bundle: Bundle, _: str) -> Choices:
        order = importance_order(bundle)
        first = order[place : place + 1]
        return [(name, bundle.schema.feature(name).label) for name in (*first, *(n for n in order if n not in first))]

    return Option(key, label, choices)
