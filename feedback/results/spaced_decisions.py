"""Spaced decisions: those about one record whose times do not overlap, each with all that came in its time.

Records are asked about again: each night by a program, or by the next seller. Were an outcome counted at the last
decision before it, and silence about an earlier one left out, then who buys would be counted each time and who does
not buy once: of right probabilities far more would seem to come than was said. So the first decision about a record
counts, with whatever was told of the record in its time, and then the first one after that time. Which these are does
not depend on what came.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from feedback.joined import DecisionWithOutcomes, ObservedOutcome, came_of
from feedback.results.ripe_decisions import Question, decisions_to_count


def decisions_to_judge(
    joined: Sequence[DecisionWithOutcomes],
    question: Question,
    version: str | None = None,
    among: Container[str] | None = None,
) -> tuple[DecisionWithOutcomes, ...]:
    """Decisions by which probabilities are judged: spaced ones, where the card says how long an outcome may come.

    Parameters
    ----------
    joined : sequence of DecisionWithOutcomes
        All about some records, of all versions, in the order in which they were made.
    version : str, optional
        Key of the version whose decisions count; all by default.
    among : container of str, optional
        Ids of the decisions that may count, chosen without regard to what came; all by default.
    """
    if question.after is not None:
        return spaced(joined, question, question.after, version, among)
    return decisions_to_count(
        [each for each in joined if among is None or each.decision.id in among], question, version
    )


def spaced(
    joined: Sequence[DecisionWithOutcomes],
    question: Question,
    after: float,
    version: str | None = None,
    among: Container[str] | None = None,
) -> tuple[DecisionWithOutcomes, ...]:
    """Decisions with a probability of the outcome, at least `after` seconds apart for each record that has an id."""
    kept, until = [], dict[str, float]()
    for each in with_outcomes_in_time(joined, after):
        decision = each.decision
        if version not in (None, decision.model) or question.outcome not in (decision.probabilities or {}):
            continue
        if among is not None and decision.id not in among:
            continue
        if decision.made >= until.get(decision.record, decision.made):
            kept.append(each)
            if decision.record:
                until[decision.record] = decision.made + after
    return tuple(kept)


def with_outcomes_in_time(joined: Sequence[DecisionWithOutcomes], after: float | None) -> list[DecisionWithOutcomes]:
    """Decisions, each with all outcomes of its record in the `after` seconds from it on, whichever decision they name.

    Those told of it and of later decisions within these seconds count, and those told of an earlier decision where
    they happened within them: an event may name that one, or a job scored the record meanwhile. So a decision without
    an outcome is one of whose record nothing was told in all that time.
    """
    if after is None:
        return list(joined)
    of_record: dict[str, list[DecisionWithOutcomes]] = defaultdict(list)
    for each in joined:
        of_record[each.decision.record].append(each)
    times = {record: [each.decision.made for each in some] for record, some in of_record.items()}
    with_events = {record: [each for each in some if each.outcome_events] for record, some in of_record.items()}
    kept = []
    for each in joined:
        made, record = each.decision.made, each.decision.record
        places = slice(bisect_left(times[record], made), bisect_right(times[record], made + after))
        earlier = [one for one in with_events[record] if one.decision.made < made] if record else []
        kept.append(_with_all(each, earlier, of_record[record][places], made + after) if record else each)
    return kept


def _with_all(
    first: DecisionWithOutcomes,
    earlier: Sequence[DecisionWithOutcomes],
    in_time: Sequence[DecisionWithOutcomes],
    end: float,
) -> DecisionWithOutcomes:
    observed: dict[str, list[ObservedOutcome]] = defaultdict(list)
    begin = first.decision.made
    for event in (event for each in earlier for event in each.outcome_events):
        if begin <= event.happened <= end:
            observed[event.outcome].append(came_of(event))
    for each in in_time:
        for name, came in _until(each, end).items():
            observed[name].append(came)
    return replace(first, came={name: _one(each, end) for name, each in observed.items()}) if observed else first


def _until(joined: DecisionWithOutcomes, end: float) -> Mapping[str, ObservedOutcome]:
    """Last report of each outcome among events up to then, though the outcome came again; else the last."""
    if all(came.happened <= end for came in joined.came.values()):
        return joined.came
    return {**joined.came, **{each.outcome: came_of(each) for each in joined.outcome_events if each.happened <= end}}


def _one(observed: Sequence[ObservedOutcome], end: float) -> ObservedOutcome:
    """The first time that it came in time; else what became known last."""
    in_time = [each for each in observed if each.value == 1 and each.happened <= end]
    return min(in_time, key=lambda each: each.happened) if in_time else max(observed, key=lambda each: each.known)
