"""An estimator whose answer for a row depends on chance, on other rows or on earlier questions, is no model."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler, minmax_scale, quantile_transform, scale
from sklearn.svm import LinearSVC

from ml.add import add_model
from ml.data.columns import block_of_frame, take
from ml.errors import InvalidData
from ml.predict.predictor import SklearnPredictor
from ml.training.estimator import row_by_row
from ml.training.estimator.row_by_row import check_row_by_row
from ml.training.infer_schema import infer_schema
from ml.training.trained import outcomes_of


class Noise(TransformerMixin, BaseEstimator):
    """Adds noise, also to what is asked."""

    def fit(self, X, y=None):
        self.n_features_in_ = np.shape(X)[1]
        return self

    def transform(self, X):
        return np.asarray(X) + np.random.default_rng().normal(0, 0.1, np.shape(X))


class Drifting(Noise):
    """Follows the mean of what it is asked."""

    def fit(self, X, y=None):
        self.mean_ = np.mean(np.asarray(X), axis=0)
        return super().fit(X)

    def transform(self, X):
        self.mean_ = 0.9 * self.mean_ + 0.1 * np.mean(np.asarray(X), axis=0)
        return np.asarray(X) - self.mean_


def ranks(frame):
    return frame.rank(pct=True)


def filled(frame):
    return frame.fillna(frame.mean()).fillna(0.0)


def newest_first(frame):
    return frame.sort_values("age").to_numpy()


def dummies(frame):
    return pd.get_dummies(frame.round(-1).astype(int), columns=["age"]).to_numpy(float)[:, :4]


def frame_of(rows=300, gaps=0.0):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"age": rng.integers(20, 80, rows).astype(float), "debt": rng.exponential(10.0, rows)})
    return frame.mask(rng.random(frame.shape) < gaps)


def check(estimator, frame=None, rows=slice(200, None)):
    """Fit the estimator on two thirds of the rows, and check it on the others."""
    frame = frame_of() if frame is None else frame
    truth = (frame["age"].fillna(50) + 20 * np.random.default_rng(6).normal(size=len(frame)) > 50).astype(int)
    estimator.fit(frame[:200], truth[:200])
    schema = infer_schema(frame[:200])
    block = take(block_of_frame(schema, frame), rows)
    predictor = SklearnPredictor(estimator, schema, outcomes_of(estimator))
    check_row_by_row(predictor, schema, block)


def after(step, classifier=None):
    return make_pipeline(FunctionTransformer(step), classifier or LogisticRegression())


@pytest.mark.parametrize(
    "step", [scale, minmax_scale, quantile_transform, ranks, newest_first], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("classifier", [LogisticRegression(), LinearSVC()], ids=["probabilities", "labels"])
def test_a_step_over_the_rows_at_hand_is_refused(step, classifier):
    with pytest.raises(InvalidData, match=r"of 24 rows differently alone than among others.*StandardScaler"):
        check(after(step, classifier))


def test_a_gap_that_is_filled_by_the_rows_at_hand_is_refused():
    with pytest.raises(InvalidData, match=r"(\d+) of 24 rows differently alone"):
        check(after(filled), frame_of(gaps=0.1))
    check(after(filled))  # without gaps it is a function of the row


def test_a_step_that_fails_on_one_row_is_refused_with_its_words():
    with pytest.raises(InvalidData, match=r"answers a row among others and not alone: .*features"):
        check(after(dummies))


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(Noise(), LogisticRegression()),
        make_pipeline(Drifting(), LogisticRegression()),
        DummyClassifier(strategy="uniform"),  # equal probabilities, drawn labels
        DummyClassifier(strategy="stratified"),
    ],
    ids=["noise", "drifting", "uniform", "stratified"],
)
def test_chance_and_memory_are_refused(estimator):
    with pytest.raises(InvalidData, match=r"the same rows differently when it is asked again.*random_state"):
        check(estimator)


def test_one_draw_for_each_place_in_a_table_is_refused():
    with pytest.raises(InvalidData, match="differently alone than among others"):
        check(DummyClassifier(strategy="stratified", random_state=0))


@pytest.mark.parametrize(
    "estimator",
    [
        DummyClassifier(strategy="prior"),
        GaussianNB(),
        HistGradientBoostingClassifier(max_iter=5),
        make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=5)),
        make_pipeline(FunctionTransformer(np.log1p), LinearSVC()),
        make_pipeline(FunctionTransformer(np.round), StandardScaler(), KNeighborsClassifier(4, algorithm="brute")),
    ],
    ids=lambda estimator: str(estimator)[:40],
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_a_function_of_the_row_is_taken(estimator):
    check(estimator)


@pytest.mark.parametrize("rows", [slice(200, 201), slice(200, 205)])
def test_one_row_is_enough_to_look_at(rows):
    check(GaussianNB(), rows=rows)
    with pytest.raises(InvalidData, match="asked again"):
        check(make_pipeline(Noise(), LogisticRegression()), rows=rows)


def test_half_of_the_rows_have_gaps_and_the_first_few_are_of_both_sorts():
    schema = infer_schema(frame_of())
    some, none = block_of_frame(schema, frame_of(gaps=0.01)), block_of_frame(schema, frame_of())
    places = row_by_row._spread(some)
    gaps = np.isnan(some[0]) | np.isnan(some[1])
    assert 0 < gaps.sum() < 12 < len(places) == 24
    assert gaps[places].sum() == gaps.sum()
    assert len(set(places.tolist())) == 24
    assert 2 <= gaps[places[: row_by_row.FEWEST]].sum() <= 4
    many = block_of_frame(schema, frame_of(gaps=0.3))
    assert (np.isnan(many[0]) | np.isnan(many[1]))[row_by_row._spread(many)].sum() == 12
    assert row_by_row._spread(none)[[0, -1]].tolist() == [0, 299]


def test_a_slow_estimator_is_asked_alone_a_few_times(monkeypatch):
    asked = []
    monkeypatch.setattr(row_by_row, "LONGEST", -1.0)
    row = SklearnPredictor.row
    monkeypatch.setattr(SklearnPredictor, "row", lambda self, given: asked.append(given) or row(self, given))
    check(GaussianNB())
    assert len(asked) == row_by_row.FEWEST
    with pytest.raises(InvalidData, match="6 of 6 rows"):
        check(after(scale))


@pytest.mark.parametrize(("differs_at", "rows"), [(None, 12), (1, 24), (12, 24), (13, 12)])
def test_twelve_rows_alone_are_enough_where_none_of_them_differs(monkeypatch, differs_at, rows):
    row, asked = SklearnPredictor.row, []

    def answer(self, given):
        labels, (no, yes) = row(self, given)
        asked.append(given)
        return labels, ((no - 0.25, yes + 0.25) if len(asked) == differs_at else (no, yes))

    monkeypatch.setattr(SklearnPredictor, "row", answer)
    check(GaussianNB())
    assert len(asked) == rows


def test_a_tie_that_rounding_breaks_in_a_few_rows_is_no_dependence(monkeypatch):
    """Neighbours at equal distance: a large table is multiplied in another order than one row."""
    row, asked = SklearnPredictor.row, []

    def other_neighbour(few):
        def answer(self, given):
            labels, (no, yes) = row(self, given)
            asked.append(given)
            return labels, ((no, yes) if len(asked) > few else (no + 0.25, yes - 0.25))

        return answer

    monkeypatch.setattr(SklearnPredictor, "row", other_neighbour(4))
    check(GaussianNB())
    asked.clear()
    monkeypatch.setattr(SklearnPredictor, "row", other_neighbour(5))
    with pytest.raises(InvalidData, match=r"5 of 24 rows .*\(by up to 0\.25\)"):
        check(GaussianNB())


@pytest.mark.parametrize(("apart", "refused"), [(9e-5, False), (1.1e-4, True)])
def test_single_precision_may_round_one_row_differently(monkeypatch, apart, refused):
    row = SklearnPredictor.row

    def answer(self, given):
        labels, (no, yes) = row(self, given)
        return labels, (no - apart, yes + apart)

    monkeypatch.setattr(SklearnPredictor, "row", answer)
    with pytest.raises(InvalidData, match="24 of 24 rows differently") if refused else nullcontext():
        check(GaussianNB())


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:Numerical issues")  # of a column of gaps, which is tried
def test_nothing_is_made_of_what_is_refused(tmp_path):
    frame = frame_of()
    truth = (frame["age"] > 50).astype(int)
    model = after(scale).fit(frame[:200], truth[:200])
    with pytest.raises(InvalidData, match="Else the score of one customer would depend on who else is in the file"):
        add_model("people", model, frame[:200], frame[200:], truth[200:], models=tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
