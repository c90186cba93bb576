"""Refusal of parts of a card that name outcomes which the model does not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ml.errors import InvalidData


def check_known(begins: str, named: Iterable[object], outcomes: Sequence[str], hint: str = "") -> None:
    """Raise InvalidData where outcomes are named that are not among the model's.

    Parameters
    ----------
    begins : str
        Beginning of the message: "The payoff names".
    hint : str
        What is accepted; without it the outcomes of the model.
    """
    strangers = sorted(set(map(str, named)) - set(outcomes))
    if strangers:
        known = hint or f"Known outcomes: {', '.join(outcomes)}."
        raise InvalidData(f"{begins} unknown outcomes: {', '.join(strangers)}.", known)
