"""What the Prediction page asks the value function, for every sort of outcome and of model, with gaps in the data.

What is expected comes from the estimator itself, asked with a data frame, not from the house's own path.
"""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from plotly.utils import PlotlyJSONEncoder
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from callbacks.predict import show_reasons
from ml.advice.counterfactuals import counterfactuals
from ml.advice.grid import grid
from ml.advice.value_function import ValueFunction
from ml.data.columns import frame_of, take
from ml.data.feature import text_of
from ml.data.outcomes import Outcome, Outcomes
from ml.predict.predictor import probabilities_of
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import outcomes_of
from tests import form
from tests.small import TRAINING, people, pushed, trained_of

OUTCOMES = ("binary", "multiclass", "independent")
MODELS = ("trees", "linear", "one-hot")
NUMBERS = ["income", "debt", "shoe_size"]
LEVERS = {"income": {"lever": True}, "debt": {"lever": True}}
GAPS = 0.1
RECORDS = range(4)  # of the hold-out; some have gaps


def gappy() -> pd.DataFrame:
    frame = people()
    frame[NUMBERS] = frame[NUMBERS].astype(float)
    return frame.mask(np.random.default_rng(7).random(frame.shape) < GAPS)


def estimator_of(model: str, outcomes: str):
    forest = RandomForestClassifier(25, min_samples_leaf=4, random_state=0)
    linear = LogisticRegression(max_iter=500)
    last = MultiOutputClassifier(linear) if outcomes == "independent" else linear
    if model == "trees":
        return forest
    if model == "linear":
        return make_pipeline(SimpleImputer(), StandardScaler(), last)
    coded = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    return make_pipeline(make_column_transformer((SimpleImputer(), NUMBERS), (coded, ["region"])), forest)


def train(model: str, outcomes: str, folder) -> None:
    score, frame = pushed(people()), gappy()
    if model != "one-hot":
        frame = frame[NUMBERS]
    if outcomes == "independent":
        truth = pd.DataFrame({"loan": score > 0.3, "card": people()["income"] > 55}).astype(int)
    elif outcomes == "multiclass":
        truth = pd.Series(np.select([score > 0.8, score > -1.0], ["gold", "silver"], "none"))
    else:
        truth = pd.Series(np.where(score > 0.3, "yes", "no"))
    estimator = estimator_of(model, outcomes).fit(frame[:TRAINING], truth[:TRAINING])
    two = Outcomes((Outcome("loan", "Loan", "loan"), Outcome("card", "Credit card", "card")), False, "loan")
    build_bundle(
        trained_of(
            "m",
            estimator,
            frame,
            truth,
            TRAINING,
            schema=infer_schema(frame[:TRAINING], LEVERS, optional=True),
            outcomes=two if outcomes == "independent" else outcomes_of(estimator),
        ),
        folder,
    )


@pytest.fixture(scope="module", params=[(model, outcomes) for model in MODELS for outcomes in OUTCOMES], ids="-".join)
def served(request, tmp_path_factory):
    """A service with that one model, and the version."""
    folder = tmp_path_factory.mktemp("models")
    train(*request.param, folder)
    service = open_service(folder)
    return service, service.model("m")


def asked_outside(bundle, frame: pd.DataFrame) -> np.ndarray:
    return probabilities_of(bundle.estimator, frame, bundle.outcomes)


def holdout(bundle) -> pd.DataFrame:
    return frame_of(bundle.schema, bundle.holdout.block)


def records(bundle) -> list[dict[str, str]]:
    """Records of the hold-out as the form sends them: a gap is a blank, and every second one has more of these."""
    names = bundle.schema.names
    texts = [[text_of(None if pd.isna(value) else value) for value in row] for row in holdout(bundle).to_numpy(object)]
    some = [dict(zip(names, texts[at], strict=True)) for at in RECORDS]
    hidden = [record | {names[at % len(names)]: ""} for at, record in enumerate(some)]
    complete = next(dict(zip(names, row, strict=True)) for row in texts if all(row))
    return [complete, *some, *hidden, dict.fromkeys(names, "")]


def complete(bundle) -> dict[str, str]:
    return records(bundle)[0]


def filled(bundle, value_function, standing) -> tuple[pd.DataFrame, np.ndarray]:
    """The record with its blanks filled by the rows that the game chose, as a frame, and their weights."""
    position = value_function.score(standing.row)
    frame = frame_of(bundle.schema, take(value_function.background, position.chosen))
    for name, value, known in zip(bundle.schema.names, standing.row, standing.known, strict=True):
        if known:
            frame[name] = pd.Series([value] * len(frame), index=frame.index, dtype=frame[name].dtype)
    return frame, position.weights


