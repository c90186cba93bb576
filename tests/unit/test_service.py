"""The front door: scores, refusals, and results that are computed once."""

import threading
import time

import pandas as pd
import pytest
from flask import Flask
from flask_caching import Cache
from sklearn.linear_model import LogisticRegression

from ml.errors import InvalidRecord, UnknownModel
from ml.service import Service, open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of

RECORD = {"sl": 5.1, "sw": 3.5, "pl": 1.4, "pw": 0.2}


def file_cache(folder):
    app = Flask("cache")
    return Cache(app, config={"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(folder), "CACHE_THRESHOLD": 0})


def test_one_record_and_many_get_the_same_numbers(service):
    alone = service.score("iris", [RECORD]).scores[0]
    among = service.score("iris", [RECORD, {**RECORD, "pl": 6.0}, RECORD]).scores
    assert among[0] == among[2]
    assert among[0].labels == alone.labels
    assert among[0].probabilities == pytest.approx(alone.probabilities, abs=1e-12)


def test_a_key_and_its_name_are_one_model(service):
    key = service.model("iris").key
    assert service.score(key, [RECORD]).scores == service.score("iris", [RECORD]).scores


def test_no_records_give_no_scores(service):
    assert list(service.score("iris", []).scores) == []


def test_every_problem_of_every_record_is_reported(service):
    with pytest.raises(InvalidRecord) as refused:
        service.score("iris", [{**RECORD, "sl": "x"}, RECORD, {**RECORD, "pw": -1, "nope": 2}])
    assert [(problem.row, problem.feature) for problem in refused.value.problems] == [
        (0, "sepal_length"),
        (2, "nope"),
        (2, "petal_width"),
    ]


def test_notes_belong_to_their_record(service):
    scores = service.score("iris", [RECORD, {**RECORD, "sl": 15}]).scores
    assert [[note.message for note in score.notes] for score in scores] == [[], ["The model has seen 4.3 to 7.9."]]


def test_an_unknown_model_is_named(service):
    with pytest.raises(UnknownModel, match="'nope'"):
        service.score("nope", [RECORD])


def test_what_the_estimator_itself_refuses_is_a_problem_of_that_record(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [1.0, 0.0, 1.0, 0.0]})
    truth = pd.Series(["no", "no", "yes", "yes"])
    estimator = LogisticRegression().fit(frame, truth)
    schema = infer_schema(frame, optional=True)  # wrongly: this estimator takes no gaps
    build_bundle(Trained("m", "M", "", estimator, schema, outcomes_of(estimator), frame, frame, truth), tmp_path)
    with pytest.raises(InvalidRecord) as refused:
        open_service(tmp_path).score("m", [{"a": 1, "b": 1}, {"a": 1}, {"b": 0}])
    assert [problem.row for problem in refused.value.problems] == [1, 2]
    with pytest.raises(InvalidRecord):
        open_service(tmp_path).score("m", [{"a": 1}])


def test_eight_who_ask_at_once_cause_one_computation(models_dir, tmp_path):
    service = open_service(models_dir, file_cache(tmp_path / "cache"), tmp_path / "locks")
    computed = []

    def compute():
        time.sleep(0.05)
        computed.append(1)
        return {"value": 42}

    found = []
    threads = [threading.Thread(target=lambda: found.append(service.result(("m@1", "x"), compute))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"value": 42}] * 8
    assert len(computed) == 1


def test_results_survive_a_restart_and_belong_to_their_version(models_dir, tmp_path):
    def fresh():
        return open_service(models_dir, file_cache(tmp_path / "cache"), tmp_path / "locks")

    assert fresh().result(("m@1", "roc", 3), lambda: [1]) == [1]
    assert fresh().result(("m@1", "roc", 3), lambda: pytest.fail("computed again")) == [1]
    assert fresh().result(("m@2", "roc", 3), lambda: [2]) == [2]
    assert fresh().result(("m@1", "roc", "3"), lambda: [4]) == [4]


def test_a_failure_is_not_kept(service: Service):
    with pytest.raises(ZeroDivisionError):
        service.result(("m@1", "broken"), lambda: 1 / 0)
    assert service.result(("m@1", "broken"), lambda: [1]) == [1]
