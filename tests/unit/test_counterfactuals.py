"""Counterfactuals that cross the cut-off, against a search written with plain loops."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest

from ml.advice import counterfactuals as levers
from ml.advice.counterfactuals import counterfactuals, step
from ml.advice.grid import grid
from ml.advice.value_function import ValueFunction
from ml.data.columns import rows_of, take
from ml.data.feature import Choice, Feature
from ml.data.schema import Constraint, Schema
from ml.service import open_service
from tests.small import small_model
from tests.unit.test_explain import nearest_neighbours

at = dt.datetime.fromisoformat
LEVERS = ("income", "debt", "region")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    made = {sort: small_model(sort, folder) for sort in ("binary", "multiclass", "independent")}
    made["knn"] = nearest_neighbours(folder)
    service = open_service(folder)
    return {sort: service.model(key) for sort, key in made.items()}


def game_of(bundle, movable=LEVERS, constraints=(), **limits) -> ValueFunction:
    """A game whose schema marks these features as levers."""
    value_function = ValueFunction(bundle)
    features = [replace(feature, lever=feature.name in movable) for feature in value_function.schema.features]
    features = [replace(feature, **limits) if feature.name == "debt" else feature for feature in features]
    value_function.schema = Schema(tuple(features), constraints=constraints)
    return value_function


def row_of(bundle, at=0):
    return rows_of(bundle.schema, take(bundle.holdout.block, slice(at, at + 1)))[0]


def plain_search(bundle, value_function, row, outcome, cut_off, keeps=lambda row: True):
    """The smallest crossing change: (levers, steps, probability), with one prediction after the other."""
    up = bundle.predictor.row(row)[1][outcome] < cut_off
    levers = [at for at, feature in enumerate(value_function.schema.features) if feature.lever]
    for count in (1, 2, 3):
        found = {}
        for some in combinations(levers, count):
            values = [[v for v in grid(value_function.schema.features[at], 15) if v != row[at]] for at in some]
            for chosen in product(*values):
                new = list(row)
                for at, value in zip(some, chosen, strict=True):
                    new[at] = value
                probability = bundle.predictor.row(tuple(new))[1][outcome]
                if keeps(new) and (probability >= cut_off) == up:
                    size = sum(
                        step(value_function.schema.features[at], row[at], v) for at, v in zip(some, chosen, strict=True)
                    )
                    key = (size, -probability if up else probability)
                    if some not in found or key < found[some][0]:
                        found[some] = (key, probability)
        if found:
            return sorted((key[0], probability, some) for some, (key, probability) in found.items())
    return []


@pytest.mark.parametrize(
    ("sort", "cut_offs"), [("binary", (0.2, 0.8)), ("multiclass", (0.3, 0.9)), ("knn", (0.4, 0.7))]
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_changes_are_those_of_a_plain_search(bundles, sort, cut_offs, at):
    bundle = bundles[sort]
    value_function, row = game_of(bundle), row_of(bundle, at)
    for cut_off in cut_offs:
        found = counterfactuals(value_function, row, 0, cut_off)
        expected = plain_search(bundle, value_function, row, 0, cut_off)
        assert [change.steps for change in found.found] == pytest.approx([size for size, _, _ in expected[:3]])
        for change, (_, probability, some) in zip(found.found, expected, strict=False):
            assert change.probability == pytest.approx(probability, abs=1e-12)
            assert [name for name, _, _ in change.moves] == [value_function.schema.names[place] for place in some]
            assert all(row[value_function.schema.position[name]] == old != new for name, old, new in change.moves)
        assert bool(found.found) != bool(found.best)


def test_both_directions_cross(bundles):
    bundle = bundles["independent"]
    value_function = game_of(bundle)
    for at in range(6):
        row = row_of(bundle, at)
        found = counterfactuals(value_function, row, 0, 0.5, name="loan")
        assert found.outcome == "loan"
        assert found.found
        for change in found.found:
            assert (change.probability >= 0.5) == (found.probability < 0.5)


@pytest.mark.parametrize("sign", ["<=", "<"])
def test_constraints_are_kept(bundles, sign):
    """Debt at most a number of shoes: a rule that bites, for debts go far beyond it."""
    bundle = bundles["binary"]
    rule = Constraint("debt", sign, "shoe_size")
    value_function = game_of(bundle, ("income", "debt", "region"), (rule,))
    free = game_of(bundle, ("income", "debt", "region"))
    keeps = {"<=": lambda new: new[1] <= new[2], "<": lambda new: new[1] < new[2]}[sign]
    differing = 0
    for at in range(6):
        row = (*row_of(bundle, at)[:2], 5, row_of(bundle, at)[3])
        for cut_off in (0.2, 0.5, 0.8):
            found = counterfactuals(value_function, row, 0, cut_off)
            expected = plain_search(
                bundle,
                value_function,
                row,
                0,
                cut_off,
                keeps=lambda new: new[1] == row[1] or keeps(new),  # noqa: B023
            )
            assert [change.steps for change in found.found] == pytest.approx([size for size, _, _ in expected[:3]])
            assert [change.probability for change in found.found] == pytest.approx([p for _, p, _ in expected[:3]])
            differing += found.found != counterfactuals(free, row, 0, cut_off).found
    assert differing


def test_what_was_against_a_constraint_before_does_not_forbid_other_moves(bundles):
    bundle = bundles["binary"]
    row = (20.0, 30.0, *row_of(bundle)[2:])
    rule = Constraint("debt", "<=", "income")
    found = counterfactuals(game_of(bundle, ("region",), (rule,)), row, 0, 2.0)
    assert found == counterfactuals(game_of(bundle, ("region",)), row, 0, 2.0)


def test_with_blanks_a_known_partner_holds_the_lever(bundles):
    bundle = bundles["binary"]
    value_function = game_of(bundle, ("debt",), (Constraint("debt", "<=", "income"),))
    found = counterfactuals(value_function, (4.0, None, None, None), 0, 2.0)
    assert found.best is None or found.best.moves[0][2] <= 4.0


def test_many_choices_of_several_levers_are_thinned_to_those_that_alone_do_most(bundles, monkeypatch):
    """Room for four values of three levers: the pair that crosses is found all the same, with few questions."""
    bundle = bundles["independent"]
    monkeypatch.setattr(levers, "MOST_WITH_BLANKS", 12)
    row, asked = (30.0, 30.0, 40, None), []
    value_function = game_of(bundle)
    plain = levers.values_of
    monkeypatch.setattr(levers, "values_of", lambda *given: asked.append(len(given[3])) or plain(*given))
    found = counterfactuals(value_function, row, 0, 0.9)
    assert max(asked[1:]) <= 12
    assert found.found or found.best


def test_a_constraint_on_what_is_not_known_is_none():
    schema = Schema((Feature("a", "A", "number"), Feature("b", "B", "number")))
    assert Constraint("a", "<", "b").holds(schema, (1.0, None))
    assert not Constraint("a", "<", "b").holds(schema, (1.0, 1.0))
    assert Constraint("a", "<=", "b").holds(schema, (1.0, 1.0))


def test_limits_are_kept(bundles):
    value_function = game_of(bundles["binary"], ("debt",), low=5.0, high=6.0)
    found = counterfactuals(value_function, row_of(bundles["binary"]), 0, 2.0)
    assert 5.0 <= found.best.moves[0][2] <= 6.0 if found.best else True


def test_where_nothing_helps_the_best_is_said(bundles):
    bundle = bundles["binary"]
    value_function, row = game_of(bundle), row_of(bundle)
    found = counterfactuals(value_function, row, 1, 1.5)
    assert found.found == ()
    assert found.probability < found.best.probability < 1.5
    lowest = counterfactuals(value_function, row, 1, -0.5)
    assert lowest.found == ()
    assert lowest.best is None or lowest.best.probability < lowest.probability


def test_without_levers_there_is_nothing_to_say(bundles):
    found = counterfactuals(game_of(bundles["binary"], ()), row_of(bundles["binary"]), 0, 0.5)
    assert (found.found, found.best, found.levers) == ((), None, ())


@pytest.mark.parametrize("at", range(4))
def test_with_blanks_each_change_is_confirmed_by_the_value_function(bundles, at):
    bundle = bundles["independent"]
    value_function, row = game_of(bundle), row_of(bundle, at)
    row = (row[0], None, None, row[3])
    found = counterfactuals(value_function, row, 0, 0.5)
    assert found.probability == value_function.score(row).value[0]
    for change in [*found.found, *([found.best] if found.best else [])]:
        new = list(row)
        for name, old, value in change.moves:
            place = value_function.schema.position[name]
            assert old == row[place]
            new[place] = value
        assert change.probability == pytest.approx(value_function.score(tuple(new)).value[0], abs=1e-12)
    assert all((change.probability >= 0.5) == (found.probability < 0.5) for change in found.found)


@pytest.mark.parametrize(
    ("feature", "old", "new", "size"),
    [
        (Feature("a", "A", "number", seen=(0.0, 200.0)), 50.0, 150.0, 0.5),
        (Feature("a", "A", "number", seen=(0.0, 200.0)), None, 150.0, 1.0),
        (Feature("a", "A", "boolean"), False, True, 1.0),
        (Feature("a", "A", "category", choices=(Choice("x", "X"), Choice("y", "Y"))), "x", "y", 1.0),
        (Feature("a", "A", "category", choices=(Choice("x", "X"), Choice("y", "Y"))), "x", "x", 0.0),
    ],
)
def test_the_size_of_a_move(feature, old, new, size):
    assert step(feature, old, new) == pytest.approx(size)


@pytest.mark.parametrize(
    ("low", "high", "old", "new", "size"),
    [
        (100.0, 300.0, 150.0, 250.0, 0.5),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 11), dt.date(2024, 1, 9), dt.date(2024, 1, 4), 0.5),
        (at("2024-01-01"), at("2024-01-03"), at("2024-01-01T07:20:40"), at("2024-01-02"), 59_960 / 172_800),
        (dt.date(2024, 1, 1), at("2024-01-02T12:00"), dt.date(2024, 1, 1), at("2024-01-01T12:00"), 1 / 3),
    ],
)
def test_a_step_is_a_share_of_the_range(monkeypatch, low, high, old, new, size):
    monkeypatch.setattr(levers, "grid", lambda feature, most: (low, high)[:most])
    kind = "number" if isinstance(low, float) else "date"
    assert step(Feature("a", "A", kind), old, new) == pytest.approx(size, rel=1e-12)


def search(upwards=True, now=0.5, cut_off=0.5, blanks=False):
    """A search of which only what is set here is asked."""
    made = object.__new__(levers._Search)
    made.upwards, made.now, made.cut_off, made._alone = upwards, now, cut_off, {}
    made.mask = np.array([not blanks, True, True])
    made.levers = [0, 1, 2]
    made._confirmed = lambda change: change
    return made


def change(names, steps, probability):
    return levers.Counterfactual(tuple((name, 0.0, 1.0) for name in names), steps, probability)


def test_of_equal_steps_the_most_effective_change_is_taken():
    weak, strong, far = change("a", 0.2, 0.6), change("a", 0.2, 0.8), change("a", 0.3, 0.9)
    assert search(True).smallest([weak, far, strong]) == (strong,)
    low, lower = change("a", 0.2, 0.4), change("a", 0.2, 0.1)
    assert search(False).smallest([low, lower]) == (lower,)


def test_of_equal_gains_the_nearest_has_fewer_moves_and_then_smaller_ones():
    two, one, small = change("ab", 0.2, 0.4), change("a", 0.9, 0.4), change("b", 0.3, 0.4)
    assert search(True, 0.1).nearest([two, one]) is one
    assert search(True, 0.1).nearest([two, one, small]) is small


@pytest.mark.parametrize(("upwards", "now", "better"), [(True, 0.3, 0.31), (False, 0.6, 0.59)])
def test_the_nearest_moves_towards_the_cut_off_or_is_none(upwards, now, better):
    made = search(upwards, now)
    assert made.nearest([change("a", 0.1, now)]) is None
    assert made.nearest([change("a", 0.1, better)]).probability == better
    assert made.nearest([change("a", 0.1, 2 * now - better)]) is None
    assert made.nearest([]) is None


def test_only_so_many_estimates_are_computed_again(monkeypatch):
    """Estimates that turn out not to cross use up the room; what is sure already does not."""
    monkeypatch.setattr(levers, "CONFIRMED", 2)
    made, asked = search(True), []

    def confirmed(each):
        asked.append(each)
        return each if each.moves[0][0] == "s" else replace(each, probability=0.1)

    made._confirmed = confirmed
    sure = [change("s" + str(at), 0.01 * at, 0.7) for at in range(2)]
    guessed = [change("g" + str(at), 1.0 + 0.01 * at, 0.7) for at in range(4)]
    assert made.smallest([*sure, *guessed]) == tuple(sure)
    assert len(asked) == 2 + 2


@pytest.mark.parametrize(("blanks", "limit"), [(False, "MOST_COMBINATIONS"), (True, "MOST_WITH_BLANKS")])
def test_values_are_thinned_only_above_the_limit(monkeypatch, blanks, limit):
    monkeypatch.setattr(levers, limit, 3 * 15 * 15)
    made = search(blanks=blanks)
    made._values = lambda at, most: tuple(range(most))
    assert {len(values) for values in made._fitting(2).values()} == {15}
    monkeypatch.setattr(levers, limit, 3 * 15 * 15 - 1)
    assert {len(values) for values in made._fitting(2).values()} == {14}
    monkeypatch.setattr(levers, limit, 3 * 3 * 3)
    made._alone = {(at, value): value for at in range(3) for value in range(15)}  # of four the last would be kept
    assert set(made._fitting(2).values()) == {(0, 1, 2)}


@pytest.mark.parametrize("blanks", [False, True])
def test_then_the_values_that_alone_do_most_are_kept(monkeypatch, blanks):
    monkeypatch.setattr(levers, "MOST_WITH_BLANKS" if blanks else "MOST_COMBINATIONS", 3 * 4 * 4)
    made = search(blanks=blanks)
    made._values = lambda at, most: tuple(range(20))  # choices: not fewer however few are asked for
    made._alone = {(at, value): -abs(value - 9.5) for at in range(3) for value in range(20)}
    kept = made._fitting(2)
    assert {at: set(values) for at, values in kept.items()} == {at: {8, 9, 10, 11} for at in range(3)}


@pytest.mark.parametrize(("upwards", "best"), [(True, 2), (False, 0)])
def test_what_moves_do_alone_is_kept_from_the_first_round(monkeypatch, upwards, best):
    made = search(upwards)
    made.value_function, made.row, made.outcome = SimpleNamespace(), (0, 0, 0), 0
    made._moves = lambda count: [{0: value} if count == 1 else {0: value, 1: value} for value in range(3)]
    made._allowed, made._change = (lambda change: True), (lambda change, score: score)
    monkeypatch.setattr(levers, "values_of", lambda *given: np.array([[0.2], [0.5], [0.7]]))
    made.scored_changes(1)
    kept = dict(made._alone)
    assert made._strongest(0, range(3))[0] == best
    made.scored_changes(2)
    assert made._alone == kept


def test_values_that_may_not_be_tried_alone_come_last():
    made = search()
    made._alone = {(0, 1): -1.0, (0, 2): -0.2, (1, 0): 1.0}
    assert made._strongest(0, (0, 1, 2)) == (2, 1, 0)


def test_the_value_that_is_known_is_not_tried_and_one_that_is_unknown_may_be(monkeypatch):
    made = search(blanks=True)
    made.value_function, made.row, made._grids = None, (None, 5.0, 5.0), {}
    monkeypatch.setattr(levers, "values_to_try", lambda value_function, at, most: (1.0, 5.0))
    assert made._values(0) == (1.0, 5.0)
    assert made._values(1) == (1.0,)


def test_a_change_says_what_is_known_now():
    made = search(blanks=True)
    features = tuple(Feature(name, name, "number", seen=(0.0, 10.0)) for name in "abc")
    made.value_function, made.row, made._steps = SimpleNamespace(schema=Schema(features)), (None, 5.0, 5.0), {}
    found = made._change({0: 6.0, 1: 6.0}, 0.4)
    assert found.moves == (("a", None, 6.0), ("b", 5.0, 6.0))
    assert found.steps == pytest.approx(1.0 + 0.1)


def test_the_best_of_fewer_levers_stays_where_more_do_less(bundles, monkeypatch):
    """Constraints can forbid what was best to go together with any other move."""
    one, two = change("a", 0.1, 1.5), change("ab", 0.2, 1.4)
    monkeypatch.setattr(levers._Search, "scored_changes", lambda self, count: [one] if count == 1 else [two])
    monkeypatch.setattr(levers._Search, "_confirmed", lambda self, each: each)
    bundle = bundles["binary"]
    assert counterfactuals(game_of(bundle), row_of(bundle), 1, 2.0).best is one


def test_three_levers_at_a_time_are_the_most(bundles, monkeypatch):
    counts = []
    monkeypatch.setattr(levers._Search, "scored_changes", lambda self, count: counts.append(count) or [])
    bundle = bundles["binary"]
    found = counterfactuals(game_of(bundle, (*LEVERS, "shoe_size")), row_of(bundle), 1, 2.0)
    assert len(found.levers) == 4
    assert counts == [1, 2, 3]
