"""A simulated year at the product: lists, calls and purchases go through its own store and feedback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from feedback.sealing import Sealer, new_key
from feedback.service import Feedback
from feedback.shadow.queueing import ShadowQueue
from ml.add import add_model
from ml.data.columns import block_of_frame
from ml.service import Service, open_service
from store.db import open_store
from store.outcome_records import (
    CALL,
    CONTACTED,
    CONTROL,
    CORRECTION,
    OUTCOME,
    PAGE,
    VOID,
    Assignment,
    Decision,
    Event,
    decision_id,
    new_event_id,
)
from tests.simulations.year.world import (
    BEGIN,
    COST,
    DAY,
    MONTH,
    RIPE,
    VALUE,
    Campaign,
    campaign,
    customers,
    history,
)

MODEL, OUTCOME_NAME = "bank", "yes"
LENGTH, SHARE = 500, 0.2  # records of a month's list, and share of the control group
MISTAKEN, TAKEN_BACK = 0.02, 0.01  # of the calls: noted as bought and corrected, noted and taken back


def add_live_model(models: Path, rows: int = 60_000) -> str:
    """The model that is live at the beginning of the year: right about the world before the change."""
    rng = np.random.default_rng((2024, 0))
    (people, bought), (held, truth) = history(rng, rows), history(rng, 2_000)
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), ["age", "balance", "earlier_contact"]), ("job", OneHotEncoder(), ["job"])]
    )
    estimator = make_pipeline(columns, LogisticRegression(C=100.0)).fit(people, bought)
    told = {
        "outcomes": {OUTCOME_NAME: {"label": "Buys", "after": f"{RIPE} days", "silence": "no"}},
        "payoff": {"currency": "EUR", "call": COST, "outcomes": {OUTCOME_NAME: {"true_positive": VALUE}}},
    }
    return add_model(
        MODEL, estimator, people, held, truth, y_train=bought, positive=OUTCOME_NAME, describe=told, models=models
    )


@dataclass
class Bank:
    """The product of one simulated year.

    Attributes
    ----------
    feedback : Feedback
        On a SQLite database of its own.
    now : float
        The clock of the database, seconds since 1970.
    campaigns : list of Campaign
        Of the months so far, with the truth that only the simulation knows.
    """

    feedback: Feedback
    rng: np.random.Generator
    now: float = BEGIN
    length: int = LENGTH
    campaigns: list[Campaign] = field(default_factory=list)
    shadow: ShadowQueue = field(init=False)

    def __post_init__(self) -> None:
        self.shadow = ShadowQueue(lambda: self.feedback.store.outcomes.shadow, lambda: self.now)

    @property
    def service(self) -> Service:
        return self.feedback.service

    def chances(self, people: object, key: str = MODEL) -> np.ndarray:
        """What a version says of buying, shape (n,)."""
        bundle = self.service.model(key)
        answer = bundle.predictor.block(block_of_frame(bundle.schema, people))
        assert answer.probabilities is not None
        return answer.probabilities[:, bundle.outcomes.index(OUTCOME_NAME)]

    def month(self, month: int) -> Campaign:
        """A month goes by: a list is made, sellers call, customers buy, and all of it becomes known day by day."""
        pool = customers(self.rng, 2 * self.length)
        chosen = np.argsort(-self.chances(pool), kind="stable")[: self.length]
        people = pool.iloc[chosen].reset_index(drop=True)
        made = campaign(self.rng, month, people, self.chances(people), SHARE)
        self.now = made.made
        self.assign(made)
        decisions = self.decisions(made)
        told = by_day(made, list(events(self.rng, made, decisions)))
        self.feedback.store.outcomes.decisions.append(list(decisions.values()))
        self.shadow.observe([(each, None) for each in decisions.values()])
        for day, some in told:
            self.now = day
            self.feedback.note_all(some)
        self.now = made.made + MONTH
        self.campaigns.append(made)
        return made

    def assign(self, made: Campaign) -> None:
        """Store who is called and who is kept back, as the list's job does."""
        key, job = self.service.model(MODEL).key, job_of(made.month)
        rows = zip(made.ids, made.said.tolist(), made.control.tolist(), strict=True)
        assigned = [
            Assignment(
                campaign=job,
                list=job,
                row=at,
                model=key,
                record=record,
                group=CONTROL if control else CALL,
                seed=1,
                rank=0 if control else at,
                outcome=OUTCOME_NAME,
                probability=said,
                worth=said * VALUE - COST,
            )
            for at, (record, said, control) in enumerate(rows, start=1)
        ]
        self.feedback.store.outcomes.assignments.keep(job, assigned)

    def decisions(self, made: Campaign) -> dict[str, Decision]:
        """What sellers see when they call, by record."""
        key, job, sealer = self.service.model(MODEL).key, job_of(made.month), self.feedback.sealer
        values, found = made.people.to_dict("records"), {}
        for at in np.flatnonzero(made.dialled).tolist():
            mark, said = decision_id(f"{job[-8:]:0>24}", at), float(made.said[at])
            found[made.ids[at]] = Decision(
                id=mark,
                model=key,
                record=made.ids[at],
                door=PAGE,
                who=f"person {made.seller[at]}",
                made=float(made.called_at[at]),
                shown=float(made.called_at[at]),
                probabilities={"no": 1 - said, OUTCOME_NAME: said},
                cut_offs={OUTCOME_NAME: COST / VALUE},
                worth=said * VALUE - COST,
                group=CALL,
                campaign=job,
                sealed=sealer.seal(values[at], mark) if sealer else None,
            )
        return found


