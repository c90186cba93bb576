"""The results of a model by the API: the numbers of the page, and what drifts and is estimated."""

import json

import numpy as np
import pytest
from werkzeug.test import Client

from api.contract.results import Analysts
from app import create_server
from feedback.results.model_results import ModelResults
from feedback.service import Feedback
from layouts.results.analysts import analysts
from ml.service import open_service
from ml.text.number_words import percent
from settings import Settings
from store.db import open_store
from store.outcome_records import OUTCOME
from tests.results import shop
from tests.small import people
from tests.unit.test_results_page import words


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    shop(folder / "models")
    return folder


@pytest.fixture(scope="module")
def served(home):
    """The service after 400 predictions over the API, of which half bought whatever was said."""
    server = create_server(Settings.from_environ({"MODELS_DIR": str(home / "models"), "VAR_DIR": str(home)}))
    client = Client(server)
    server.extensions["likely-mover"].move()  # makes the key, without which no values are kept
    records = people(400, seed=9).to_dict("records")
    answered = client.post("/api/v1/models/shop/predict", json=records)
    mark = answered.headers["Decision-Id"]
    told = [
        {"decision": f"{mark}-{at}", "kind": OUTCOME, "outcome": "yes", "value": int(value)}
        for at, value in enumerate(np.random.default_rng(1).random(400) < 0.5)
    ]
    server.extensions["likely-mover"].move()
    assert client.post("/api/v1/outcomes", json=told[:350]).status_code == 200
    chances = [each["probabilities"]["yes"] for each in answered.json["predictions"]]
    return client, chances


def test_what_is_told_by_the_api_comes_back_as_results(served):
    client, chances = served
    answered = client.get("/api/v1/models/shop/results")
    assert answered.status_code == 200, answered.text
    found = answered.json
    # the time of all is 30 days: none of them is over
    assert found["records"] == {
        "decisions": 400, "counted": 0, "unripe": 400, "unripe_share": 1.0, "early": found["records"]["early"],
        "unknown": 0, "told": 350, "after": 2_592_000.0, "silence": "unknown",
    }  # fmt: skip
    assert found["right"]["state"] == "not_enough"
    assert found["paid"]["lift"]["difference"] is None
    assert found["used"]["noted"] == 350
    assert found["analysts"] is None
    assert len(chances) == 400


def test_page_and_api_have_one_source(served, home):
    client, _ = served
    feedback = Feedback(open_service(home / "models"), open_store(f"sqlite:///{home / 'likely.db'}"), None)
    own = ModelResults(feedback).of("shop")
    theirs = client.get("/api/v1/models/shop/results?outcome=yes").json
    assert {name: value for name, value in theirs.items() if name not in ("as_of", "analysts")} == {
        name: value for name, value in own.items() if name != "as_of"
    }


def test_outcomes_without_a_time_count_at_once_and_wrong_ones_are_found_off(tmp_path):
    shop(tmp_path / "models", ripening={})
    client = Client(
        create_server(Settings.from_environ({"MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path)}))
    )
    records = people(900, seed=9).to_dict("records")
    answered = client.post("/api/v1/models/shop/predict", json=records)
    chances = np.array([each["probabilities"]["yes"] for each in answered.json["predictions"]])
    came = np.random.default_rng(1).random(900) < 0.5 + (chances - 0.5) / 5
    told = [
        {"decision": f"{answered.headers['Decision-Id']}-{at}", "value": int(value)} for at, value in enumerate(came)
    ]
    client.application.extensions["likely-mover"].move()
    assert client.post("/api/v1/outcomes", json=told).status_code == 200
    found = client.get("/api/v1/models/shop/results").json
    assert found["records"]["counted"] == found["right"]["all"]["records"] == 900
    assert found["right"]["all"]["came"] == came.sum()
    assert found["right"]["all"]["said"] == pytest.approx(chances.mean())
    lowest = found["right"]["bands"][0]
    assert lowest["label"] == "Unlikely"
    assert lowest["records"] == (chances < 0.2).sum()
    assert lowest["off"]


def test_analysts_get_drift_and_estimates(served):
    client, chances = served
    found = client.get("/api/v1/models/shop/results?analysts=true").json["analysts"]
    assert found["records"] == 400
    p = np.array(chances)
    acts = p >= found["estimated"]["cut_off"]
    assert found["estimated"]["precision"]["value"] == pytest.approx(p[acts].mean())
    assert found["drift"]["records"] == 400
    assert {each["feature"] for each in found["drift"]["features"]} == {"income", "debt", "shoe_size", "region"}
    Analysts.model_validate_json(json.dumps(found), strict=True, extra="forbid")  # this client is not a checked one


def test_the_page_shows_the_drift_that_was_found(served):
    client, _ = served
    found = client.get("/api/v1/models/shop/results?analysts=true").json
    shown = words(analysts(found, found["analysts"]))
    assert "Beyond chance" in shown
    for each in found["analysts"]["drift"]["features"]:
        assert f"{each['label']} {percent(each['importance'])} {percent(each['moved'])}" in shown


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/api/v1/models/shop/results?outcome=maybe", 400, "maybe"),
        ("/api/v1/models/shop/results?analysts=perhaps", 400, "analysts"),
        ("/api/v1/models/shop/results?plot=x", 400, "There is no parameter 'plot'"),
        ("/api/v1/models/shopping/results", 404, "shopping"),
    ],
)
def test_what_cannot_be_asked_is_refused(served, address, status, said):
    answered = served[0].get(address)
    assert answered.status_code == status
    assert said in answered.text
