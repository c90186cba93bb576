"""Has it paid: those who were called against those who were kept back, and money beside what was forecast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from feedback.joined import Joined, join
from feedback.results.settled import Question, ripened
from ml.decision.payoff import Payoff, payoff_of
from ml.monitoring.lift import Arms, Lift, Money, lift, money_realised, value_of_buyer
from ml.monitoring.ripening import RipeOutcomes
from store.outcome_records import CALL, CAMPAIGN, CONTROL, CORRECTION, VOID, Assignment, Decision, Event

LEAST_TOLD = 0.9  # share of a group of which something has to be known: who tells is no matter of chance
Z = 1.959963984540054


def paid(assigned: Iterable[Assignment], told: Iterable[Event], question: Question) -> dict[str, Any]:
    """Compare the groups of all lists about an outcome, as plain JSON: fields of Lift and Money, and what is missing.

    Parameters
    ----------
    assigned : iterable of Assignment
        Of the model, of any list.
    told : iterable of Event
        Events of the model, in the order in which they became known.
    question : Question

    Returns
    -------
    dict
        ``lists``, ``assigned`` (called and kept back), ``nameless`` (of these without an id, of whom nothing can be
        known), ``unripe``, ``called_told`` and ``control_told`` (shares of the groups whose time is over of which
        something is known), ``comparable``, ``lift``, ``money`` and ``currency``.
    """
    held = [each for each in assigned if each.outcome == question.outcome]
    named = sorted((each for each in held if each.record), key=lambda each: each.made)
    joined = _joined([decision_of(each) for each in named], told, question.after)
    _, ripe = ripened(joined, question)
    found = lift(list(_arms(joined, ripe).values()))
    shares = {group: _told(joined, ripe, group, question) for group in (CALL, CONTROL)}
    comparable = found.difference is not None and all((each or 0.0) >= LEAST_TOLD for each in shares.values())
    payoff = payoff_of(question.card, question.outcome)
    return {
        "lists": len({each.list for each in held}),
        "assigned": {group: sum(each.group == group for each in held) for group in (CALL, CONTROL)},
        "nameless": len(held) - len(named),
        "unripe": ripe.unripe,
        "called_told": shares[CALL],
        "control_told": shares[CONTROL],
        "comparable": comparable,
        "lift": asdict(found),
        "money": _money(found, payoff, joined, ripe) if payoff is not None and payoff.stated else None,
        "currency": payoff.currency if payoff is not None else "",
    }


def decision_of(assigned: Assignment) -> Decision:
    """An assignment as the decision to call or to keep back, to which what came of the record is joined."""
    mark = f"{assigned.list}/{assigned.row}"
    return Decision(
        mark, assigned.model, assigned.record, CAMPAIGN, made=assigned.made, group=assigned.group,
        probabilities={assigned.outcome: assigned.probability}, worth=assigned.worth, campaign=assigned.list,
    )  # fmt: skip


def _joined(decisions: Sequence[Decision], told: Iterable[Event], after: float | None) -> list[Joined]:
    """Decisions of lists and what came of their records, by the records' ids.

    Where an outcome has a time it counts for each list that it came in time after: groups are as assigned, whatever was
    assigned meanwhile. Without one it counts for the last list before it.
    """
    events = [replace(each, decision="") for each in told]
    if after is None:
        return list(join(decisions, events))
    of_record, of_list = defaultdict(list), defaultdict[str, list[Decision]](list)
    for at, each in enumerate(events):
        of_record["" if each.kind in (CORRECTION, VOID) else each.record].append(at)  # these name an event
    for decision in decisions:
        of_list[decision.campaign].append(decision)
    joined: list[Joined] = []
    for some in of_list.values():
        places = sorted({at for name in {"", *(each.record for each in some)} for at in of_record.get(name, ())})
        joined += join(some, (events[at] for at in places))
    return joined


def _arms(joined: Sequence[Joined], ripe: RipeOutcomes) -> Mapping[str, Arms]:
    """Ripe outcomes of each list: called, bought, control, control bought."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row, came in zip(ripe.rows.tolist(), ripe.came.tolist(), strict=True):
        decision = joined[row].decision
        at = 0 if decision.group == CALL else 2
        counts[decision.campaign][at] += 1
        counts[decision.campaign][at + 1] += came
    return {name: Arms(*each) for name, each in counts.items()}


def _told(joined: Sequence[Joined], ripe: RipeOutcomes, group: str, question: Question) -> float | None:
    """Share of a group whose time is over of which something is known; None where nobody's is."""
    counted = sum(joined[row].decision.group == group for row in ripe.rows.tolist())
    after = question.after or 0.0
    over = sum(each.decision.group == group and each.decision.made + after <= question.now for each in joined)
    return counted / over if over else None


def _money(found: Lift, payoff: Payoff, joined: Sequence[Joined], ripe: RipeOutcomes) -> dict[str, Any]:
    """Money of those called who are compared: won by calling, brought in all, and forecast of the same calls.

    The forecast is the sum over the calls of p · TP + (1 - p) · FP - call; the interval is of the chance of the
    outcomes alone, each of which moves it by TP - FP.
    """
    both = {name for name, arms in _arms(joined, ripe).items() if arms.called and arms.control}
    called = [
        row
        for row in ripe.rows.tolist()
        if joined[row].decision.group == CALL and joined[row].decision.campaign in both
    ]
    p = np.array([next(iter((joined[row].decision.probabilities or {}).values())) for row in called], float)
    value, cost = value_of_buyer(payoff)
    middle = float(p.sum()) * value - len(called) * cost
    half = Z * float(np.sqrt((p * (1 - p)).sum())) * abs(value)
    made: Money = money_realised(found, value, cost, (middle, middle - half, middle + half))
    return {**asdict(made), "brought": found.bought * value - found.called * cost}
