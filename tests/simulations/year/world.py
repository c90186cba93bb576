"""The world of a bank's year of calls: customers, the chance that they buy with a call and without, and its change.

A customer buys within a month by a logistic law of age, balance and earlier contact. A call raises the chance. In the
seventh month the world changes: fewer buy, and those with a high balance no longer more than others, but a little less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

DAY, MONTH = 86_400.0, 30 * 86_400.0
BEGIN = 1_735_689_600.0  # 2025-01-01, UTC
MONTHS, CHANGE = 12, 6  # the first month of the changed world, from 0
JOBS = {"employed": 0.0, "retired": 0.4, "student": -0.5}
VALUE, COST = 120.0, 6.0  # money of one more buyer, and of a call
DIALLED = 0.93  # share of those to be called for whom a seller finds the time
RIPE = 30  # days in which somebody may still buy


@dataclass(frozen=True)
class World:
    """Law of who buys.

    Attributes
    ----------
    base, age, balance, contact : float
        Intercept, and coefficients of the standardised age and balance, and of an earlier contact, with a call.
    call : float
        What the call adds to the log-odds.
    """

    base: float = -1.6
    age: float = 0.5
    balance: float = 0.8
    contact: float = 0.7
    call: float = 0.7

    def chances(self, customers: pd.DataFrame, called: bool) -> np.ndarray:
        """Chance of buying within a month, shape (n,)."""
        linear = (
            self.base
            + self.age * (customers["age"].to_numpy() - 45) / 12
            + self.balance * (customers["balance"].to_numpy() - 20) / 8
            + self.contact * customers["earlier_contact"].to_numpy()
            + customers["job"].map(JOBS).to_numpy(dtype=float)
            - (0.0 if called else self.call)
        )
        chance: np.ndarray = 1 / (1 + np.exp(-linear))
        return chance


BEFORE = World()
AFTER = World(base=-2.0, balance=-0.3)


def world_of(month: int) -> World:
    """The law of a month, from 0."""
    return BEFORE if month < CHANGE else AFTER


def customers(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Customers as they stand when a list is made: age, balance in thousands, earlier contact, job."""
    return pd.DataFrame(
        {
            "age": np.clip(rng.normal(45, 12, rows), 18, 90).round(),
            "balance": np.clip(rng.normal(20, 8, rows), 0, None).round(1),
            "earlier_contact": rng.integers(0, 2, rows),
            "job": rng.choice(list(JOBS), rows, p=[0.7, 0.2, 0.1]),
        }
    )


@dataclass(frozen=True)
class Campaign:
    """One month's list.

    Attributes
    ----------
    month : int
        From 0.
    made : float
        When the list was made, seconds since 1970.
    people : DataFrame, shape (n, 4)
    ids : list of str, length n
    said : ndarray of float, shape (n,)
        What the live model says of buying with a call.
    control : ndarray of bool, shape (n,)
        Kept back by chance.
    dialled : ndarray of bool, shape (n,)
        Really called, of those who were to be.
    bought : ndarray of bool, shape (n,)
        Whether they buy within a month, by whether they are called.
    called_at, bought_at : ndarray of float, shape (n,)
        Seconds since 1970; meaningless for those who are not called, or do not buy.
    seller : ndarray of int, shape (n,)
    effect : ndarray of float, shape (n,)
        True gain: chance with a call less chance without, of those who are called, and 0 of the others.
    """

    month: int
    made: float
    people: pd.DataFrame
    ids: list[str]
    said: np.ndarray
    control: np.ndarray
    dialled: np.ndarray
    bought: np.ndarray
    called_at: np.ndarray
    bought_at: np.ndarray
    seller: np.ndarray
    effect: np.ndarray

    @property
    def true_effect(self) -> float:
        """Mean gain over those who were to be called."""
        return float(self.effect[~self.control].mean())


def campaign(rng: np.random.Generator, month: int, people: pd.DataFrame, said: np.ndarray, share: float) -> Campaign:
    """Calls and purchases of one month's list, of which a share is kept back.

    Parameters
    ----------
    people : DataFrame, shape (n, 4)
        On the list.
    said : ndarray of float, shape (n,)
    share : float
        Share of the control group.
    """
    rows, world = len(people), world_of(month)
    made = BEGIN + month * MONTH
    control = rng.random(rows) < share
    dialled = ~control & (rng.random(rows) < DIALLED)
    with_call, without = world.chances(people, True), world.chances(people, False)
    called_at = made + rng.uniform(0.3, 9.0, rows) * DAY
    return Campaign(
        month=month,
        made=made,
        people=people,
        ids=[f"C{month:02}{at:05}" for at in range(rows)],
        said=said,
        control=control,
        dialled=dialled,
        bought=rng.random(rows) < np.where(dialled, with_call, without),
        called_at=called_at,
        bought_at=called_at + rng.exponential(4.0, rows).clip(0.01, 20.0) * DAY,
        seller=rng.integers(0, 4, rows),
        effect=np.where(dialled, with_call - without, 0.0),
    )


def history(rng: np.random.Generator, rows: int) -> tuple[pd.DataFrame, pd.Series]:
    """Calls of the years before, from which the live model learned: customers, and whether they bought."""
    people = customers(rng, rows)
    bought = rng.random(rows) < BEFORE.chances(people, True)
    return people, pd.Series(np.where(bought, "yes", "no"), name="bought")
