"""Decisions, events and assignments are kept once, read in order, and can be emptied of a person; both databases."""

import threading
import time

import pytest
from sqlalchemy import select, update

from store.database_table import DatabaseTable
from store.db import open_store
from store.outcome_records import CALL, CONTROL, OUTCOME, Assignment, Decision, Event, decision_id, new_answer_id
from store.outcome_tables import decisions
from tests.faults.places import database
from tests.results import on_list
from tests.stored import decisions_of, events_of


@pytest.fixture(params=["sqlite", "postgresql"])
def tables(request, tmp_path):
    with database(request.param, tmp_path) as url:
        yield open_store(url).outcomes


def decision(at: int, record: str = "", **more) -> Decision:
    given = {"model": "loan@3f9a1c2b", "record": record, "made": 100.0 + at, "probabilities": {"Y": 0.25, "N": 0.75}}
    return Decision(f"{'a' * 24}-{at}", **(given | more))


def event(mark: str, **more) -> Event:
    return Event(**({"id": mark, "model": "loan", "kind": OUTCOME, "by": "key crm (1)"} | more))


def test_a_decision_is_read_as_it_was_stored(tables):
    made = decision(0, "K-17", cut_offs={"Y": 0.4}, worth=12.5, shown=101.0, group=CALL, campaign="c" * 32, sealed="x")
    tables.decisions.append([made])
    assert tables.decisions.get(made.id) == made
    assert tables.decisions.get("b-0") is None


def test_a_decision_that_is_stored_twice_is_there_once_and_as_it_was_first(tables):
    tables.decisions.append([decision(0), decision(1)])
    tables.decisions.append([decision(1, worth=99.0), decision(2)])
    assert tables.decisions.get(decision(1).id).worth is None
    assert tables.decisions.count("loan") == 3