def job_of(month: int) -> str:
    """Id of the job of a month's list."""
    return f"{month:032x}"


def events(rng: np.random.Generator, made: Campaign, decisions: dict[str, Decision]) -> Iterator[tuple[float, Event]]:
    """What is told of a month's list: when it becomes known, and the event, in no order.

    Purchases are told by the till within two days, by the customer's id, of the control group too. Sellers note whom
    they reached; a few purchases are noted of the wrong customer, and corrected or taken back some days later.
    """
    for at, record in enumerate(made.ids):
        if record in decisions:
            yield from _of_a_call(rng, made, at, decisions[record])
        if made.bought[at]:
            when = float(made.bought_at[at])
            yield when + rng.uniform(0, 2) * DAY, _event(OUTCOME, 1.0, when, record=record)


def _of_a_call(rng: np.random.Generator, made: Campaign, at: int, call: Decision) -> Iterator[tuple[float, Event]]:
    about = {"decision": call.id, "record": call.record, "campaign": call.campaign}
    yield call.made, _event(CONTACTED, float(rng.random() < 0.8), call.made, **about)
    luck = rng.random()
    if luck < MISTAKEN + TAKEN_BACK and not made.bought[at]:
        wrong = _event(OUTCOME, 1.0, call.made, **about)
        later = call.made + 3 * DAY
        yield call.made, wrong
        kind, value = (CORRECTION, 0.0) if luck < MISTAKEN else (VOID, None)
        yield later, _event(kind, value, later, refers=wrong.id, **about)


def _event(kind: str, value: float | None, happened: float, **about: Any) -> Event:
    told: dict[str, Any] = {
        "kind": kind,
        "value": value,
        "happened": happened,
        "outcome": OUTCOME_NAME if kind == OUTCOME else "",
    }
    told |= about
    return Event(new_event_id(), MODEL, **told)


def by_day(made: Campaign, told: list[tuple[float, Event]]) -> Iterator[tuple[float, list[Event]]]:
    """Events by the day at whose end they become known, in the order of time."""
    days: dict[int, list[tuple[float, Event]]] = {}
    for known, event in told:
        days.setdefault(int((known - made.made) // DAY), []).append((known, event))
    for day in sorted(days):
        yield made.made + (day + 1) * DAY, [event for _, event in sorted(days[day], key=lambda pair: pair[0])]


@contextmanager
def bank(models: Path, folder: Path, seed: int, length: int = LENGTH) -> Iterator[Bank]:
    """The product at the beginning of a year; its database's clock is that of the simulation."""
    store = open_store(f"sqlite:///{folder}/year-{seed}.db")
    key = new_key()
    made = Bank(
        Feedback(open_service(models), store, Sealer(lambda: key)), np.random.default_rng((2025, seed)), length=length
    )
    with ExitStack() as held:
        for table in ("events", "assignments", "episodes", "shadow"):
            held.enter_context(patch(f"store.outcomes.{table}.now_in", lambda _: made.now))
        yield made
