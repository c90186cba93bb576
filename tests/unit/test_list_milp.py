"""Lists of hundreds of records against a mixed-integer linear program (HiGHS, by scipy)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from ml.campaign.pick import CodedColumn, pick
from ml.campaign.wish import read_wish
from ml.data.outcomes import Outcome, Outcomes
from ml.decision.payoff import ENDS

RECORDS, NAMES = 240, ("a", "b", "c")
THREE = Outcomes(tuple(Outcome(name, name.upper(), name) for name in NAMES), exclusive=False, positive="a")
GROUPS = ("north", "south", "east", "west", "none")


def best_total(worth, codes, calls, several, possible, limits, quotas):
    """The greatest sum of worths of a list with so many calls, least and most: a 0 or 1 for each record and outcome."""
    n, o = worth.shape
    rules = [LinearConstraint(np.ones(n * o), *calls)]
    if not several:
        rules.append(LinearConstraint(np.kron(np.eye(n), np.ones(o)), 0, 1))
    rules += [
        LinearConstraint(np.repeat(codes == at, o).astype(float), quotas.get(at, 0), limits.get(at, n * o))
        for at in range(len(GROUPS))
    ]
    most = possible.ravel().astype(float)
    found = milp(-worth.ravel(), constraints=rules, bounds=Bounds(0, most), integrality=np.ones(n * o))
    assert found.success, found.message
    return -found.fun


@pytest.mark.parametrize("losses", [False, True])
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_no_program_finds_a_list_that_brings_more(seed, several, losses):
    rng = np.random.default_rng(seed)
    probabilities = rng.beta(0.7, 3.0, (RECORDS, 3))
    ends = {name: np.round(rng.uniform([20, -25, -15, 0], [90, -1, 0, 6]), 1).tolist() for name in NAMES}
    codes = rng.integers(0, len(GROUPS), RECORDS)
    number, call = int(rng.integers(30, 90)), 3.0
    limits, quotas = {0: 9, 1: 14}, {3: 8, 4: 5}
    card = {"payoff": {"currency": "EUR", "call": call, "outcomes": {
        name: dict(zip(ENDS, ends[name], strict=True)) for name in NAMES}}}  # fmt: skip
    asked = read_wish(
        {"by": "number", "number": number, "several": several, "losses": losses, "column": "region",
         "limits": {GROUPS[at]: most for at, most in limits.items()},
         "quotas": {GROUPS[at]: least for at, least in quotas.items()}},
        card, THREE, lambda _: 0.5,
    )  # fmt: skip
    hit, alarm, miss, rest = np.array([ends[name] for name in NAMES]).T
    worth = probabilities * (hit - miss) + (1 - probabilities) * (alarm - rest) - call
    # A quota is filled by whom acting does not lose on, where there are so many
    possible = (worth >= 0) | losses
    there = (possible if several else possible.any(axis=1, keepdims=True)).sum(axis=1)
    reachable = {at: min(least, int(there[codes == at].sum())) for at, least in quotas.items()}
    found = pick(probabilities, asked, CodedColumn(GROUPS, codes))
    assert worth[found.rows, found.outcome].sum() == pytest.approx(found.gain.sum())
    # With losses a list takes as many as it can; else it ends where acting loses
    calls = (len(found.rows), len(found.rows)) if losses else (0, number)
    best = best_total(worth, codes, calls, several, possible, limits, reachable)
    assert len(found.rows) <= number
    assert found.gain.sum() == pytest.approx(best, abs=1e-6)