def test_with_all_known_the_score_is_the_models_own_and_has_no_range(served):
    service, bundle = served
    frame = holdout(bundle).dropna().head(10)
    expected = asked_outside(bundle, frame)
    for at, row in enumerate(frame.to_numpy(object)):
        standing = service.score_with_blanks("m", dict(zip(bundle.schema.names, map(text_of, row), strict=True)))
        assert standing.probabilities == pytest.approx(expected[at].tolist(), abs=1e-9)
        assert standing.low == standing.probabilities == standing.high
        assert standing.questions == ()


def test_with_blanks_the_score_is_the_mean_answer_over_what_they_may_be_and_the_range_its_middle(served):
    service, bundle = served
    value_function = ValueFunction(bundle)
    exclusive = bundle.outcomes.exclusive
    seen = 0
    for record in records(bundle):
        standing = service.score_with_blanks("m", record)
        if not standing.blank:
            continue
        seen += 1
        frame, weights = filled(bundle, value_function, standing)
        answers = asked_outside(bundle, frame)
        assert standing.probabilities == pytest.approx((weights @ answers).tolist(), abs=1e-9)
        for column in range(len(bundle.outcomes)):
            below = weights[answers[:, column] < standing.low[column] - 1e-9].sum()
            above = weights[answers[:, column] > standing.high[column] + 1e-9].sum()
            assert below <= 0.1 + 1e-9
            assert above <= 0.1 + 1e-9
        assert not exclusive or sum(standing.probabilities) == pytest.approx(1, abs=1e-9)
    assert seen >= len(RECORDS)


def test_nothing_known_gives_the_base_rate(served):
    service, bundle = served
    standing = service.score_with_blanks("m", {})
    background = frame_of(bundle.schema, ValueFunction(bundle).background)
    assert background.isna().to_numpy().any()  # the data have gaps
    assert standing.probabilities == pytest.approx(asked_outside(bundle, background).mean(axis=0).tolist(), abs=1e-9)


def test_every_blank_is_asked_the_best_first_and_of_every_outcome(served):
    service, bundle = served
    for outcome in bundle.outcomes.names:
        for record in records(bundle):
            standing = service.score_with_blanks("m", record, outcome)
            assert sorted(question.feature for question in standing.questions) == sorted(standing.blank)
            assert all(before.decides >= after.decides for before, after in pairwise(standing.questions))
            for question in standing.questions:
                assert 0 <= question.crossing <= 1
                assert 0 <= question.move <= 1
    moves = [question.move for question in service.score_with_blanks("m", {}).questions]
    assert max(moves) > 0.05  # income and debt decide, so knowing them must move something


def test_reasons_add_up_from_the_base_rate_to_the_score_for_every_outcome_on_raw_features(served):
    service, bundle = served
    base = service.score_with_blanks("m", {}).probabilities
    for record in records(bundle):
        for column, outcome in enumerate(bundle.outcomes.names):
            standing = service.score_with_blanks("m", record, outcome)
            explained = service.advise(standing).explanation
            assert explained.contributions.shape == (len(bundle.schema.names), len(bundle.outcomes))
            total = explained.base[column] + explained.contributions[:, column].sum()
            assert total == pytest.approx(standing.probability, abs=1e-9)
            assert explained.base == pytest.approx(base, abs=1e-9)
            assert not explained.contributions[~np.array(standing.known)].any()


def test_sweeps_hold_the_score_shown_and_are_the_models_own_answers_when_all_is_known(served):
    service, bundle = served
    for record in records(bundle):
        standing = service.score_with_blanks("m", record)
        sweeps = service.advise(standing).sweeps
        assert set(sweeps) == set(bundle.schema.names)
        for name, sweep in sweeps.items():
            assert (sweep.here is None) == (name in standing.blank)
            if sweep.here is not None:
                assert sweep.probabilities[sweep.here] == pytest.approx(standing.probabilities, abs=1e-12)
            if not standing.blank:
                frame = frame_of(bundle.schema, bundle.holdout.block).head(1)
                frame = pd.concat([frame] * len(sweep.values), ignore_index=True)
                for other, value in zip(bundle.schema.names, standing.row, strict=True):
                    frame[other] = list(sweep.values) if other == name else [value] * len(frame)
                assert sweep.probabilities == pytest.approx(asked_outside(bundle, frame), abs=1e-9)