def test_decisions_come_in_the_order_of_time_also_where_many_were_made_at_once(tables):
    made = [decision(at, made=float(at // 3_000)) for at in range(4_500)]
    tables.decisions.append(made[::-1])

    def stored(model, **times):
        return [each for part in tables.decisions.by_record(model, **times) for each in part]

    in_order = sorted(made, key=lambda each: (each.made, each.id))
    assert [each.id for each in stored("loan")] == [each.id for each in in_order]
    assert {each.made for each in stored("loan", since=1.0)} == {1.0}
    assert {each.made for each in stored("loan", until=1.0)} == {0.0}
    assert stored("loans") == []


def test_events_get_the_time_at_which_they_became_known_and_come_in_that_order(tables):
    first, second = tables.events.append([event("1", happened=50.0), event("2")])
    assert first.known == second.known == second.happened > 1e9
    assert first.happened == 50.0
    (third,) = tables.events.append([event("3", model="iris")])
    assert events_of(tables, "loan") == [first, second]
    assert tables.events.last("loan") < tables.events.last("iris")
    assert tables.events.get("3") == third


def test_an_idempotency_key_counts_once_for_each_caller(tables):
    (first,) = tables.events.append([event("1", key="k", value=1.0)])
    assert tables.events.append([event("2", key="k", value=0.0)]) == [first]
    (other,) = tables.events.append([event("3", key="k", by="person 2")])
    assert other.id == "3"
    twice = tables.events.append([event("4", key="n"), event("5", key="n")])
    assert [each.id for each in twice] == ["4", "4"]
    assert len(events_of(tables, "loan")) == 3


def test_of_many_who_send_one_key_at_once_one_is_stored(tables):
    gate, got = threading.Barrier(6), []

    def send(mark: str) -> None:
        gate.wait()
        got.extend(tables.events.append([event(mark, key="one")]))

    senders = [threading.Thread(target=send, args=(f"{at}",)) for at in range(6)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    assert len({each.id for each in got}) == 1
    assert len(got) == 6
    assert len(events_of(tables, "loan")) == 1


def test_erasure_empties_a_person_and_keeps_the_counts(tables):
    tables.decisions.append([decision(0, "K", sealed="secret"), decision(1, "L", sealed="other")])
    tables.events.append([event("1", record="K", note="n", value=1.0), event("2", record="L", note="m")])
    tables.assignments.keep("l", [Assignment("c", "l", 1, "loan@3f9a1c2b", "K", CALL, 7, 1, "Y", 0.5, 3.0)])
    tables.events.append([event("3", decision=decision(0).id, reason="said so", key="order 5")])
    assert tables.erasure.count("loan", "K") == 4
    assert tables.erasure.count("iris", "K") == tables.erasure.count("loan", "M") == 0
    tables.erasure.erase("loan", "K")
    assert tables.erasure.count("loan", "K") == 0
    erased, kept = tables.decisions.get(decision(0).id), tables.decisions.get(decision(1).id)
    assert (erased.sealed, erased.probabilities) == (None, {"Y": 0.25, "N": 0.75})
    assert erased.record.startswith("erased-")
    assert (kept.sealed, kept.record) == ("other", "L")
    told, by_decision = tables.events.get("1"), tables.events.get("3")
    assert (told.note, told.record, told.value) == ("", erased.record, 1.0)  # they stay joined
    assert (by_decision.reason, by_decision.key, by_decision.decision) == ("", None, decision(0).id)
    assert [each.record for each in on_list(tables, "l")] == [erased.record]
    assert tables.events.get("2").note == "m"


def test_assignments_are_stored_in_place_of_those_of_an_earlier_attempt(tables):
    def made(row: int, group: str = CALL, rank: int = 0) -> Assignment:
        return Assignment("c", "l", row, "loan@3f9a1c2b", f"K{row}", group, 7, rank, "Y", 0.5, 3.0)

    tables.assignments.keep("l", [made(1, rank=1), made(2, rank=2), made(3, CONTROL)])
    tables.assignments.keep("l", [made(9, rank=2), made(8, rank=1), made(7, CONTROL)])
    assert [each.row for each in on_list(tables, "l")] == [7, 8, 9]
    assert [each.row for each in on_list(tables, "l", CALL)] == [8, 9]
    assert all(each.made > 1e9 for each in on_list(tables, "l"))
    assert tables.assignments.forget_list("l") == 3


class ReadsFirst(DatabaseTable):
    """A table whose transactions read before they write, as some have to."""

    def count_up(self) -> None:
        with self._read_then_write() as connection:
            found = connection.execute(select(decisions.c.worth)).scalar()
            time.sleep(0.01)
            connection.execute(update(decisions).values(worth=found + 1))


def test_transactions_that_read_before_they_write_wait_for_each_other(tables):
    if "sqlite" not in str(tables.engine().url):
        pytest.skip("PostgreSQL locks rows, not databases")
    tables.decisions.append([decision(0, worth=0.0)])
    table = ReadsFirst(tables.engine)
    threads = [threading.Thread(target=table.count_up) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert tables.decisions.get(decision(0).id).worth == 8


def test_what_is_old_is_removed_and_assignments_stay(tables):
    now = time.time()
    tables.decisions.append([decision(0, made=now - 100), decision(1, made=now)])
    tables.events.append([event("1", decision=decision(0).id)])
    tables.assignments.keep("l", [Assignment("c", "l", 1, "loan@3f9a1c2b", "K", CALL, 7, 1, "Y", 0.5, 3.0)])
    assert tables.erasure.expire(50) == 1
    assert [each.id for each in decisions_of(tables, "loan")] == [decision(1).id]
    assert tables.events.get("1") is not None  # it became known a moment ago
    tables.erasure.expire(-1)
    assert tables.events.get("1") is None
    assert len(on_list(tables, "l")) == 1


def test_ids_of_answers_are_in_order_and_differ():
    made = [new_answer_id() for _ in range(50)]
    assert len(set(made)) == 50
    assert [each[:12] for each in made] == sorted(each[:12] for each in made)
    assert decision_id(made[0], 3) == f"{made[0]}-3"
