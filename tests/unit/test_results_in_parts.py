"""What is read some records at a time is what all of it together gives: random stories, on both databases."""

import random
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import update

from feedback.joined import Amendments, join
from feedback.results.paid import Groups
from feedback.results.right import judged
from feedback.results.ripe_decisions import Question, columns_of, decisions_to_count, ripen_decisions, ripen_parts
from feedback.results.spaced_decisions import decisions_to_judge, ripen_spaced_decisions
from feedback.results.used import Use
from feedback.service import Feedback
from ml.data.outcomes import Outcome, Outcomes
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
from tests.results import CARD, DAY, START, assigned, decided, told
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
    every = list(feedback.came("shop"))
    told_of = [event for _, event in tables.events.of("shop")]
    assert every == list(join(list(tables.decisions.of("shop", sealed=False)), told_of))
    parts = list(feedback.came_by_record("shop"))
    assert len(parts) > 10
    for question in questions():
        for key in (*KEYS, None):
            in_parts = ripen_parts(
                [columns_of(decisions_to_judge(part, question, key), question) for part in parts], question
            )
            same(ripen_spaced_decisions(every, question, key), in_parts)
            same(
                ripen_decisions(every, question, key),
                ripen_parts(
                    [columns_of(decisions_to_count(part, question, key), question) for part in parts], question
                ),
            )
        whole, use = Use(question), Use(question)
        whole.add(every)
        for part in parts:
            use.add(part)
        lists = list(tables.assignments.of_model("shop"))
        whole.add_listed(lists, told_of)
        groups, amendments = Groups(question), Amendments(tables.events.amendments("shop"))
        for part in tables.assignments.by_record("shop"):
            about = tables.events.about("shop", {each.record for each in part}, named=True)
            groups.add(part, about, amendments)
            use.add_listed(part, about, amendments)
        assert rounded(groups.result()) == rounded(paid(lists, told_of, question))
        assert rounded(use.result()) == rounded(whole.result())


def same(whole, in_parts):
    assert len(whole.columns.ids) == len(in_parts.columns.ids)
    for name in ("ids", "probability", "made", "value", "known", "happened", "noted"):
        np.testing.assert_array_equal(getattr(whole.columns, name), getattr(in_parts.columns, name), name)
    np.testing.assert_array_equal(whole.ripe.rows, in_parts.ripe.rows)
    assert judged(whole, OUTCOMES, None).evidence == judged(in_parts, OUTCOMES, None).evidence


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
