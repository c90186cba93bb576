"""Decisions as they are stored, made of what a version answered: with its cut-offs, worth and sealed values.

The rows are made after the answer, by the mover, so cut-offs may have changed in between: stored are those with which
the answer was made, else those that were in use when it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from feedback.sealing import Sealer
from feedback.worth import worth_of_acting
from ml.decision.cut_offs import or_of_card
from ml.errors import LikelyError
from ml.service import Bundle, Service
from store.db import Store
from store.outcome_records import LONGEST_RECORD, Decision, decision_id


@dataclass(frozen=True)
class ScoredRecords:
    """Answer of one version about n records at one time."""

    answer: str
    """Id of the answer."""
    model: str
    """Key of the version."""
    door: str
    who: str
    """Door at which it was given, and the caller who got it."""
    made: float
    """Seconds since 1970."""
    names: Sequence[str]
    """Names of the outcomes."""
    places: Sequence[int]
    """Positions of the records in the answer, from 0. Length n."""
    ids: Sequence[str | None]
    """Length n."""
    probabilities: Sequence[Sequence[float] | None]
    """Probabilities of each record, in the order of the names; None where the model gives none. Length n."""
    values: Sequence[Any]
    """Raw records; None where their values are not kept. Length n."""
    cut_offs: Mapping[str, float] | None = None
    """Cut-offs with which the answer was made, by outcome; None where it was made without any."""


class InUse:
    """Versions and the cut-offs in use at any time, each read once: for decisions that are stored together."""

    def __init__(self, service: Service, store: Store) -> None:
        self._registry, self._choices = service.registry, cache(store.choices_over_time)
        self.version = cache(self._version)

    def _version(self, key: str) -> Bundle | None:
        """The version; None where it is gone."""
        with suppress(LikelyError):
            return self._registry.load(key)
        return None

    def cut_offs(self, bundle: Bundle, moment: float) -> dict[str, float]:
        """The cut-offs of a version at a time in seconds since 1970; StoreUnavailable without a database."""
        chosen = self._choices(bundle.name).at(moment)
        with suppress(LikelyError):
            return or_of_card(chosen, bundle.card, bundle.outcomes.names)
        return {}


def decisions_of(scored: ScoredRecords, in_use: InUse, sealer: Sealer | None) -> list[tuple[Decision, Any]]:
    """The decision about each record, and its raw values; None in their place where there are none.

    Parameters
    ----------
    sealer : Sealer or None
        Encrypts the values; None keeps none.

    Raises
    ------
    StoreUnavailable
    """
    bundle, cut_offs = in_use.version(scored.model), scored.cut_offs
    if cut_offs is None:
        cut_offs = {} if bundle is None else in_use.cut_offs(bundle, scored.made)
    answers = zip(scored.places, scored.ids, scored.probabilities, scored.values, strict=True)
    decisions = []
    for place, record, probabilities, raw in answers:
        mark = decision_id(scored.answer, place)
        by_name = None if probabilities is None else dict(zip(scored.names, probabilities, strict=True))
        sealed = None if raw is None or sealer is None else sealer.seal(raw, mark)
        decision = Decision(
            mark, scored.model, (record or "")[:LONGEST_RECORD], scored.door, scored.who, scored.made, by_name,
            cut_offs, None if bundle is None else worth_of_acting(bundle, by_name, cut_offs), sealed=sealed,
        )  # fmt: skip
        decisions.append((decision, raw))
    return decisions