@pytest.mark.parametrize("cut_off", [0.3, 0.6])
def test_a_change_that_is_named_crosses_the_cut_off_and_where_one_lever_does_it_one_is_named(served, cut_off):
    service, bundle = served
    crossing = 0
    for record in (complete(bundle), records(bundle)[1]):
        for column, outcome in enumerate(bundle.outcomes.names):
            standing = service.score_with_blanks("m", record, outcome)
            named = counterfactuals(ValueFunction(bundle), standing.row, column, cut_off, name=outcome)
            up = standing.probability < cut_off
            for change in named.found:
                moved = record | {name: text_of(new) for name, _, new in change.moves}
                after = service.score_with_blanks("m", moved, outcome).probability
                assert (after >= cut_off) == up
                assert after == pytest.approx(change.probability, abs=1e-9)
                assert {name for name, _, _ in change.moves} <= set(LEVERS)
            alone = single_moves(service, bundle, record, outcome, cut_off, up=up) if not standing.blank else None
            if alone is not None:
                assert bool(alone) == any(len(change.moves) == 1 for change in named.found)
            crossing += len(named.found)
    assert crossing  # else nothing was tested


def single_moves(service, bundle, record, outcome, cut_off, *, up) -> list[str]:
    """The levers that cross alone, tried value by value."""
    found = []
    for name in LEVERS:
        tried = ({**record, name: text_of(value)} for value in grid(bundle.schema.feature(name), 15))
        if any((service.score_with_blanks("m", each, outcome).probability >= cut_off) == up for each in tried):
            found.append(name)
    return found


def test_the_evidence_counts_what_became_of_holdout_records_that_the_model_itself_scores_so(served):
    service, bundle = served
    scores = asked_outside(bundle, holdout(bundle))
    for record in records(bundle):
        for column, outcome in enumerate(bundle.outcomes.names):
            standing = service.score_with_blanks("m", record, outcome)
            advice = service.advise(standing)
            evidence = advice.evidence
            near = (scores[:, column] >= evidence.lowest - 1e-9) & (scores[:, column] <= evidence.highest + 1e-9)
            if evidence.similar:
                assert near.sum() == evidence.similar
                assert bundle.holdout.truth[near, column].sum() == evidence.had
                assert evidence.low <= evidence.had / evidence.similar <= evidence.high
            for neighbour in advice.neighbours:
                truth = bundle.holdout.truth[neighbour.number]
                had = [name for name, yes in zip(bundle.outcomes.names, truth, strict=True) if yes]
                assert neighbour.had == tuple(had)


def test_a_record_that_nobody_is_like_is_called_so_and_one_of_training_is_not(served):
    service, bundle = served
    ordinary = service.score_with_blanks("m", complete(bundle))
    assert service.advise(ordinary).unlike is None
    strange = service.score_with_blanks("m", complete(bundle) | {"income": "9000000"})
    assert "income" in service.advise(strange).unlike.features
    assert strange.notes


def test_the_page_shows_these_numbers_and_no_other(served):
    service, bundle = served
    for serial, record in enumerate(records(bundle), start=1):
        asked = {"serial": serial, "model": bundle.key, "record": record, "outcome": bundle.outcomes.names[-1]}
        standing = service.score_with_blanks("m", record, bundle.outcomes.names[-1])
        said, told = form.score(service, asked)
        assert told["problems"] == {}
        drawn = json.loads(json.dumps(said, cls=PlotlyJSONEncoder))
        shown = {part["data-outcome"]: float(part["data-probability"]) for part in parts(drawn, "data-outcome")}
        expected = dict(zip(bundle.outcomes.names, standing.probabilities, strict=True))
        assert shown == pytest.approx(expected, abs=1e-12)
        why, swept = show_reasons(service, asked)
        falls = list(parts(json.loads(json.dumps(why, cls=PlotlyJSONEncoder)), "data-total"))
        assert [float(fall["data-total"]) for fall in falls] == pytest.approx(
            [standing.probability] * len(falls), abs=1e-9
        )
        assert falls or not any(standing.known)
        assert set(swept["sweeps"]) == set(bundle.schema.names)


def parts(component, name):
    """Properties of every part of a page that has that one."""
    if isinstance(component, list):
        for child in component:
            yield from parts(child, name)
    elif isinstance(component, dict) and "props" in component:
        if name in component["props"]:
            yield component["props"]
        yield from parts(component["props"].get("children"), name)
