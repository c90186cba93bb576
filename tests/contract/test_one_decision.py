"""One record, every door: the same decision and the same worth to the cent, where a payoff has all four ends."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ml.cli.commands import main
from ml.data.feature import text_of
from ml.service import open_service
from ml.training.build import build_bundle
from tests import form
from tests.small import TRAINING, _independent, people, pushed, trained_of
from tests.unit.test_campaigns import House

ENDS = {
    "yes": (120.0, -30.0, -45.0, 7.0),
    "loan": (400.0, -60.0, -90.0, 4.0),
    "card": (45.0, -25.0, 8.0, 3.0),
}
NAMES = ("true_positive", "false_positive", "false_negative", "true_negative")
CALL = 6.5
CHOSEN = {"card": 0.71}  # somebody chose it, far from where it pays
RECORDS = people(rows=40, seed=11)


def about(*outcomes):
    given = {name: dict(zip(NAMES, ENDS[name], strict=True)) for name in outcomes}
    return {"payoff": {"currency": "EUR", "call": CALL, "outcomes": given}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    frame = people()
    score = pushed(frame)
    numbers = frame[["income", "debt"]]
    truth = pd.Series(np.where(score > 0.5, "yes", "no"))
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(numbers[:TRAINING], truth[:TRAINING])
    build_bundle(
        trained_of(
            "one",
            estimator,
            numbers,
            truth,
            TRAINING,
            title="One of two",
            description="A small model for tests.",
            about=about("yes"),
        ),
        made,
    )
    build_bundle(replace(_independent(frame, score), about=about("loan", "card")), made)
    return made


@pytest.fixture(scope="module")
def service(folder):
    return open_service(folder, chosen=chosen)


def chosen(_):
    return CHOSEN


def records_of(bundle):
    rows = RECORDS[list(bundle.schema.names)].to_dict("records")
    return [{name: text_of(value) for name, value in row.items()} for row in rows]


def by_hand(service, model):
    """Of each record and outcome with a payoff: whether one acts, and the worth, from the very definition."""
    bundle = service.model(model)
    found = []
    for score in service.score(model, records_of(bundle)).scores:
        each = {}
        for name, p in zip(bundle.outcomes.names, score.probabilities, strict=True):
            if name in bundle.card["payoff"]["outcomes"]:
                hit, alarm, miss, rest = ENDS[name]
                acting, leaving = p * hit + (1 - p) * alarm - CALL, p * miss + (1 - p) * rest
                each[name] = (p >= service.cut_off(bundle, name), round(acting - leaving, 2))
        found.append(each)
    return found


def page(service, folder, model, house):
    bundle = service.model(model)
    found = []
    for record in records_of(bundle):
        each = {}
        for name in bundle.card["payoff"]["outcomes"]:
            shown, _ = form.score(service, {"serial": 1, "model": bundle.key, "record": record, "outcome": name})
            parts = list(shown._traverse())
            [bar] = [part for part in parts if getattr(part, "data-outcome", "") == name]
            [worth] = [getattr(part, "data-worth") for part in bar._traverse() if hasattr(part, "data-worth")]
            [act] = [getattr(part, "data-decision") for part in parts if hasattr(part, "data-decision")]
            each[name] = (act == "act", round(float(worth), 2))
        found.append(each)
    return found


def api(service, folder, model, house):
    made = []
    for record in records_of(service.model(model)):
        answer = house.client.post(f"/api/v1/models/{model}/predict?cutoff=chosen", json=record)
        made += answer.json["predictions"]
    return [
        {name: (each["decisions"][name], round(each["worths"][name], 2)) for name in each["worths"]} for each in made
    ]


def command_line(service, folder, model, house):
    found = []
    for record in records_of(service.model(model)):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            assert (
                main(
                    ["predict", model, *(f"--{name}={value}" for name, value in record.items())], folder, chosen=chosen
                )
                == 0
            )
        each = {}
        for line in said.getvalue().partition("\n\n")[2].splitlines():
            name, rest = line.split(": ", 1)
            if "worth" in rest:
                each[name] = (rest.startswith("act,"), round(float(rest.split(" worth ")[1].split()[0]), 2))
        found.append(each)
    return found


def call_list(service, folder, model, house):
    """A list that is to take everybody for everything, losses included."""
    bundle = service.model(model)
    place = campaign(house, bundle)
    offered = list(bundle.card["payoff"]["outcomes"])
    wish = {"by": "number", "number": 1000, "losses": True, "outcomes": offered, "several": len(offered) > 1}
    made = house.post(f"{place}/lists", **wish)
    house.work()
    sent = {tuple(record.values()): at for at, record in enumerate(records_of(bundle))}
    found = [{} for _ in sent]
    for row in house.table(made.headers["Location"]):
        at = sent[tuple(row[name] for name in bundle.schema.names)]
        found[at][row["outcome"]] = (row["decision"] == "act", round(float(row["expected_value"]), 2))
    return found


def campaign(house, bundle):
    frame = pd.DataFrame(records_of(bundle))
    return house.done(frame.to_csv(index=False).encode(), model=bundle.name)


@pytest.mark.parametrize("model", ["one", "independent"])
@pytest.mark.parametrize("door", [page, api, command_line, call_list], ids=lambda door: door.__name__)
def test_a_record_is_decided_alike_and_worth_the_same_at_every_door(service, folder, tmp_path, model, door):
    house = House(service, tmp_path)
    wanted = by_hand(service, model)
    assert {act for each in wanted for act, _ in each.values()} == {True, False}
    assert any(worth < 0 for each in wanted for _, worth in each.values())
    assert door(service, folder, model, house) == wanted


@pytest.mark.parametrize("model", ["one", "independent"])
def test_the_table_of_a_campaign_shows_the_outcome_that_is_worth_most(service, tmp_path, model):
    house, wanted = House(service, tmp_path), by_hand(service, model)
    rows = house.client.get(f"{campaign(house, service.model(model))}/records?order=file&start=0&end=100").json["rows"]
    for row, each in zip(rows, wanted, strict=True):
        best = max(each, key=lambda name: each[name][1])
        assert row["outcome"] == best
        assert (row["decision"], round(row["worth"], 2)) == each[best]
        assert row["action"] == ("Offer it." if row["decision"] else "Leave it, unless they ask.")
    by_rank = sorted(rows, key=lambda row: row["rank"])
    worths = [row["worth"] for row in by_rank]
    assert worths == sorted(worths, reverse=True)


def test_a_list_takes_whom_the_cut_off_takes_less_those_that_lose_and_its_forecast_adds_up(service, tmp_path):
    house, wanted = House(service, tmp_path), by_hand(service, "one")
    place = campaign(house, service.model("one"))
    worths = [each["yes"][1] for each in wanted if each["yes"][0] and each["yes"][1] >= 0]
    brings = house.post(f"{place}/forecast").json
    assert brings["chosen"] == len(worths)
    assert brings["profit_model"] == pytest.approx(sum(worths), abs=0.01 * len(worths))
    everybody = house.post(f"{place}/forecast", by="number", number=1000, losses=True).json
    losses = [each["yes"][1] for each in wanted if each["yes"][1] < 0]
    assert (everybody["losing"], everybody["loss"]) == (
        len(losses),
        pytest.approx(-sum(losses), abs=0.01 * len(losses)),
    )
    assert any(f"{len(losses)} of the calls are expected to lose" in note for note in everybody["notes"])


def test_a_version_keeps_its_best_cut_off_and_acts_from_it(service):
    bundle = service.model("one")
    best = bundle.card["best_cut_offs"]["yes"]
    assert service.cut_off(bundle, "yes") == best["cut_off"]
    assert service.cut_off(bundle, "no") == 0.5
    assert service.cut_off(service.model("independent"), "card") == 0.71
    assert json.dumps(best)
