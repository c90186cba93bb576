"""What is read some records at a time is what all of it together gives: random stories, on both databases."""

import csv
import io
import random
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import update

from feedback.joined import join
from feedback.outcome_import.export import outcomes_csv
from feedback.results.adoption_results import AdoptionResults
from feedback.results.calibration_results import alarm_state
from feedback.results.ripe_decisions import Question, columns_of, decisions_to_count, ripen_parts
from feedback.results.spaced_decisions import decisions_to_judge
from feedback.results.uplift_results import UpliftResults
from feedback.service import Feedback
from feedback.training.rows import outcome_rows
from ml.data.outcomes import Outcome, Outcomes
from ml.decision.crm_columns import PLAIN
from store import database_table
from store.db import open_store
from store.outcome_records import (
    CALL,
    CALL_BACK,
    CAMPAIGN,
    CONTACTED,
    CONTROL,
    CORRECTION,
    OUTCOME,
    OVERRIDE,
    VOID,
    decision_id,
)
from store.outcome_tables import assignments
from tests.faults.places import database
from tests.results import CARD, DAY, START, assigned, decided, ripe, told
from tests.stored import decisions_of, events_of
from tests.unit.test_results import paid

OUTCOMES = Outcomes((Outcome("no", "No", "no"), Outcome("yes", "Yes", "yes")), True, "yes")
KEYS = ("shop@3f9a1c2b", "shop@00000000")
RECORDS = ("", "", "A", "a", "B-1", "ä", "Z z", "ab", "zz", "Zz", "erased-1")
KINDS = (OUTCOME, OUTCOME, OUTCOME, OVERRIDE, CONTACTED, CALL_BACK, CORRECTION, VOID, CORRECTION)


@pytest.fixture(params=["sqlite", "postgresql"])
def feedback(request, tmp_path):
    with database(request.param, tmp_path) as url:
        yield Feedback(None, open_store(url), None)


