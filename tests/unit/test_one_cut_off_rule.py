"""One rule of the cut-off: what compares probabilities with cut-offs acts where `acts` does, to the last bit."""

from __future__ import annotations

import ast
import re
from fractions import Fraction

import numpy as np
import pytest

from ml.campaign.forecast import expected_and_actual
from ml.campaign.pick import pick
from ml.campaign.wish import read_wish
from ml.data.outcomes import Outcome, Outcomes
from ml.decision.decide import acts, cut_offs_reached, decide
from ml.decision.payoff import Payoff
from ml.metrics.confusion_matrix import counts_by_cut_off
from ml.metrics.evaluation import OneVsRest
from ml.metrics.profit import CutOffLimits, highest_profit_cut_off
from ml.metrics.threshold_table import threshold_table
from ml.monitoring.estimated_performance import estimate_performance
from ml.slices.segments import acted
from tests.architecture import ROOT
from tests.unit.test_architecture import PRODUCT

# Sums that miss a decimal by one bit, and thirds and ends
CUT_OFFS = np.array([0.0, 0.1, 0.3, 0.1 + 0.2, 1 / 3, 0.5, 0.7, 0.29, 1.0])
NEAR = np.concatenate([np.nextafter(CUT_OFFS, 0.0), CUT_OFFS, np.nextafter(CUT_OFFS, 1.0)])
TRUTH = np.arange(len(NEAR)) % 3 == 0
ONE = Outcomes((Outcome("yes", "Yes", "yes"),), exclusive=False, positive="yes")
ANSWERS = OneVsRest(TRUTH, NEAR > 0.5, NEAR, np.ones(len(NEAR)))


@pytest.mark.parametrize("cut_off", CUT_OFFS)
def test_one_acts_from_the_very_number_on(cut_off):
    """Compared as fractions, which round nothing; of one record, of an array, and with many cut-offs in one."""
    exact = [Fraction(p) >= Fraction(cut_off) for p in NEAR]
    assert [acts(float(p), float(cut_off)) for p in NEAR] == exact
    assert acts(NEAR, cut_off).tolist() == exact
    assert acts(NEAR[:, None], CUT_OFFS)[:, CUT_OFFS.tolist().index(cut_off)].tolist() == exact
    assert [decide({}, "yes", float(p), float(cut_off)).act for p in NEAR] == exact
    assert acted(ANSWERS, cut_off).tolist() == exact


def test_the_binary_search_counts_the_cut_offs_at_which_one_acts():
    rising = np.sort(CUT_OFFS)
    assert cut_offs_reached(NEAR, rising).tolist() == acts(NEAR[:, None], rising).sum(axis=1).tolist()


def test_the_threshold_table_counts_the_records_on_which_one_acts():
    table = threshold_table(ANSWERS, extra=NEAR.tolist(), repeats=0)
    assert set(NEAR) <= set(table.cut_off)
    mask = acts(NEAR, np.array(table.cut_off)[:, None])
    for name, wanted in {
        "true_positive": mask & TRUTH,
        "false_positive": mask & ~TRUTH,
        "false_negative": ~mask & TRUTH,
        "true_negative": ~mask & ~TRUTH,
    }.items():
        assert table.columns[name] == wanted.sum(axis=1).tolist()


def test_counts_of_sorted_records_are_of_those_on_which_one_acts():
    table = counts_by_cut_off(ANSWERS, "buys")
    assert set(table.cut_off) == {*NEAR, np.inf}
    mask = acts(NEAR, table.cut_off[:, None])
    assert table.true_positive.tolist() == (mask & TRUTH).sum(axis=1).tolist()
    assert table.false_positive.tolist() == (mask & ~TRUTH).sum(axis=1).tolist()


@pytest.mark.parametrize("from_", NEAR[NEAR > 0])
def test_the_best_cut_off_acts_on_those_that_were_to_be_acted_on(from_):
    """All from a probability on have the outcome and no other has, so the best cut-off parts exactly these."""
    truth = np.array([Fraction(p) >= Fraction(from_) for p in NEAR])
    counts = counts_by_cut_off(OneVsRest(truth, truth, NEAR, np.ones(len(NEAR))), "buys")
    best = highest_profit_cut_off(counts, Payoff(true_positive=2.0, call=1.0), CutOffLimits())
    assert acts(NEAR, best).tolist() == truth.tolist()


@pytest.mark.parametrize("cut_off", CUT_OFFS)
def test_estimates_lists_and_hold_outs_take_those_on_whom_one_acts(cut_off):
    exact = np.array([Fraction(p) >= Fraction(cut_off) for p in NEAR])
    found = estimate_performance(NEAR, cut_off)
    assert found.precision.value == pytest.approx(NEAR[exact].sum() / exact.sum())
    assert found.recall.value == pytest.approx(NEAR[exact].sum() / NEAR.sum())
    wish = read_wish({"by": "cutoff", "cut_off": float(cut_off), "outcomes": ["yes"]}, {}, ONE, lambda _: 0.5)
    assert sorted(pick(NEAR[:, None], wish).rows.tolist()) == np.flatnonzero(exact).tolist()
    expected, actual = expected_and_actual(TRUTH, NEAR, np.ones(len(NEAR)), cut_off)
    assert (expected, actual) == (pytest.approx(NEAR[exact].sum()), (exact & TRUTH).sum())


def comparisons(source: str) -> list[int]:
    """Lines on which something is compared with a cut-off, other than a number or another cut-off."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            named = ["cut_off" in ast.unparse(side) or "cutoff" in ast.unparse(side) for side in sides]
            others = [side for side, is_named in zip(sides, named, strict=True) if not is_named]
            ordered = any(isinstance(each, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for each in node.ops)
            if ordered and any(named) and any(not isinstance(side, ast.Constant) for side in others):
                found.append(node.lineno)
        elif isinstance(node, ast.Call) and "searchsorted" in ast.unparse(node.func):
            found += [node.lineno] * ("cut_off" in ast.unparse(node))
    return found


def test_no_other_part_compares_with_a_cut_off():
    assert comparisons("def f(p, cut_off):\n    return p >= cut_off") == [2]
    assert comparisons("a = card.cut_off > p[1]\nb = np.searchsorted(cut_offs, p)") == [1, 2]
    assert comparisons("a = cut_off < 1 and cut_offs[0] < cut_offs[1]") == []
    files = {file: file.read_text(encoding="utf-8") for room in PRODUCT for file in (ROOT / room).rglob("*.py")}
    named = {file: source for file, source in files.items() if re.search("cut_?off", source)}
    found = {file.relative_to(ROOT).as_posix(): comparisons(source) for file, source in named.items()}
    assert {place for place, lines in found.items() if lines} == {"ml/decision/decide.py"}
