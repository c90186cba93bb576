"""Decisions as they are stored, made of what a version answered: with the cut-offs in use, worth and sealed values.

Cut-offs and worth are those at the time at which the rows are made (by the mover, after the answer), not those of the
answer: a cut-off that is changed in between is stored with decisions that were given before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from feedback.sealing import Sealer
from feedback.worth import worth_of_acting
from ml.errors import LikelyError
from ml.service import Service
from store.outcome_records import LONGEST_RECORD, Decision, decision_id

InUse = Callable[[str], tuple[dict[str, float], Callable[[Mapping[str, float] | None], float | None]]]


@dataclass(frozen=True)
class ScoredRecords:
    """Answer of one version about n records at one time.

    Attributes
    ----------
    answer : str
        Id of the answer.
    model : str
        Key of the version.
    door, who : str
        Door at which it was given, and the caller who got it.
    made : float
        Seconds since 1970.
    names : sequence of str
        Names of the outcomes.
    places : sequence of int, length n
        Positions of the records in the answer, from 0.
    ids : sequence of str or None, length n
    probabilities : sequence, length n
        Probabilities of each record, in the order of the names; None where the model gives none.
    values : sequence, length n
        Raw records; None where their values are not kept.
    """

    answer: str
    model: str
    door: str
    who: str
    made: float
    names: Sequence[str]
    places: Sequence[int]
    ids: Sequence[str | None]
    probabilities: Sequence[Sequence[float] | None]
    values: Sequence[Any]


def in_use_of(service: Service) -> InUse:
    """Gives, by the key of a version, its cut-offs and the worth of acting on its positive outcome, each read once.

    They are those in use at the first call. It gives nothing where the version is gone.
    """

    @cache
    def in_use(key: str) -> tuple[dict[str, float], Callable[[Mapping[str, float] | None], float | None]]:
        try:
            bundle = service.registry.load(key)
            cut_offs = service.cut_offs(bundle)
        except LikelyError:
            return {}, lambda _: None
        return cut_offs, partial(worth_of_acting, bundle, cut_offs=cut_offs)

    return in_use


def decisions_of(scored: ScoredRecords, in_use: InUse, sealer: Sealer | None) -> list[tuple[Decision, Any]]:
    """The decision about each record, and its raw values; None in their place where there are none.

    Parameters
    ----------
    in_use : callable
        As of :func:`in_use_of`: the same for all that is stored together.
    sealer : Sealer or None
        Encrypts the values; None keeps none.
    """
    cut_offs, worth = in_use(scored.model)
    given = zip(scored.places, scored.ids, scored.probabilities, scored.values, strict=True)
    made = []
    for place, record, probabilities, raw in given:
        mark = decision_id(scored.answer, place)
        by_name = None if probabilities is None else dict(zip(scored.names, probabilities, strict=True))
        sealed = None if raw is None or sealer is None else sealer.seal(raw, mark)
        decision = Decision(
            mark, scored.model, (record or "")[:LONGEST_RECORD], scored.door, scored.who, scored.made, by_name,
            cut_offs, worth(by_name), sealed=sealed,
        )  # fmt: skip
        made.append((decision, raw))
    return made
