"""Decisions, assignments and events for tests of results: what was said, to whom, and what came."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sqlalchemy import select, update

from feedback.joined import DecisionWithOutcomes
from feedback.results.ripe_decisions import Question, RipeDecisions, columns_of, ripen_parts
from ml.training.build import build_bundle
from ml.training.trained import outcomes_of
from store.db import Store
from store.outcome_records import (
    CALL,
    CONTACTED,
    CONTROL,
    OUTCOME,
    OVERRIDE,
    Assignment,
    Decision,
    Event,
    decision_id,
)
from store.outcome_tables import assignments
from store.outcome_tables import events as stored_events
from store.outcomes.assignments import assignment_of
from store.outcomes.outcome_store import OutcomeStore
from tests.small import people, pushed, trained_of

DAY = 86_400.0
AFTER = 30 * DAY
START = 1_700_000_000.0  # seconds since 1970
CARD = {
    "payoff": {
        "currency": "EUR", "call": 4.0, "outcomes": {"yes": {"true_positive": 120.0, "false_positive": -2.0}},
    },
    "ripening": {"yes": {"after": "30 days"}},
}  # fmt: skip


def shop(models: Path, rows: int = 300, **card: Any) -> str:
    """Put a small model with a payoff and a time of its outcome into a folder; gives its key."""
    frame = people()
    truth = pd.Series(np.where(pushed(frame) > 0.5, "yes", "no"))
    prepare = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["region"]), remainder="passthrough")
    estimator = make_pipeline(prepare, LogisticRegression(max_iter=5_000)).fit(frame[:rows], truth[:rows])
    outcomes = outcomes_of(estimator, positive="yes", labels={"yes": "Will buy", "no": "Will not buy"})
    return build_bundle(
        trained_of("shop", estimator, frame, truth, 300, title="Shop", outcomes=outcomes, about=CARD | card), models
    )


def ripe(
    choose: Callable[..., Sequence[DecisionWithOutcomes]],
    joined: Iterable[DecisionWithOutcomes],
    question: Question,
    *options: Any,
) -> RipeDecisions:
    """The ripe ones of decisions that come in one part; `choose` tells those that may count."""
    return ripen_parts([columns_of(choose(list(joined), question, *options), question)], question)


def on_list(outcomes: OutcomeStore, job: str, group: str = "") -> list[Assignment]:
    """Assignments of a list by rank, those of the control group first."""
    asked = select(assignments).where(assignments.c.list == job).order_by(assignments.c.rank, assignments.c.row)
    with outcomes.engine().connect() as connection:
        kept = [assignment_of(dict(row._mapping)) for row in connection.execute(asked)]
    return [each for each in kept if group in ("", each.group)]


def decided(at: int, probability: float, key: str = "shop@3f9a1c2b", **more: Any) -> Decision:
    """A decision of a model with the outcomes yes and no, made `at` days after the start."""
    given: dict[str, Any] = {
        "model": key,
        "record": f"K-{at}",
        "made": START + at * DAY,
        "probabilities": {"yes": probability, "no": 1 - probability},
        "cut_offs": {"yes": 0.5, "no": 0.5},
    } | more
    return Decision(decision_id(f"{at:024x}", 0), **given)


def told(
    about: Decision | Assignment, value: float | None, after: float = DAY, kind: str = OUTCOME, **more: Any
) -> Event:
    """An event about the record of a decision, some seconds after it."""
    happened = about.made + after
    mark = os.urandom(12).hex()
    given: dict[str, Any] = {
        "record": about.record,
        "outcome": "yes",
        "value": value,
        "happened": happened,
        "known": happened,
    }
    return Event(mark, about.model.partition("@")[0], kind, **given | more)


def assigned(
    row: int, group: str, probability: float = 0.5, campaign: str = "a" * 32, made: float = START, **more: Any
) -> Assignment:
    """A record of a list: called or kept back."""
    given: dict[str, Any] = {
        "campaign": "c" * 32, "list": campaign, "row": row, "model": "shop@3f9a1c2b", "record": f"{campaign[:2]}-{row}",
        "group": group, "seed": 7, "rank": row if group == CALL else 0, "outcome": "yes", "probability": probability,
        "worth": 10.0, "made": made,
    }  # fmt: skip
    return Assignment(**given | more)


def two_groups(
    called: int, bought: int, control: int, control_bought: int, campaign: str = "a" * 32, made: float = START
) -> tuple[list[Assignment], list[Event]]:
    """Assignments of a list, and events of all of them: the first of each group bought."""
    every = [assigned(1 + at, CALL, 0.25, campaign, made) for at in range(called)]
    kept = [assigned(1 + called + at, CONTROL, 0.25, campaign, made) for at in range(control)]
    events = [told(each, float(at < bought)) for at, each in enumerate(every)]
    events += [told(each, float(at < control_bought)) for at, each in enumerate(kept)]
    return [*every, *kept], events


def story(store: Store, key: str, chance: float | None = None) -> None:
    """Two months of a shop that ended 40 days ago: lists with control groups, page and API, disagreements.

    With a `chance` outcomes come with it, whatever was said; without one as it was said.
    """
    rng, now = np.random.default_rng(5), time.time()
    begin, made, events, lists = now - 100 * DAY, list[Decision](), list[Event](), list[Assignment]()
    for at in range(1_200):
        said = float(rng.beta(1.5, 3.5))
        came = float(rng.random() < (said if chance is None else chance))
        when = begin + at * DAY / 20
        each = replace(decided(0, said, key), id=decision_id(f"{at:024x}", 0), record=f"K-{at}", made=when, door="api")
        made.append(each)
        events.append(told(each, came))
        if at % 12 == 0:  # people see a little more than the model
            right = rng.random() < 0.8
            value = came if right else 1 - came
            reason = ("knows a cheaper shop", "asked us first")[at % 24 == 0]
            events.append(told(each, value, 3_600.0, OVERRIDE, reason=reason))
    made += [
        replace(each, id=decision_id(f"f{at:023x}", 0), record=f"N-{at}", made=now - 5 * DAY)
        for at, each in enumerate(made[:80])
    ]
    for number in range(3):
        job = f"{number}" * 32
        for row in range(400):
            group = CONTROL if row % 4 == 0 else CALL
            chances = 0.32 if group == CALL else 0.22
            one = assigned(row + 1, group, 0.3, job, begin + 7 * number * DAY, model=key, record=f"L{number}-{row}")
            lists.append(one)
            if group == CALL and row % 10:
                events.append(told(one, 1.0, 2 * DAY, CONTACTED, outcome=""))
            events.append(told(one, float(rng.random() < chances), 9 * DAY))
    store.outcomes.decisions.append(made)
    for number in range(3):
        store.outcomes.assignments.keep(f"{number}" * 32, [each for each in lists if each.list == f"{number}" * 32])
    with store.outcomes.engine().begin() as connection:  # the table takes the time of its clock
        for number in range(3):
            of = assignments.c.list == f"{number}" * 32
            connection.execute(update(assignments).where(of).values(made=begin + 7 * number * DAY))
    store.outcomes.events.append(sorted(events, key=lambda each: each.happened))
    with store.outcomes.engine().begin() as connection:
        connection.execute(update(stored_events).values(known=stored_events.c.happened))
