"""Decisions of a model with their ripe outcomes, and with values as they stood when each was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from feedback.joined import DecisionWithOutcomes
from feedback.results.ripe_decisions import Question, columns_of, ripe_outcomes, told_of
from feedback.results.spaced_decisions import with_outcomes_in_time
from feedback.service import Feedback
from feedback.training.groups import GroupsByRecord
from ml.data.outcomes import Outcomes
from ml.decision.ripening_time import CARD as RIPENING
from ml.decision.ripening_time import ripening_of, silence_of
from ml.service import Bundle
from ml.training.again.outcome_rows import OutcomeRow, selection_of

AT_ONCE = 500  # decisions whose values are held at a time
EARLIER = 86_400.0  # seconds; a day that somebody typed begins at midnight, before the decision of its morning

Known = dict[str, tuple[bool, float]]  # by outcome, whether it came, and since when that is known


def outcome_rows(feedback: Feedback, bundle: Bundle, as_of: float, since: float = 0.0) -> Iterator[OutcomeRow]:
    """Decisions of all versions of a model with a ripe outcome at a time, grouped by record.

    Any number of decisions is read with little memory: some records at a time, within which the oldest decision is the
    first. One whose events are joined to a later one about the same record, too, is left out.

    Parameters
    ----------
    bundle : Bundle
        The version whose outcomes and ripening times count.
    as_of : float
        Seconds since 1970. Decisions made, and events that became known, later are as if they were not there.
    since : float
        Only decisions made from then on.

    Raises
    ------
    StoreUnavailable
    """

    def parts() -> Iterator[list[DecisionWithOutcomes]]:
        for joined in feedback.came_by_record(bundle.name, as_of, since=since):
            yield [each for each in joined if not each.counted_at]

    all_questions = [(each, _is_heard(parts(), each)) for each in questions(bundle.outcomes, bundle.card, as_of)]
    after = [ripening_of(bundle.card, name) for name in bundle.outcomes.names]
    longest = max((each for each in after if each is not None), default=None)
    assignments = feedback.store.outcomes.assignments
    for decisions in parts():
        known: list[Known] = [{} for _ in decisions]
        for question, is_heard in all_questions:
            _add_ripe(known, decisions, question, is_heard)
        ripe = [(each.decision, came) for each, came in zip(decisions, known, strict=True) if came]
        assigned = assignments.of_records(bundle.name, {made.record for made, _ in ripe})
        groups = GroupsByRecord(assigned, longest, as_of)
        for at in range(0, len(ripe), AT_ONCE):
            yield from _with_values(feedback, groups, [(made.id, came) for made, came in ripe[at : at + AT_ONCE]])


def _is_heard(parts: Iterable[Sequence[DecisionWithOutcomes]], question: Question) -> bool:
    """True where anybody tells of an outcome; parts are read until somebody did, and only where silence counts."""
    if silence_of(question.card, question.outcome) == "unknown":
        return False
    heard = (with_outcomes_in_time(some, question.after) for some in parts)
    return any(told_of(each.came, question.outcomes, question.outcome) for some in heard for each in some if each.came)


def questions(outcomes: Outcomes, card: Mapping[str, Any], as_of: float) -> list[Question]:
    """The outcomes that are asked about so that the truth is known no sooner than the card says.

    Of two exclusive outcomes one tells of the other: the positive one, or the one that has a time. Of more none is
    settled before the longest of their times is over.
    """
    times = {name: each for name in outcomes.names if (each := ripening_of(card, name)) is not None}
    if not outcomes.exclusive or not times:
        return [Question(outcomes, name, card, as_of) for name in outcomes.names]
    if len(outcomes.names) == 2:
        return [Question(outcomes, outcomes.positive if outcomes.positive in times else next(iter(times)), card, as_of)]
    ripening = card[RIPENING]
    longest = ripening[max(times, key=lambda name: times[name])]["after"]
    same = {name: {**ripening.get(name, {}), "after": longest} for name in outcomes.names}
    return [Question(outcomes, name, {**card, RIPENING: same}, as_of) for name in outcomes.names]


def _add_ripe(
    known: list[Known], decisions: Sequence[DecisionWithOutcomes], question: Question, is_heard: bool
) -> None:
    """Add one outcome of each decision where it is ripe, and had not come before the decision."""
    joined = with_outcomes_in_time(decisions, question.after)
    observed = [told_of(each.came, question.outcomes, question.outcome) for each in joined]
    ripe = ripe_outcomes(columns_of(joined, question), question, is_heard)
    for at, came, since in zip(ripe.rows.tolist(), ripe.came.tolist(), ripe.known_at.tolist(), strict=True):
        decision, said = decisions[at].decision, observed[at]
        # What had come when the decision was made may stand among its values
        before = said is not None and said.value == 1 and said.happened < decision.made - EARLIER
        if not before:
            known[at][question.outcome] = came, since


def _with_values(feedback: Feedback, groups: GroupsByRecord, some: Sequence[tuple[str, Known]]) -> Iterator[OutcomeRow]:
    decisions = feedback.store.outcomes.decisions.some([number for number, _ in some])
    for number, known in some:
        if number not in decisions:  # removed meanwhile
            continue
        decision = decisions[number]
        values: Any = feedback.values(decision)
        group, campaign = groups.of(decision)
        yield OutcomeRow(
            decision=decision.id,
            record=decision.record,
            campaign=campaign,
            made=decision.made,
            known=max(since for _, since in known.values()),
            group=group,
            selection=selection_of(group),
            values=values if isinstance(values, Mapping) else None,
            came={name: came for name, (came, _) in known.items()},
        )
