"""False alarms and delay of the calibration alarm, with known truth and on a bank's calls in their real order.

``python -m tests.simulations.alarm [repeats]`` prints the tables of docs/decisions/0060-one-alarm.md; those of the bank
where ``../shared/data/bank-marketing.csv`` is there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ml.monitoring.calibration_alarm import ALARM, AlarmEvidence, gather_evidence
from ml.monitoring.shift_growth import growth_of

SHAPES = {"50 %": (2.0, 2.0), "25 %": (1.0, 3.0), "11 %": (0.8, 6.4), "5 %": (0.7, 13.3), "2 %": (0.3, 14.7)}
BANK = Path(__file__).resolve().parents[3] / "shared" / "data" / "bank-marketing.csv"
EVERY, BEYOND = 50, 1.959964  # outcomes between two looks of a z-test, and where it fires


def drawn(
    rng: np.random.Generator, rows: int, rate: str = "25 %", shift: float = 0.0, since: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and outcomes whose logit is off by `shift` from a row on."""
    said = rng.beta(*SHAPES[rate], rows)
    true = np.where(np.arange(rows) >= since, expit(logit(said) + shift), said)
    return said, rng.random(rows) < true


def after(said: np.ndarray, came: np.ndarray, alarm: float = ALARM) -> AlarmEvidence:
    """The evidence where one outcome becomes known at each point of time, from 1 on, and was said then."""
    number = np.arange(1.0, len(said) + 1)
    return gather_evidence(said, came, number, number, alarm)[0]


def z_test_fires(said: np.ndarray, came: np.ndarray) -> bool:
    """Whether a z-test of the mean (Spiegelhalter 1986), looked at after every 50 outcomes, ever says 5 %."""
    looks = np.arange(EVERY, len(said) + 1, EVERY) - 1
    apart, variance = np.cumsum(came - said)[looks], np.cumsum(said * (1 - said))[looks]
    return bool((np.abs(apart) > BEYOND * np.sqrt(variance)).any())


def false_alarms(rate: str, rows: int, repeats: int, seed: int = 0) -> tuple[float, float]:
    """Share of worlds with right probabilities in which the alarm goes off, and in which the z-test does."""
    rng = np.random.default_rng((seed, rows))
    found = []
    for _ in range(repeats):
        said, came = drawn(rng, rows, rate)
        found.append((after(said, came).alarmed_at is not None, z_test_fires(said, came)))
    ours, theirs = np.mean(found, axis=0)
    return float(ours), float(theirs)


def delays(
    rate: str, shift: float, since: int, repeats: int, rows: int = 8_000, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes from the change to the alarm (infinity for none, below 0 for a false one), and error of its date."""
    rng = np.random.default_rng((seed, since))
    waited, missed = [], []
    for _ in range(repeats):
        found = after(*drawn(rng, since + rows, rate, shift, since))
        waited.append(np.inf if found.alarmed_at is None else found.alarmed_at - since)
        missed.append(np.nan if found.alarmed_at is None or found.change is None else found.change.before - since)
    return np.array(waited), np.array(missed)


def found_by_wanted(rate: str, shift: float, repeats: int) -> tuple[int, float]:
    """Outcomes that are wanted for "right", and how often they find a shift that is there from the beginning."""
    rng = np.random.default_rng(2)
    wanted = growth_of(rng.beta(*SHAPES[rate], 50_000)).wanted(ALARM)
    assert wanted is not None
    found = [after(*drawn(rng, wanted, rate, shift)).alarmed_at is not None for _ in range(repeats)]
    return wanted, float(np.mean(found))


def models() -> dict[str, Any]:
    """Estimators whose probabilities are about right."""
    boosted = HistGradientBoostingClassifier(max_leaf_nodes=8, learning_rate=0.05, random_state=0)
    return {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        "boosting": boosted,
    }


def bank() -> Iterator[str]:
    """Lines of the bank's table: shuffled calls, and half of those before the turn beside all others in order."""
    frame = pd.read_csv(BANK, sep=";").drop(columns=["duration"])
    truth = (frame.pop("y") == "yes").to_numpy()
    turn = int(np.flatnonzero((frame["emp.var.rate"] < 0).to_numpy())[0])
    values = pd.get_dummies(frame).to_numpy(float)
    for name, estimator in models().items():
        for seed in range(4):
            shuffled = np.random.default_rng(seed).permutation(len(truth))
            learnt, asked = shuffled[: len(truth) // 2], shuffled[len(truth) // 2 :]
            yield f"| {name} | shuffled | {_bank_row(estimator, values, truth, learnt, asked, turn)}"
        for seed in range(4):
            learnt = np.sort(np.random.default_rng(seed).permutation(turn)[: turn // 2])
            asked = np.setdiff1d(np.arange(len(truth)), learnt)
            yield f"| {name} | real order | {_bank_row(estimator, values, truth, learnt, asked, turn)}"


def _bank_row(
    estimator: Any, values: np.ndarray, truth: np.ndarray, learnt: np.ndarray, asked: np.ndarray, turn: int
) -> str:
    said = estimator.fit(values[learnt], truth[learnt]).predict_proba(values[asked])[:, 1]
    number = np.arange(1.0, len(said) + 1)
    found, path = gather_evidence(said, truth[asked], number, number)
    if found.alarmed_at is None or found.change is None:
        return f"{len(asked):,} | silent, largest evidence {np.exp(path.max()):.1f} | |"
    at, since = asked[int(found.alarmed_at) - 1], asked[found.change.before]
    return f"{len(asked):,} | call {at:,}, {at - turn:+,} from the turn | call {since:,} |"


def lines(repeats: int) -> Iterator[str]:
    """The tables, in Markdown."""
    yield "| base rate | false alarms in 5,000 | z-test every 50 | wanted for “right” | these find +0.6 | and -0.6 |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for rate in SHAPES:
        ours, theirs = false_alarms(rate, 5_000, repeats)
        wanted, more = found_by_wanted(rate, 0.6, repeats // 4)
        less = found_by_wanted(rate, -0.6, repeats // 4)[1]
        yield f"| {rate} | {ours:.2%} | {theirs:.0%} | {wanted:,} | {more:.0%} | {less:.0%} |"
    yield ""
    yield "| base rate | shift | change after | median delay | 90 % within | date off by, median |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for rate in ("25 %", "11 %", "5 %"):
        for shift in (0.3, 0.5, -0.5, 1.0):
            for since in (0, 1_000, 4_000):
                waited, missed = delays(rate, shift, since, repeats // 8)
                middle, most = np.percentile(waited, (50, 90), method="higher")
                off = np.nanmedian(np.abs(missed))
                yield f"| {rate} | {shift:+.1f} | {since:,} | {middle:,.0f} | {most:,.0f} | {off:,.0f} |"
    if BANK.exists():
        yield ""
        yield "| model | calls | outcomes | alarm | off since |"
        yield "| --- | --- | ---: | --- | --- |"
        yield from bank()


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000):
        print(line, flush=True)
