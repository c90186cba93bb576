"""Logistic recalibration against scikit-learn, scipy and hand arithmetic."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from scipy.special import logit as scipy_logit
from sklearn.linear_model import LogisticRegression

from ml.metrics.recalibration.line import inverse_logit, logit, recalibrate


def drawn(rows=800, intercept=-0.4, slope=0.6, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 3, rows)
    return p, rng.random(rows) < expit(intercept + slope * scipy_logit(p)), np.ones(rows)


def test_intercept_and_slope_are_those_of_an_unpenalized_logistic_regression():
    p, truth, weight = drawn()
    found = recalibrate(p, truth, weight)
    other = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1_000).fit(scipy_logit(p)[:, None], truth)
    assert found.intercept == pytest.approx(other.intercept_[0], abs=1e-6)
    assert found.slope == pytest.approx(other.coef_[0, 0], abs=1e-6)
    assert not found.penalized
    assert found.slope_known
    assert found.apply(p) == pytest.approx(other.predict_proba(scipy_logit(p)[:, None])[:, 1], abs=1e-6)


def test_covariance_and_ratio_are_those_of_the_likelihood():
    p, truth, weight = drawn()
    x = scipy_logit(p)

    def loss(at):
        return -np.sum(truth * np.log(expit(at[0] + at[1] * x)) + ~truth * np.log(expit(-at[0] - at[1] * x)))

    best = minimize(loss, [0, 1], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 5_000})
    steps = np.eye(2) * 1e-3
    curved = [
        [
            (loss(best.x + a + b) - loss(best.x + a - b) - loss(best.x - a + b) + loss(best.x - a - b)) / 4e-6
            for b in steps
        ]
        for a in steps
    ]
    found = recalibrate(p, truth, weight)
    assert found.covariance == pytest.approx(np.linalg.inv(curved), rel=1e-3)
    assert found.ratio == pytest.approx(2 * (loss([0, 1]) - best.fun), rel=1e-6)


def test_in_the_large_is_by_hand_where_all_probabilities_are_equal():
    truth = np.arange(40) < 10
    found = recalibrate(np.full(40, 0.5), truth, np.ones(40))
    assert found.in_the_large == pytest.approx(np.log(10 / 30))  # odds of 10 to 30
    assert found.in_the_large_error == pytest.approx(np.sqrt(1 / 10 + 1 / 30))  # Woolf 1955
    assert (found.intercept, found.slope, found.slope_known) == (found.in_the_large, 1.0, False)
    assert found.covariance == pytest.approx(np.array([[1 / 10 + 1 / 30, 0], [0, 0]]))
    assert found.apply(np.array([0.5])) == pytest.approx([0.25])


def test_in_the_large_makes_expected_and_actual_equal():
    p, truth, weight = drawn()
    found = recalibrate(p, truth, weight)
    assert expit(found.in_the_large + scipy_logit(p)).sum() == pytest.approx(truth.sum())
    assert found.apply(p).sum() == pytest.approx(truth.sum())  # the score equation of the intercept


def test_a_record_of_weight_two_moves_the_line_as_two_records_do():
    p, truth, _ = drawn(rows=60)
    weight = np.where(np.arange(60) < 20, 2.0, 1.0)
    twice = np.repeat(np.arange(60), weight.astype(int))
    one, other = recalibrate(p, truth, weight), recalibrate(p[twice], truth[twice], np.ones(80))
    assert (one.intercept, one.slope) == pytest.approx((other.intercept, other.slope))
    assert one.in_the_large == pytest.approx(other.in_the_large)
    assert (np.diag(one.covariance) > np.diag(other.covariance)).all()  # twenty records fewer are known
    scaled = recalibrate(p, truth, 7 * weight)
    assert scaled.covariance == pytest.approx(one.covariance)
    assert scaled.ratio == pytest.approx(one.ratio)


def test_records_without_weight_do_not_count():
    p, truth, _ = drawn(rows=100)
    weight = (np.arange(100) < 70).astype(float)
    one, other = recalibrate(p, truth, weight), recalibrate(p[:70], truth[:70], np.ones(70))
    assert (one.intercept, one.slope, one.ratio) == pytest.approx((other.intercept, other.slope, other.ratio))


def test_probabilities_of_exactly_0_and_1_are_clipped():
    assert logit(np.array([0.0, 1.0])) == pytest.approx([np.log(1e-6 / (1 - 1e-6)), np.log((1 - 1e-6) / 1e-6)])
    p = np.array([0.0, 0.0, 0.3, 0.6, 1.0, 1.0] * 20)
    truth = np.random.default_rng(1).random(120) < 0.1 + 0.8 * p
    found = recalibrate(p, truth, np.ones(120))
    assert np.isfinite([found.intercept, found.slope, found.ratio]).all()
    assert 0 < found.slope < 0.5  # it was far too sure
    assert found.apply(np.array([0.0]))[0] > 0.03


def firth(x, truth):
    """Maximum of the likelihood with Jeffreys' prior, written apart."""

    def loss(at):
        p = expit(at[0] + at[1] * x)
        design = np.column_stack([np.ones_like(x), x])
        sign, size = np.linalg.slogdet(design.T @ (design * (p * (1 - p))[:, None]))
        return -(np.log(np.where(truth, p, 1 - p)).sum() + 0.5 * size) if sign > 0 else np.inf

    return minimize(loss, [0, 1], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 9_000}).x


