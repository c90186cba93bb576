"""Validation of a version's card: the fields that pages and entrypoints read without checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ml.bundle.feature_order import CARD as ORDER
from ml.decision.bands import check_bands
from ml.decision.crm_columns import check_crm_columns
from ml.decision.cut_offs import check_cut_offs
from ml.decision.decide import check_actions
from ml.decision.outcome_words import check_outcome_words
from ml.decision.payoff import check_payoff
from ml.decision.ripening_time import check_ripening
from ml.errors import InvalidData, LikelyError
from ml.metrics.custom import custom_measures_of
from ml.runtime.foreign_code import reason

OFFERS = ("probabilities", "scores", "labels")
SHAPE: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "outcomes": dict,
    "offers": str,
    "path": dict,
    "rows": dict,
    "versions": dict,
}
CHECKS = "holdout_checks"  # as ml.text.holdout_words has it, which stands above this room


def check_decisions(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Read what a card, or what will be one, tells of decisions; InvalidData at the first fault."""
    check_bands(card, outcomes)
    check_actions(card, outcomes)
    check_payoff(card, outcomes)
    check_cut_offs(card, outcomes)
    check_ripening(card, outcomes)
    check_outcome_words(card, outcomes)
    check_crm_columns(card, outcomes)


def fault_of_card(card: Any, outcomes: Sequence[str] | None = None) -> str | None:
    """The first fault of a card, in words that follow "card.json "; None for a valid one.

    With `outcomes`, the names of the model's outcomes, cut-offs, payoffs, actions, bands and
    ripening are checked too.
    """
    if not isinstance(card, dict):
        return f"is a {type(card).__name__} and no object"
    for name, kind in SHAPE.items():
        if not isinstance(card.get(name), kind):
            return f"has no {name!r} of the right kind"
    path = card["path"]
    if card["offers"] not in OFFERS or "kind" not in path or not all(isinstance(text, str) for text in path.values()):
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
    """The first fault of decisions and texts in a card, found by reading all of them once."""
    for check in (check_decisions, _check_texts, _check_measures):
        try:
            check(card, outcomes)
        except LikelyError as error:
            return f"does not hold: {error.message}"
        except Exception as error:  # noqa: BLE001 - readers of a card trust it, and fail in any way where it is garbled
            return f"does not hold: {reason(error)}"
    return None


def _check_texts(card: dict[str, Any], _: Sequence[str]) -> None:
    if not isinstance(card.get("description", ""), str):
        raise InvalidData("the description is no text.")
    order = card.get(ORDER, [])
    if not isinstance(order, list) or not all(isinstance(name, str) for name in order):
        raise InvalidData("the order of the features is no list of names.")
    if isinstance(card.get("diagram"), dict):
        _check_diagram(card["diagram"])
    if card.get(CHECKS):
        from ml.text import holdout_words  # it needs rooms that stand above bundles

        holdout_words.sentences(card)
        holdout_words.counted_words(card, 2)


def _check_measures(card: dict[str, Any], outcomes: Sequence[str]) -> None:
    for outcome in outcomes:
        for measure in custom_measures_of(card, outcome):
            for number in (measure.value, measure.low, measure.high):
                if number is not None:
                    float(number)


def _check_diagram(node: Any) -> None:
    texts = [node.get("name") or "", node["kind"], *(node.get("columns") or [])]
    texts += [text for name, value in node.get("parameters", ()) for text in (name, value)]
    if not all(isinstance(text, str) for text in texts):
        raise InvalidData("the diagram holds something other than texts.")
    for part in node.get("parts", ()):
        _check_diagram(part)
