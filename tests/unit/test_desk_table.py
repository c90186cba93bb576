"""Lists that sellers work through: who is called when, and never by two; in both databases, and from many processes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from store.db import open_store
from store.outcome_records import CALL, CONTROL, Assignment
from store.outcome_tables import assignment_claims
from store.outcomes.claims import Holder, seller_of
from store.outcomes.desk_records import CAME, LATER, MISSED, NO_ANSWER, Done, HandedOut
from tests.faults.places import database

ROOT = Path(__file__).resolve().parents[2]
LIST, OTHER = "a" * 32, "b" * 32
ANN, BOB = Holder("person ann", "1"), Holder("person bob", "2")
SOON = 1e10  # a time that has not come


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    with database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(place):
    return open_store(place).outcomes


def assigned(row: int, job: str = LIST, **more) -> Assignment:
    given = {"campaign": "c" * 32, "list": job, "row": row, "model": "loan@3f9a1c2b", "record": f"K-{row}"}
    given |= {"group": CALL, "seed": 7, "rank": row, "outcome": "Y", "probability": 0.5, "worth": 100.0 - row}
    return Assignment(**(given | more))


@pytest.fixture
def desk(store):
    store.assignments.keep(LIST, [assigned(at) for at in range(1, 6)] + [assigned(9, group=CONTROL, rank=0)])
    return store.desk


def rows(desk, lists=(LIST,), until=SOON):
    return [each.assignment.row for each in desk.to_do(lists, until, 50)]


def let_claims_run_out(desk):
    with desk._engine().begin() as connection:
        connection.execute(update(assignment_claims).values(until=assignment_claims.c.until - 3600))


def test_calls_come_by_worth_and_who_is_kept_back_never(desk):
    assert rows(desk) == [1, 2, 3, 4, 5]
    assert desk.entry(LIST, 9) is None
    assert not desk.claim(LIST, 9, ANN, 60)
    assert desk.counts([LIST], SOON) == (5, 0, 0)
    assert (rows(desk, []), desk.counts([], SOON)) == ([], (0, 0, 0))


def test_without_worth_the_more_probable_comes_first_and_after_those_with_worth(store, desk):
    rest = [assigned(at, OTHER, worth=None, probability=p) for at, p in ((1, 0.2), (2, 0.9))]
    store.assignments.keep(OTHER, [*rest, assigned(3, OTHER, worth=-5.0)])
    found = [(each.assignment.list, each.assignment.row) for each in desk.to_do([LIST, OTHER], SOON, 50)]
    assert found == [*((LIST, at) for at in range(1, 6)), (OTHER, 3), (OTHER, 2), (OTHER, 1)]


def test_call_backs_that_are_due_come_first_and_later_ones_wait(desk):
    desk.note(Done(LIST, 4, "e1", LATER, due=500.0, by="person ann"))
    desk.note(Done(LIST, 5, "e2", LATER, due=400.0, by="person ann"))
    desk.note(Done(LIST, 1, "e3", LATER, due=900.0, by="person ann"))
    assert rows(desk, until=600.0) == [5, 4, 2, 3]
    assert desk.counts([LIST], 600.0) == (4, 1, 0)
    assert rows(desk, until=900.0) == [5, 4, 1, 2, 3]


def test_who_did_not_answer_comes_again_at_the_end(desk):
    for event in ("e1", "e2"):
        desk.note(Done(LIST, 1, event, NO_ANSWER, by="person ann"))
    desk.note(Done(LIST, 3, "e3", NO_ANSWER, by="person ann"))
    assert rows(desk) == [2, 4, 5, 3, 1]
    assert [each.tries for each in desk.to_do([LIST], SOON, 50)] == [0, 0, 0, 1, 2]


def test_what_is_over_is_gone_until_it_is_taken_back(desk):
    desk.note(Done(LIST, 1, "e1", CAME, by="person ann"))
    desk.note(Done(LIST, 2, "e2", MISSED, by="person bob"))
    desk.note(Done(LIST, 2, "e2", CAME, by="person eve"))  # the same note once more
    assert rows(desk) == [3, 4, 5]
    assert desk.counts([LIST], SOON) == (3, 0, 2)
    done = desk.done([LIST], 0.0, 50)
    assert [(each.assignment.row, each.last.what, each.last.by) for each in done] == [
        (2, MISSED, "person bob"), (1, CAME, "person ann"),
    ]  # fmt: skip
    assert not desk.claim(LIST, 1, ANN, 60)
    assert desk.undo("e1")
    assert not desk.undo("e1")
    assert rows(desk) == [1, 3, 4, 5]
    assert desk.claim(LIST, 1, ANN, 60)


def test_taking_back_the_last_note_brings_back_the_one_before(desk):
    desk.note(Done(LIST, 1, "e1", NO_ANSWER, by="person ann"))
    desk.note(Done(LIST, 1, "e2", CAME, by="person ann"))
    desk.undo("e2")
    assert (desk.entry(LIST, 1).last.what, desk.entry(LIST, 1).tries) == (NO_ANSWER, 1)


def test_a_list_is_handed_out_to_some_or_to_all_and_taken_back(desk):
    desk.hand_out(HandedOut(LIST, "c" * 32, "loan@3f9a1c2b", "march.csv", ("person ann",), "person eve"))
    desk.hand_out(HandedOut(OTHER, "c" * 32, "loan@3f9a1c2b", "", (), "person eve"))
    assert {each.list for each in desk.handed_out() if each.is_for("person bob")} == {OTHER}
    assert {each.list for each in desk.handed_out() if each.is_for("person ann")} == {LIST, OTHER}
    desk.hand_out(replace(desk.handed_out(LIST)[0], sellers=("person bob",)))
    assert [each.sellers for each in desk.handed_out(LIST)] == [("person bob",)]
    assert desk.take_back(LIST)
    assert not desk.take_back(LIST)
    assert [each.list for each in desk.handed_out()] == [OTHER]


def test_one_seller_is_with_a_customer_at_a_time(desk):
    assert desk.claim(LIST, 1, ANN, 60)
    assert not desk.claim(LIST, 1, BOB, 60)
    assert not desk.claim(LIST, 1, BOB, 60, take_over=True)
    assert desk.held_by(LIST, 1) == "person ann"
    assert seller_of(desk.to_do([LIST], SOON, 1)[0].held_by) == "person ann"
    desk.give_back(LIST, 1, BOB)  # it is not his
    assert desk.held_by(LIST, 1) == "person ann"
    desk.give_back(LIST, 1, ANN)
    assert desk.held_by(LIST, 1) is None
    assert desk.claim(LIST, 1, BOB, 60)


def test_a_claim_that_ran_out_is_anybodys_and_the_first_is_told_so(desk):
    assert desk.claim(LIST, 1, ANN, 60)
    assert desk.renew(LIST, 1, ANN, 60)
    let_claims_run_out(desk)
    assert desk.held_by(LIST, 1) is None
    assert desk.renew(LIST, 1, ANN, 60)  # nobody else wanted it
    let_claims_run_out(desk)
    assert desk.claim(LIST, 1, BOB, 60)
    assert not desk.renew(LIST, 1, ANN, 60)
    desk.give_back(LIST, 1, ANN)
    assert desk.held_by(LIST, 1) == "person bob"


def test_who_slept_while_another_was_done_is_not_given_the_customer_again(desk):
    assert desk.claim(LIST, 1, ANN, 60)
    let_claims_run_out(desk)
    assert desk.claim(LIST, 1, BOB, 60)
    desk.note(Done(LIST, 1, "e1", CAME, by="person bob"))
    desk.give_back(LIST, 1, BOB)
    assert not desk.renew(LIST, 1, ANN, 60)


def test_the_same_seller_takes_the_customer_over_to_another_page(desk):
    assert desk.claim(LIST, 1, ANN, 60)
    assert not desk.claim(LIST, 1, replace(ANN, page="2"), 60)
    assert desk.claim(LIST, 1, replace(ANN, page="2"), 60, take_over=True)
    assert not desk.renew(LIST, 1, ANN, 60)
    assert not desk.claim(LIST, 1, Holder("person an", "1"), 60, take_over=True)  # another whose name begins so


def test_a_customer_on_two_lists_is_one_customer(store, desk):
    store.assignments.keep(OTHER, [assigned(7, OTHER, record="K-1"), assigned(8, OTHER, record="")])
    assert desk.claim(LIST, 1, ANN, 60)
    assert not desk.claim(OTHER, 7, BOB, 60)
    assert desk.held_by(OTHER, 7) == "person ann"
    assert desk.claim(OTHER, 8, BOB, 60)
    desk.give_back(LIST, 1, ANN)
    assert desk.claim(OTHER, 7, BOB, 60)
    assert not desk.claim(LIST, 1, ANN, 60)


SELLER = """
import sys, time
from store.db import open_store
from store.outcomes.claims import Holder
from store.outcomes.desk_records import CAME, Done
url, name = sys.argv[1:]
desk, lists = open_store(url).outcomes.desk, ["a" * 32, "b" * 32]
desk.handed_out()
print("ready", flush=True)
sys.stdin.readline()
while True:
    found = desk.to_do(lists, 1e10, 8)
    if not found:
        break
    for each in found:
        at = each.assignment.list, each.assignment.row
        if each.held_by or not desk.claim(*at, Holder(name, "1"), 60):
            continue
        began = time.time()
        time.sleep(0.002)
        desk.note(Done(*at, f"{each.assignment.list[0]}{each.assignment.row}-{name}-{began}", CAME, by=name))
        print(each.assignment.record, at[0][0], began, time.time(), flush=True)
        desk.give_back(*at, Holder(name, "1"))