def story(rng: random.Random, store, many: int):
    """Decisions, assignments and events of all kinds, stored; what is wrong with some is part of it."""
    times = [START + rng.choice([rng.randrange(90), rng.random() * 90]) * DAY for _ in range(many)]
    decisions = [
        replace(
            decided(0, rng.random(), rng.choice(KEYS)),
            id=decision_id(f"{at // 3:024x}", at % 3),
            record=rng.choice(RECORDS) if rng.random() < 0.8 else f"K-{at}",
            made=times[at // 3],
            door=rng.choice(["api", "page", CAMPAIGN]),
            probabilities=None if rng.random() < 0.05 else {"yes": (p := rng.random()), "no": 1 - p},
        )
        for at in range(many)
    ]
    lists = [
        assigned(row, rng.choice([CALL, CONTROL]), rng.random(), name * 32, record=rng.choice([*RECORDS, f"K-{row}"]))
        for name in "abc"
        for row in range(1, many // 5)
    ]
    events = []
    for _ in range(2 * many):
        about, kind = rng.choice([*decisions, *lists]), rng.choice(KINDS)
        mark = getattr(about, "id", "")
        refers = rng.choice(events).id if events and kind in (VOID, CORRECTION) else ""
        events.append(
            told(
                about, None if kind == VOID else float(rng.random() < 0.4), rng.random() * 60 * DAY, kind,
                outcome=rng.choice(["yes", "yes", "no", ""]) if kind != OUTCOME else rng.choice(["yes", "no"]),
                decision=rng.choice([mark, "", "unknown-0"] if mark else [""]), refers=refers, by=rng.choice("ab"),
                record=rng.choice([about.record, about.record, about.record, "", "B-1"]), reason=rng.choice(["x", "y"]),
            )
        )  # fmt: skip
    store.decisions.append(rng.sample(decisions, many))
    for name in "abc":
        store.assignments.keep(name * 32, [each for each in lists if each.list == name * 32])
        with store.engine().begin() as connection:
            chosen = assignments.c.list == name * 32
            connection.execute(update(assignments).where(chosen).values(made=START + ord(name) % 7 * DAY))
    store.events.append(events)


def questions():
    for silence, after, now in (("no", "30 days", 70), ("unknown", "30 days", 400), ("no", None, 400)):
        ripening = {"ripening": {"yes": {"after": after, "silence": silence}} if after else {}}
        yield Question(OUTCOMES, "yes", CARD | ripening, START + now * DAY if after is None or now == 400 else 4e9)


@pytest.mark.parametrize("seed", range(2))
def test_results_read_in_parts_are_those_of_all_together(feedback, monkeypatch, seed):
    monkeypatch.setattr(database_table, "PAGE", 7)
    rng, tables = random.Random(seed), feedback.store.outcomes
    story(rng, tables, 120)
    told_of = events_of(tables, "shop")
    every = list(join(decisions_of(tables, "shop", sealed=False), told_of))
    parts = list(feedback.came_by_record("shop"))
    assert len(parts) > 10
    for question in questions():
        for key in (*KEYS, None):
            in_parts = ripen_parts(
                [columns_of(decisions_to_judge(part, question, key), question) for part in parts], question
            )
            same(ripe(decisions_to_judge, every, question, key), in_parts)
            same(
                ripe(decisions_to_count, every, question, key),
                ripen_parts(
                    [columns_of(decisions_to_count(part, question, key), question) for part in parts], question
                ),
            )
        whole, use = AdoptionResults(question), AdoptionResults(question)
        whole.add(every)
        for part in parts:
            use.add(part)
        lists = [each for part in tables.assignments.by_record("shop") for each in part]
        whole.add_listed(lists, told_of)
        groups = UpliftResults(question)
        for part in tables.assignments.by_record("shop"):
            about = tables.events.about("shop", {each.record for each in part}, named=True)
            amendments = feedback.amendments("shop", about)
            groups.add(part, about, amendments)
            use.add_listed(part, about, amendments)
        assert rounded(groups.result()) == rounded(paid(lists, told_of, question))
        assert rounded(use.result()) == rounded(whole.result())


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("silence", ["no", "unknown"])
def test_tables_written_in_parts_are_those_of_all_together(feedback, monkeypatch, seed, silence):
    tables, card = feedback.store.outcomes, {"ripening": {"yes": {"after": "30 days", "silence": silence}}}
    story(random.Random(seed), tables, 120)
    bundle = SimpleNamespace(name="shop", outcomes=OUTCOMES, card=CARD | card)
    every = list(join(decisions_of(tables, "shop", sealed=False), events_of(tables, "shop")))
    trained = [list(outcome_rows(feedback, bundle, 4e9))]
    monkeypatch.setattr(database_table, "PAGE", 7)
    trained.append(list(outcome_rows(feedback, bundle, 4e9)))
    assert len(trained[0]) > 20
    assert {each.decision: each for each in trained[0]} == {each.decision: each for each in trained[1]}
    lines = list(csv.DictReader(io.StringIO("".join(outcomes_csv(feedback, bundle, {}, PLAIN)))))
    told = {(each["decision"], each["outcome"], each["value"]) for each in lines}
    assert told == {
        (each.decision.id, name, came and f"{came.value:.0f}")
        for each in every
        for name, came in (each.came or {"yes": ""}).items()
        if not each.counted_at
    }
    moments = dict[str, list[str]]()
    for line in lines:
        moments.setdefault(line["record"], []).append(line["made"])
    assert all(some == sorted(some) for some in moments.values())


def test_the_memory_that_tables_take_does_not_grow_with_the_decisions(tmp_path, monkeypatch):
    monkeypatch.setattr(database_table, "PAGE", 50)
    bundle = SimpleNamespace(name="shop", outcomes=OUTCOMES, card=CARD)
    peaks = []
    for many in (1_000, 5_000):
        feedback = Feedback(None, open_store(f"sqlite:///{tmp_path / str(many)}.db"), None)
        made = [replace(decided(at, 0.5), record=f"K-{at % (many // 2)}") for at in range(many)]
        feedback.store.outcomes.decisions.append(made)
        feedback.store.outcomes.events.append([told(each, 1.0, DAY) for each in made[::3]])
        list(outcomes_csv(feedback, bundle, {}, PLAIN))  # what is cached is there
        tracemalloc.start()
        assert sum(part.count("\n") for part in outcomes_csv(feedback, bundle, {}, PLAIN)) == many + 1
        assert sum(1 for _ in outcome_rows(feedback, bundle, 4e9)) > many // 4
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 100 * 4_000  # bytes; a decision that is held takes 900


def same(whole, in_parts):
    assert len(whole.columns.ids) == len(in_parts.columns.ids)
    for name in ("ids", "probability", "made", "value", "known", "happened", "noted"):
        np.testing.assert_array_equal(getattr(whole.columns, name), getattr(in_parts.columns, name), name)
    np.testing.assert_array_equal(whole.ripe.rows, in_parts.ripe.rows)
    assert alarm_state(whole, OUTCOMES, None).evidence == alarm_state(in_parts, OUTCOMES, None).evidence


def rounded(found):
    """Numbers without the noise of the order in which they were added."""
    if isinstance(found, dict):
        return {name: rounded(each) for name, each in found.items()}
    if isinstance(found, list):
        return sorted(map(repr, map(rounded, found)))
    return f"{found:.9g}" if isinstance(found, float) else found


def test_a_record_with_very_many_decisions_comes_as_one_part(feedback, monkeypatch):
    monkeypatch.setattr(database_table, "PAGE", 5)
    made = [replace(decided(at, 0.5), record=("K", "", "L")[at % 3]) for at in range(60)]
    feedback.store.outcomes.decisions.append(made)
    parts = list(feedback.came_by_record("shop", START + 50 * DAY, since=START + DAY))
    assert sum(map(len, parts)) == 49
    named = [{each.decision.record for each in part} - {""} for part in parts]
    assert sorted(record for part in named for record in part) == ["K", "L"]
