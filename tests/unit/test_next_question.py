"""Ask next: what a blank is worth, by hand and on models whose truth is known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ml.advice.next_question import group_values, next_questions
from ml.advice.value_function import ValueFunction
from ml.lifecycle.registry import Registry
from ml.training.build import build_bundle
from tests.small import small_model, trained_of


def game_of(estimator, frame, truth, folder):
    half = len(frame) // 2
    model = estimator.fit(frame[:half], truth[:half])
    trained = trained_of("model", model, frame, truth, half)
    build_bundle(trained, folder)
    return ValueFunction(Registry(folder).load("model"))


def flags(rows=2_000, seed=0):
    return pd.DataFrame(np.random.default_rng(seed).integers(0, 2, (rows, 3)), columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def either(tmp_path_factory):
    """Yes where exactly one of a and b is 1; c says nothing, but the model may look at it."""
    frame = flags()
    truth = pd.Series(np.where(frame["a"] != frame["b"], "yes", "no"))
    return game_of(HistGradientBoostingClassifier(random_state=0), frame, truth, tmp_path_factory.mktemp("either"))


def by_name(found):
    return {question.feature: question for question in found}


def test_what_is_worth_nothing_alone_decides_all_once_the_other_is_known(either):
    alone = by_name(next_questions(either, either.score((None, None, None)), 1, 0.5))
    assert alone["a"].move < 0.05
    assert alone["b"].move < 0.05
    position = either.score((1, None, None))
    found = next_questions(either, position, 1, 0.5)
    assert found[0].feature == "b"
    assert found[0].move == pytest.approx(0.5, abs=0.03)
    assert found[0].decides == pytest.approx(1.0, abs=0.02)
    share = float(position.weights @ (either.background[1][position.chosen] == 1))
    assert 0.4 < share < 0.6
    assert found[0].crossing == pytest.approx(min(share, 1 - share), abs=1e-9)  # v lies with the larger group
    # c moves it by nothing: both groups answer alike
    assert found[1].move < 0.02
    assert found[1].crossing == 0.0


def test_of_rows_equally_near_the_first_count_whatever_machine_sorts_them(either):
    alike = np.flatnonzero(either.background[0] == 1)
    assert len(alike) > 500  # more than count at most
    assert sorted(either.score((1, None, None)).chosen.tolist()) == alike[:500].tolist()


def test_a_question_foretells_what_the_value_then_is(either):
    before = either.score((1, None, 0))
    [question] = next_questions(either, before, 1, 0.5)
    after = [either.score((1, b, 0)).value[1] for b in (0, 1)]
    share = before.weights @ (either.background[1][before.chosen] == 1)
    expected = (1 - share) * abs(after[0] - before.value[1]) + share * abs(after[1] - before.value[1])
    assert question.move == pytest.approx(expected, abs=0.02)


def test_a_feature_that_the_model_ignores_is_worth_exactly_nothing(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(800, 3)), columns=["a", "b", "c"])
    frame["c"] = frame["a"] + 0.1 * frame["c"]
    truth = pd.Series(np.where(frame["a"] + frame["b"] > 0, "yes", "no"))
    only = make_column_transformer(("passthrough", ["a", "b"]))
    value_function = game_of(make_pipeline(only, LogisticRegression()), frame, truth, tmp_path)
    for row in ((None, None, None), (0.1, None, None), (None, 1.0, None)):
        ignored = by_name(next_questions(value_function, value_function.score(row), 1, 0.5))["c"]
        assert (ignored.decides, ignored.move, ignored.crossing) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("sort", ["binary", "multiclass", "independent", "constant"])
def test_every_blank_is_asked_once_and_its_worth_is_within_bounds(tmp_path, sort):
    small_model(sort, tmp_path)
    value_function = ValueFunction(Registry(tmp_path).load(sort))
    for row in ((None, None, None, None), (55.0, None, 40, None), (55.0, 3.0, 40, None), (55.0, 3.0, 40, "south")):
        position = value_function.score(row)
        for outcome in range(len(value_function.base)):
            found = next_questions(value_function, position, outcome, 0.4)
            assert sorted(value_function.schema.names.index(q.feature) for q in found) == list(position.blank)
            assert all(0 <= q.move <= 1 and 0 <= q.crossing <= 1 and 0 <= q.decides <= 1 for q in found)
            assert [q.decides for q in found] == sorted((q.decides for q in found), reverse=True)
            assert sort != "constant" or all((q.move, q.crossing) == (0.0, 0.0) for q in found)
            assert found == next_questions(value_function, position, outcome, 0.4)


def test_what_matters_most_is_asked_first(tmp_path):
    small_model("binary", tmp_path)
    value_function = ValueFunction(Registry(tmp_path).load("binary"))
    found = next_questions(value_function, value_function.score((None,) * 4), 1, 0.5)
    assert found[0].feature in ("income", "debt")
    assert found[-1].feature == "shoe_size"


def test_where_no_answer_reaches_the_cut_off_what_moves_most_comes_first(either):
    found = next_questions(either, either.score((1, None, None)), 1, 1.1)
    assert [q.decides for q in found] == [0.0, 0.0]
    assert found[0].feature == "b"
    assert [q.crossing for q in found] == [0.0, 0.0]


def test_group_means_are_drawn_to_the_mean_of_all_by_hand():
    # Two groups of four, equal weights: means 0.25 and 0.75, variance within 0.1875 per answer.
    groups = np.array([0] * 4 + [1] * 4)
    answers = np.array([0, 0, 0, 1, 1, 1, 1, 0], dtype=float)
    shares, means = group_values(groups, answers, np.full(8, 1 / 8))
    assert shares == pytest.approx([0.5, 0.5])
    # Within, free of bias: (8 · 0.1875) / 6 = 0.25. Of a group's mean: 0.25 / 4 = 0.0625.
    # Between: 0.0625, expected of noise alone: 0.25 (1/4 − 1/8) = 0.03125; signal: 0.03125.
    # Kept: 0.03125 / (0.03125 + 0.0625) = 1/3.
    assert means == pytest.approx([0.5 - 0.25 / 3, 0.5 + 0.25 / 3])


def test_groups_that_do_not_differ_are_the_same():
    groups = np.array([0, 0, 1, 1])
    _, means = group_values(groups, np.array([0.0, 1.0, 0.0, 1.0]), np.full(4, 0.25))
    assert means.tolist() == [0.5, 0.5]


def test_rows_that_are_all_groups_of_their_own_tell_nothing():
    _, means = group_values(np.arange(5), np.linspace(0, 1, 5), np.full(5, 0.2))
    assert means == pytest.approx([0.5] * 5)


def test_noise_is_not_taken_for_signal():
    """Groups at random: the expected move is near 0, where raw group means would claim a lot."""
    rng = np.random.default_rng(0)
    moves, raw = [], []
    for _ in range(300):
        answers, groups, weights = rng.random(100), rng.integers(0, 8, 100), rng.exponential(size=100)
        weights /= weights.sum()
        shares, means = group_values(groups, answers, weights)
        moves.append(shares @ np.abs(means - weights @ answers))
        own = np.bincount(groups, weights * answers) / np.bincount(groups, weights)
        raw.append(shares @ np.abs(own - weights @ answers))
    assert np.mean(moves) < 0.2 * np.mean(raw)
    assert np.median(moves) < 0.01


def test_with_everything_known_nothing_is_asked(either):
    assert next_questions(either, either.score((1, 0, 1)), 1, 0.5) == ()


# ---- by hand, without a model ------------------------------------------------------------------


def by_hand(answers, groups, *, used=(), shown=None, value=0.5):
    """A game whose blanks put rows of equal weight into these groups, and where it stands."""
    names = tuple(groups)
    scales = [SimpleNamespace(groups=lambda chosen, _, own=own: np.array(own)[chosen]) for own in groups.values()]
    value_function = SimpleNamespace(
        schema=SimpleNamespace(names=names, shown=shown or {}),
        scales=scales,
        used=[name in (used or names) for name in names],
    )
    rows = len(answers)
    position = SimpleNamespace(
        blank=range(len(names)), answers=np.array(answers, dtype=float)[:, None], weights=np.full(rows, 1 / rows),
        value=np.array([value]), chosen=np.arange(rows),
    )  # fmt: skip
    return value_function, position


EIGHT = [0, 0, 0, 1, 1, 1, 1, 0]  # as by hand above: of four each, the means 0.25 and 0.75 are drawn to 0.5 ∓ 0.25/3
HALVES = [0] * 4 + [1] * 4
ALIKE = [0, 1, 0, 1, 0, 1, 0, 1]  # two of each half of either group answer yes: the groups do not differ


def test_the_worth_of_a_question_by_hand():
    [found] = next_questions(*by_hand(EIGHT, {"a": HALVES}), 0, 0.5)
    assert found.feature == "a"
    assert found.decides == pytest.approx((0.25 / 3) ** 2 / 0.25)  # variance of the chance over that of the decision
    assert found.move == pytest.approx(0.25 / 3)
    assert found.crossing == pytest.approx(0.5)  # v stands on the cut-off, so one acts; one half comes below it


@pytest.mark.parametrize(("cutoff", "crossing"), [(0.4, 0.0), (0.55, 0.5), (0.6, 0.0)])
def test_a_mean_that_stays_on_its_side_of_the_cut_off_crosses_nothing(cutoff, crossing):
    [found] = next_questions(*by_hand(EIGHT, {"a": HALVES}), 0, cutoff)
    assert found.crossing == pytest.approx(crossing)


def test_an_answer_at_the_cut_off_is_one_to_act_on():
    [found] = next_questions(*by_hand(EIGHT, {"a": HALVES}), 0, 1.0)
    assert found.decides == pytest.approx((0.25 / 3) ** 2 / 0.25)
    [beyond] = next_questions(*by_hand(EIGHT, {"a": HALVES}), 0, np.nextafter(1.0, 2.0))
    assert beyond.decides == 0.0
    assert beyond.move == pytest.approx(0.25 / 3)


def test_the_move_is_measured_from_where_v_stands():
    [found] = next_questions(*by_hand(EIGHT, {"a": HALVES}, value=0.25), 0, 0.5)
    assert found.move == pytest.approx(0.25)  # 0.4167 and 0.5833, from 0.25


def test_questions_worth_the_same_come_in_the_order_of_the_schema():
    found = next_questions(*by_hand(EIGHT, {"b": HALVES, "z": ALIKE, "a": HALVES, "y": ALIKE}, used="ab"), 0, 0.5)
    assert [each.feature for each in found] == ["b", "a", "z", "y"]
    assert [each.decides for each in found[2:]] == [0.0, 0.0]


def test_of_questions_that_decide_nothing_the_one_that_moves_most_comes_first():
    answers = [each * 0.5 for each in EIGHT]
    found = next_questions(*by_hand(answers, {"a": ALIKE, "b": HALVES}, value=0.25), 0, 0.9)
    assert [(each.feature, each.decides) for each in found] == [("b", 0.0), ("a", 0.0)]
    assert found[0].move == pytest.approx(0.25 / 6)


def test_columns_of_one_choice_are_one_question_about_all_of_them():
    """Two columns of which each parts one group from the rest part three groups together."""
    answers = [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1]
    first, second = [1] * 4 + [0] * 8, [0] * 4 + [1] * 4 + [0] * 4
    joint = [0] * 4 + [1] * 4 + [2] * 4
    shown = {"red": "colour", "blue": "colour"}
    split = next_questions(*by_hand(answers, {"red": first, "blue": second}, shown=shown), 0, 0.5)
    whole = next_questions(*by_hand(answers, {"colour": joint}), 0, 0.5)
    assert [each.feature for each in split] == ["colour"]
    assert (split[0].decides, split[0].move) == pytest.approx((whole[0].decides, whole[0].move))
    assert split[0].decides > 0.3
    alone = next_questions(*by_hand(answers, {"red": first, "blue": second}, shown=shown, used=("blue",)), 0, 0.5)
    one = next_questions(*by_hand(answers, {"colour": second}), 0, 0.5)
    assert (alone[0].decides, alone[0].move) == pytest.approx((one[0].decides, one[0].move))


def test_group_means_with_unequal_groups_and_weights_by_hand():
    """Weights 0.1, 0.1, 0.2 in one group, 0.3, 0.3 in the other; numbers of the groups have holes."""
    groups, weights = np.array([7, 7, 7, 9, 9]), np.array([0.1, 0.1, 0.2, 0.3, 0.3])
    answers = np.array([0.0, 0.2, 0.1, 0.8, 1.0])
    shares, means = group_values(groups, answers, weights)
    raw, mean = np.array([0.1, 0.9]), 0.58
    concentration = np.array([0.06 / 0.16, 0.18 / 0.36])  # squares of the weights over the square of their sum
    free = 1 - (0.4 * concentration[0] + 0.6 * concentration[1])
    within = (0.1 * 0.01 + 0.1 * 0.01 + 0.2 * 0.0 + 0.3 * 0.01 + 0.3 * 0.01) / free
    noise = 0.4 * within * (concentration[0] - 0.24) + 0.6 * within * (concentration[1] - 0.24)
    signal = 0.4 * 0.48**2 + 0.6 * 0.32**2 - noise
    assert shares == pytest.approx([0.4, 0.6])
    assert means == pytest.approx(mean + signal / (signal + within * concentration) * (raw - mean))


def test_groups_without_any_doubt_within_keep_their_means():
    _, means = group_values(np.array([0, 0, 1, 1]), np.array([0.2, 0.2, 0.6, 0.6]), np.full(4, 0.25))
    assert means.tolist() == pytest.approx([0.2, 0.6])


def test_a_mean_on_the_cut_off_and_a_score_on_it_are_ones_to_act_on():
    [found] = next_questions(*by_hand([0.25] * 4 + [0.75] * 4, {"a": HALVES}), 0, 0.75)
    assert found.crossing == pytest.approx(0.5)  # the upper half comes to the cut-off itself
    [found] = next_questions(*by_hand(EIGHT, {"a": HALVES}, value=0.9), 0, 0.9)
    assert found.crossing == pytest.approx(1.0)  # v stood on it, and both halves fall below


def test_what_moves_a_few_far_down_comes_before_what_moves_nothing():
    few = [0, 0] + [1] * 6
    found = next_questions(*by_hand([0.0] * 2 + [0.5] * 6, {"a": [0] * 8, "b": few}, value=0.375), 0, 0.9)
    assert [(each.feature, each.decides) for each in found] == [("b", 0.0), ("a", 0.0)]


def test_what_the_model_ignores_stands_among_what_tells_nothing_in_schema_order():
    found = next_questions(*by_hand(EIGHT, {"z": ALIKE, "y": ALIKE}, used="y"), 0, 0.5)
    assert [each.feature for each in found] == ["z", "y"]
    found = next_questions(*by_hand(EIGHT, {"y": ALIKE, "z": ALIKE}, used="y"), 0, 0.5)
    assert [each.feature for each in found] == ["y", "z"]