@pytest.mark.parametrize(
    ("p", "truth"),
    [
        ([0.1, 0.2, 0.3, 0.6, 0.7, 0.9], [0, 0, 0, 1, 1, 1]),
        ([0.1, 0.2, 0.3, 0.6, 0.7, 0.9], [1, 1, 0, 0, 0, 0]),
        ([0.1, 0.2, 0.5, 0.5, 0.7, 0.9], [0, 0, 0, 1, 1, 1]),
        ([0.1, 0.2, 0.3, 0.6, 0.7, 0.9], [0, 0, 0, 0, 0, 0]),
    ],
    ids=["separated", "the wrong way", "with a tie", "one outcome"],
)
def test_separated_outcomes_have_finite_estimates(p, truth):
    p, truth = np.array(p), np.array(truth, dtype=bool)
    found = recalibrate(p, truth, np.ones(6))
    assert found.penalized
    assert (found.intercept, found.slope) == pytest.approx(tuple(firth(scipy_logit(p), truth)), abs=1e-5)
    assert np.isfinite(found.covariance).all()


def test_one_record_is_answered_with_the_uncertainty_that_it_has():
    found = recalibrate(np.array([0.2]), np.array([True]), np.ones(1))
    assert found.penalized
    assert not found.slope_known
    assert found.apply(np.array([0.2])) == pytest.approx([0.75])  # (1 + 1/2) of (1 + 1) records, Jeffreys
    assert found.in_the_large_error > 1


def test_no_record_is_an_error():
    with pytest.raises(ValueError, match="no record with weight"):
        recalibrate(np.array([0.2]), np.array([True]), np.zeros(1))


def test_inverse_logit_does_not_overflow():
    assert inverse_logit(np.array([-800.0, 0.0, 800.0])) == pytest.approx([0.0, 0.5, 1.0])
    p = np.linspace(0.001, 0.999, 21)
    assert inverse_logit(logit(p)) == pytest.approx(p)


@pytest.mark.parametrize(("hits", "share"), [(0, 1 / 14), (6, 13 / 14)])
def test_one_outcome_of_equal_probabilities_is_penalized_by_hand(hits, share):
    found = recalibrate(np.full(6, 0.3), np.arange(6) < hits, np.ones(6))
    assert (found.penalized, found.slope_known) == (True, False)
    assert expit(found.in_the_large + scipy_logit(0.3)) == pytest.approx(share)  # half a record more on each side


def test_both_outcomes_of_equal_probabilities_are_not_penalized():
    found = recalibrate(np.full(6, 0.3), np.arange(6) < 2, np.ones(6))
    assert not found.penalized
    assert found.in_the_large == pytest.approx(scipy_logit(1 / 3) - scipy_logit(0.3))
    assert found.in_the_large_error == pytest.approx(np.sqrt(1 / 2 + 1 / 4))  # whatever was said


def test_separation_is_of_records_with_weight_and_ties_belong_to_it():
    p, truth = np.array([0.1, 0.2, 0.5, 0.5, 0.7, 0.9]), np.array([1, 1, 1, 0, 0, 0], bool)
    assert recalibrate(p, truth, np.ones(6)).penalized
    more = np.append(p, 0.95), np.append(truth, True)
    assert not recalibrate(*more, np.ones(7)).penalized
    assert recalibrate(*more, np.append(np.ones(6), 0.0)).penalized


def test_probabilities_that_are_near_each_other_have_a_slope():
    assert recalibrate(np.array([0.4, 0.5] * 20), np.arange(40) % 3 == 0, np.ones(40)).slope_known


def test_the_error_of_weights_is_the_sandwichs_by_hand():
    """Of one share m: the sum of squared weights over that of weights, squared, over m (1 - m)."""
    weight, truth = np.array([1.0, 2.0, 3.0, 5.0]), np.array([True, False, True, False])
    found = recalibrate(np.full(4, 0.4), truth, weight)
    share = 4 / 11
    assert found.in_the_large_error**2 == pytest.approx(39 / 121 / (share * (1 - share)))


@pytest.mark.parametrize(
    ("p", "truth"),
    [
        ([0.9999995, 0.2], [0, 1]),
        ([0.15, 0.9999], [0, 0]),
        ([0.999995, 0.999999], [0, 0]),
        ([0.9, 1e-9], [0, 1]),
        ([0.9749499075229666, 0.0028640396351725444], [1, 0]),  # here whole steps go round and round
        ([0.17555267358038887, 0.13352383084821492], [0, 1]),
    ],
)
def test_a_few_sure_and_wrong_answers_have_sensible_estimates(p, truth):
    """Newton's steps alone went to the end of all numbers from here."""
    p, truth = np.array(p), np.array(truth, dtype=bool)
    found, x = recalibrate(p, truth, np.ones(2)), logit(p)
    assert (found.intercept, found.slope) == pytest.approx(tuple(firth(x, truth)), rel=1e-3, abs=1e-3)
