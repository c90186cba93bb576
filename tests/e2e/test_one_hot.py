"""Columns that get_dummies made are one field, with the estimator's own numbers."""

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.linear_model import LogisticRegression

from app import create_server
from ml.add import add_model
from settings import Settings
from tests.serving import served

TOWNS = ["Enns", "Graz", "Linz", "Steyr", "Traun", "Wels"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The estimator, its hold-out, and where its page is served."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"town": rng.choice(TOWNS, 600), "pH": rng.normal(7, 0.4, 600).round(2)})
    shift = frame["town"].isin(["Linz", "Wels"]) * 2.0
    truth = pd.Series(np.where(shift + rng.normal(size=600) > 1, "high", "low"))
    frame = pd.get_dummies(frame, columns=["town"], drop_first=True)
    estimator = LogisticRegression(max_iter=500).fit(frame[:400], truth[:400])
    folder = tmp_path_factory.mktemp("models")
    add_model("soil", estimator, frame[:400], frame[400:], truth[400:], models=folder)
    with served(create_server(Settings(models_dir=folder, var_dir=tmp_path_factory.mktemp("var")))) as address:
        yield estimator, frame[400:], address


@pytest.fixture(scope="module")
def address(made):
    return made[2]


def of(estimator, row):
    return pytest.approx(dict(zip(estimator.classes_, estimator.predict_proba(row)[0], strict=True)), abs=1e-12)


@pytest.mark.parametrize("width", [1400, 380])
def test_one_field_for_all_columns(browse, made, width):
    estimator, held, _ = made
    tab = browse(width=width).open("/soil/predict?pH=7.1&town=Graz")
    tab.settle()
    assert tab.record() == {"town": "Graz", "pH": "7.1"}
    town = tab.page.get_by_label("Town", exact=True)
    expect(town.locator("option:not([value=''])")).to_have_text([*TOWNS[1:], "Other"])
    for choice in ("Linz", "Other"):
        town.select_option(choice)
        expect(tab.page).to_have_url(re.compile(rf"[?&]town={choice}(&|$)"))
        tab.settle()
        row = held.iloc[[0]] * 0
        row = row.assign(pH=7.1, **({f"town_{choice}": 1} if choice != "Other" else {})).astype(float)
        assert tab.probabilities() == of(estimator, row)
    tab.reasons()
    assert "Town Other" in tab.page.locator("#reasons").inner_text()


def test_a_record_fills_it_and_a_blank_is_asked_for(browse, made):
    estimator, held, _ = made
    tab = browse().open("/soil/predict?record=7")
    tab.settle()
    row = int(tab.page.locator(".form").get_attribute("data-row"))
    assert tab.probabilities() == of(estimator, held.iloc[[row]])
    own = [name.removeprefix("town_") for name in held if name != "pH" and held.iloc[row][name]]
    assert tab.record()["town"] == (own[0] if own else "Other")
    tab.page.get_by_role("button", name="New").click()
    tab.settle()
    ask = tab.page.locator("[data-ask=town]")
    ask.click()
    expect(tab.page.get_by_label("Town", exact=True)).to_be_focused()
