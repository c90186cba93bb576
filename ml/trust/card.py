"""Whether a card is one: what pages and doors read from it without asking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ml.bands import check_bands
from ml.cut_offs import check_cut_offs
from ml.errors import LikelyError
from ml.payoff import check_payoff

OFFERS = ("probabilities", "scores", "labels")
SHAPE: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "outcomes": dict,
    "offers": str,
    "path": dict,
    "rows": dict,
    "versions": dict,
}
ABOUT = ("description", "use", "owner", "data")


def fault_of_card(card: Any, outcomes: Sequence[str] | None = None) -> str | None:
    """What is wrong with a card, in words that follow "card.json "; None where nothing is.

    With `outcomes`, the names of the model's outcomes, what it says of decisions is checked too.
    """
    if not isinstance(card, dict):
        return f"is a {type(card).__name__} and no object"
    for name, kind in SHAPE.items():
        if not isinstance(card.get(name), kind):
            return f"has no {name!r} of the right kind"
    if card["offers"] not in OFFERS or not isinstance(card["path"].get("kind"), str):
        return "does not say what serves the model"
    if not all(type(card["rows"].get(name)) is int for name in ("training", "hold-out")):
        return "does not say how many rows there were"
    if (
        not all(isinstance(version, str) for version in card["versions"].values())
        or "scikit-learn" not in card["versions"]
    ):
        return "does not say with which versions the model was made"
    return None if outcomes is None else _fault_of_decisions(card, outcomes)


def _fault_of_decisions(card: dict[str, Any], outcomes: Sequence[str]) -> str | None:
    for check in (check_bands, check_payoff, check_cut_offs):
        try:
            check(card, outcomes)
        except LikelyError as error:
            return f"does not hold: {error.message}"
    return None
