"""Has it paid: those who were called against those who were kept back, and money beside what was forecast."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from feedback.joined import Amendments, DecisionWithOutcomes, join
from feedback.results.ripe_decisions import DecisionColumns, Question, columns_of, ripe_outcomes, together
from ml.data.array_types import Booleans
from ml.decision.payoff import Payoff, payoff_of
from ml.monitoring.lift import Arms, CampaignLift, lift, money_realised, value_of_buyer
from ml.monitoring.ripening import RipeOutcomes
from store.outcome_records import CALL, CAMPAIGN, CONTROL, Assignment, Decision, Event

LEAST_TOLD = 0.9  # share of a group whose outcomes have to be known: those that nobody tells are not missing at random
Z = 1.959963984540054


class UpliftResults:
    """Compares the groups of all lists about an outcome."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._lists, self._counts, self._nameless = set[str](), Counter[str](), 0
        self._parts, self._groups, self._of = list[DecisionColumns](), list[list[str]](), list[list[str]]()

    def add(
        self, assigned: Iterable[Assignment], reported: Iterable[Event], amendments: Amendments | None = None
    ) -> None:
        """Add assignments of the model, of any list: all of some records, and all events about these.

        Events are in the order in which they became known; without `amendments`, corrections and voids are those among
        them.
        """
        held = [each for each in assigned if each.outcome == self._question.outcome]
        self._lists.update(each.list for each in held)
        self._counts.update(each.group for each in held)
        named = sorted((each for each in held if each.record), key=lambda each: each.made)
        self._nameless += len(held) - len(named)
        events, every = [replace(each, decision="") for each in reported], map(decision_of, named)
        joined = _joined(list(every), events, amendments or Amendments(events), self._question.after)
        self._parts.append(columns_of(joined, self._question))
        self._groups.append([each.decision.group for each in joined])
        self._of.append([each.decision.campaign for each in joined])

    def result(self) -> dict[str, Any]:
        """The comparison as plain JSON: fields of CampaignLift and Money, and what is missing.

        Returns
        -------
        dict
            ``lists``, ``assigned`` (called and kept back), ``nameless`` (of these without an id, of whom nothing can be
            known), ``unripe``, ``called_told`` and ``control_told`` (shares of the groups whose time is over of which
            something is known), ``comparable``, ``lift``, ``money`` and ``currency``.
        """
        question, every = self._question, together(self._parts)
        called = np.array([group == CALL for part in self._groups for group in part], bool)
        lists = np.array([name for part in self._of for name in part], "S")
        ripe = ripe_outcomes(every, question)
        arms = _arms(called, lists, ripe)
        lift_of_lists = lift(list(arms.values()))
        shares = [_share_told(every, group, ripe, question) for group in (called, ~called)]
        payoff = payoff_of(question.card, question.outcome)
        compared = ripe.rows[called[ripe.rows]]
        both = [name for name, each in arms.items() if each.called and each.control]
        p = every.probability[compared[np.isin(lists[compared], both)]]
        return {
            "lists": len(self._lists),
            "assigned": {group: self._counts[group] for group in (CALL, CONTROL)},
            "nameless": self._nameless,
            "unripe": ripe.unripe,
            "called_told": shares[0],
            "control_told": shares[1],
            "comparable": lift_of_lists.difference is not None and all((each or 0.0) >= LEAST_TOLD for each in shares),
            "lift": asdict(lift_of_lists),
            "money": _money(lift_of_lists, payoff, p) if payoff is not None and payoff.stated else None,
            "currency": payoff.currency if payoff is not None else "",
        }


def decision_of(assigned: Assignment) -> Decision:
    """An assignment as the decision to call or to keep back, to which what came of the record is joined."""
    mark = f"{assigned.list}/{assigned.row}"
    return Decision(
        mark, assigned.model, assigned.record, CAMPAIGN, made=assigned.made, group=assigned.group,
        probabilities={assigned.outcome: assigned.probability}, worth=assigned.worth, campaign=assigned.list,
    )  # fmt: skip


def _joined(
    decisions: Sequence[Decision], events: Sequence[Event], amendments: Amendments, after: float | None
) -> list[DecisionWithOutcomes]:  # fmt: skip
    """Decisions of lists and what came of their records, by the records' ids.

    Where an outcome has a time it counts for each list that it came in time after: groups are as assigned, whatever was
    assigned meanwhile. Without one it counts for the last list before it.
    """
    if after is None:
        return list(join(decisions, events, amendments))
    of_record, of_list = defaultdict[str, list[int]](list), defaultdict[str, list[Decision]](list)
    for at, each in enumerate(events):
        of_record[each.record].append(at)
    for decision in decisions:
        of_list[decision.campaign].append(decision)
    joined: list[DecisionWithOutcomes] = []
    for some in of_list.values():
        places = sorted({at for name in {each.record for each in some} for at in of_record.get(name, ())})
        joined += join(some, (events[at] for at in places), amendments)
    return joined


def _arms(called: Booleans, lists: np.ndarray, ripe: RipeOutcomes) -> dict[bytes, Arms]:
    """Counts of ripe outcomes by list: called, called who bought, control, control who bought."""
    names, of = np.unique(lists[ripe.rows], return_inverse=True)
    first = called[ripe.rows]
    masks = first, first & ripe.came, ~first, ~first & ripe.came
    counts = [np.bincount(of[mask], minlength=len(names)).tolist() for mask in masks]
    return {name: Arms(*each) for name, each in zip(names, zip(*counts, strict=True), strict=True)}


def _share_told(every: DecisionColumns, group: Booleans, ripe: RipeOutcomes, question: Question) -> float | None:
    """Share of a group's ripe records whose outcome is known; None where none is ripe."""
    over = int((group & (every.made + (question.after or 0.0) <= question.now)).sum())
    return int(group[ripe.rows].sum()) / over if over else None


def _money(lift: CampaignLift, payoff: Payoff, p: np.ndarray) -> dict[str, Any]:
    """Money of the calls that are compared: won by calling, brought in all, and forecast.

    The forecast is the sum over the calls of p · TP + (1 - p) · FP - call; the interval is of the chance of the
    outcomes alone, each of which moves it by TP - FP.
    """
    value, cost = value_of_buyer(payoff)
    middle = float(p.sum()) * value - len(p) * cost
    half = Z * float(np.sqrt((p * (1 - p)).sum())) * abs(value)
    return asdict(money_realised(lift, value, cost, (middle, middle - half, middle + half)))
