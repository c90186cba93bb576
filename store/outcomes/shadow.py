"""The tables of challengers in shadow: which there are, what they are to be asked, and what they said."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from store.database_table import DatabaseTable, batches, clock, now_in, upsert
from store.errors import store_errors
from store.lease import Lease
from store.outcome_tables import challengers, decisions, shadow_answers
from store.outcomes.shadow_records import ANSWERED, FAILED, WAITING, Challenger, ShadowAnswer, ShadowCounts, Waiting

ATTEMPTS = 3  # after as many claims that ended without an answer nobody asks again
LATEST, MOST_ERRORS = 1_000, 5
_OF = shadow_answers.c
SHADOW_LEASE = Lease(shadow_answers, owner=None, while_in=_OF.state == WAITING, counts_claims=True)

# One statement for many rows, whose values come by names other than those of the columns
_ANSWER = (
    update(shadow_answers)
    .where(_OF.challenger == bindparam("of"), _OF.decision == bindparam("about"), _OF.state == WAITING)
    .values({name: bindparam(f"new_{name}") for name in ("state", "probabilities", "seconds", "beside", "error")})
)


class ShadowTable(DatabaseTable):
    """The tables of challengers and of their answers."""

    # ---- challengers -------------------------------------------------------------------------------
    def challengers(self) -> dict[str, Challenger]:
        """All challengers by the name of their model."""
        return {row.model: Challenger(**row._mapping) for row in self._all(select(challengers))}

    def choose(self, challenger: Challenger) -> Challenger | None:
        """Make a version the challenger of its model; returns the previous one, whose queued questions are deleted.

        Where the version is the challenger already, its answers and counts stay.
        """
        with self._read_then_write() as connection:
            before = connection.execute(select(challengers).where(challengers.c.model == challenger.model)).first()
            if before is not None and before.version == challenger.version:
                change = {"share": challenger.share, "by": challenger.by, "why": challenger.why}
                connection.execute(update(challengers).where(challengers.c.model == challenger.model).values(change))
                return Challenger(**before._mapping)
            self._stop(connection, challenger.model)
            connection.execute(
                insert(challengers).values({**vars(challenger), "since": now_in(connection), "left_out": 0})
            )
            return Challenger(**before._mapping) if before is not None else None

    def stop(self, model: str) -> Challenger | None:
        """Stop the challenger of a model; returns it, None where there was none. Its answers stay."""
        with self._read_then_write() as connection:
            before = connection.execute(select(challengers).where(challengers.c.model == model)).first()
            self._stop(connection, model)
        return Challenger(**before._mapping) if before is not None else None

    @staticmethod
    def _stop(connection: Any, model: str) -> None:
        of_it = select(challengers.c.version).where(challengers.c.model == model)
        connection.execute(delete(shadow_answers).where(_OF.state == WAITING, _OF.challenger.in_(of_it)))
        connection.execute(delete(challengers).where(challengers.c.model == model))

    # ---- what is to be asked ------------------------------------------------------------------------
    def queue(self, of: Mapping[str, Collection[str]], most: int) -> int:
        """Queue decisions for challengers, those that were queued before excepted; returns how many are new.

        `of` has ids of decisions by the key of the challenger. At most so many of a challenger may wait; beyond these
        they are counted as left out.
        """
        new = 0
        with self._read_then_write() as connection:
            now = now_in(connection)
            for challenger, ids in of.items():
                waits = select(func.count()).where(_OF.challenger == challenger, _OF.state == WAITING)
                room = max(0, most - int(connection.scalar(waits) or 0))
                rows = [_new(challenger, each, now) for each in list(ids)[:room]]
                for some in batches(rows):
                    statement = upsert(connection, shadow_answers).values(some).on_conflict_do_nothing()
                    new += len(connection.execute(statement.returning(_OF.decision)).all())
                if len(ids) > room:
                    count = {"left_out": challengers.c.left_out + len(ids) - room}
                    connection.execute(update(challengers).where(challengers.c.version == challenger).values(count))
        return new

    def claim(self, most: int, lease: float, without: Collection[str] = ()) -> list[Waiting]:
        """Claim decisions that wait, the oldest first, for so many seconds; `without` those of some challengers."""
        askable = _OF.attempts < ATTEMPTS, _OF.challenger.not_in(without)
        with store_errors():
            claimed = SHADOW_LEASE.claim_due(self._engine(), lease, *askable, most=most)
        times = {row.id: row for row in self._by_ids(decisions.c.id, [each.decision for each in claimed])}
        pairs = [(each, times[each.decision]) for each in claimed if each.decision in times]
        return [
            Waiting(each.decision, each.challenger, row.model, json.loads(row.probabilities or "{}"), row.sealed)
            for each, row in pairs
        ]

    def give_back(self, claimed: Sequence[Waiting]) -> None:
        """Release claims that were not answered: they may be claimed again at once, and count as no attempt."""
        with self._transaction() as connection:
            for each in claimed:
                this = _OF.challenger == each.challenger, _OF.decision == each.decision
                SHADOW_LEASE.give_back(connection, None, *this, pause=0.0, attempts=_OF.attempts - 1)

    # ---- what they said -----------------------------------------------------------------------------
    def answer(self, answers: Sequence[ShadowAnswer]) -> None:
        """Store answers; those of a challenger that was stopped meanwhile are dropped."""
        if answers:
            with self._transaction() as connection:
                connection.execute(_ANSWER, [_answer_row(each) for each in answers])

    def answers(self, challenger: str) -> dict[str, dict[str, float]]:
        """Probabilities that a challenger gave, by outcome, by the id of the decision."""
        query = select(_OF.decision, _OF.probabilities).where(_OF.challenger == challenger, _OF.state == ANSWERED)
        return {row.decision: json.loads(row.probabilities) for row in self._all(query)}

    def counts(self, challenger: str) -> ShadowCounts:
        """Count a challenger's answers and failures, with its times."""
        of_it = _OF.challenger == challenger
        with self._connection() as connection:
            states = select(_OF.state, func.count().label("n")).where(of_it).group_by(_OF.state)
            by_state = {row.state: int(row.n) for row in connection.execute(states)}
            errors = select(_OF.error, func.count().label("n")).where(of_it, _OF.state == FAILED).group_by(_OF.error)
            named = connection.execute(errors.order_by(func.count().desc(), _OF.error).limit(MOST_ERRORS)).all()
            latest = select(_OF.seconds, _OF.beside).where(of_it, _OF.state == ANSWERED)
            times = connection.execute(latest.order_by(_OF.due.desc()).limit(LATEST)).all()
        return ShadowCounts(
            by_state.get(ANSWERED, 0), by_state.get(FAILED, 0), by_state.get(WAITING, 0),
            {row.error: int(row.n) for row in named},
            _quantiles([row.seconds for row in times]), _quantiles([row.beside for row in times]),
        )  # fmt: skip

    def expire(self, seconds: float) -> int:
        """Fail questions that have waited for so many seconds, and delete answers about decisions that were deleted."""
        with self._read_then_write() as connection:
            late = and_(_OF.state == WAITING, _OF.due < clock(connection) - seconds)
            given_up = {"state": FAILED, "error": "It was never asked."}
            changed = connection.execute(update(shadow_answers).where(late).values(given_up)).rowcount
            kept = select(decisions.c.id).where(decisions.c.id == _OF.decision).exists()
            return changed + connection.execute(delete(shadow_answers).where(~kept)).rowcount


def _answer_row(answer: ShadowAnswer) -> dict[str, Any]:
    probabilities = None if answer.probabilities is None else json.dumps(dict(answer.probabilities))
    return {
        "of": answer.challenger, "about": answer.decision, "new_state": FAILED if probabilities is None else ANSWERED,
        "new_probabilities": probabilities, "new_seconds": answer.seconds, "new_beside": answer.beside,
        "new_error": answer.error[:200],
    }  # fmt: skip


def _new(challenger: str, decision: str, now: float) -> dict[str, Any]:
    return {
        "challenger": challenger, "decision": decision, "state": WAITING, "attempts": 0, "due": now, "error": "",
    }  # fmt: skip


def _quantiles(values: Sequence[float | None]) -> tuple[float, float] | None:
    """Median and 95 % quantile; None without values."""
    known = sorted(each for each in values if each is not None)
    if not known:
        return None
    return known[(len(known) - 1) // 2], known[int(0.95 * (len(known) - 1))]