"""


def test_sellers_in_processes_of_their_own_never_get_one_customer_at_once(place, store):
    """Forty customers on two lists, four sellers: each entry is called once, and nobody by two at the same time."""
    store.assignments.keep(LIST, [assigned(at) for at in range(1, 41)])
    store.assignments.keep(OTHER, [assigned(at, OTHER) for at in range(1, 41)])
    asked = [sys.executable, "-c", SELLER, place]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    sellers = [subprocess.Popen([*asked, f"person {at}"], **pipes) for at in range(4)]
    for seller in sellers:
        assert seller.stdout.readline() == "ready\n"
    for seller in sellers:
        seller.stdin.write("go\n")
        seller.stdin.flush()
    said = [seller.communicate(timeout=120)[0] for seller in sellers]
    assert [seller.returncode for seller in sellers] == [0] * 4
    calls = [line.split() for each in said for line in each.splitlines()]
    assert Counter((record, job) for record, job, *_ in calls) == {
        (f"K-{at}", job): 1 for at in range(1, 41) for job in "ab"
    }
    for record in {each[0] for each in calls}:
        (_, end), (begin, _) = sorted((float(began), float(ended)) for name, _, began, ended in calls if name == record)
        assert end <= begin, record
    assert sum(bool(each) for each in said) > 1
