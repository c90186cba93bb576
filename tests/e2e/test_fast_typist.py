"""A fast typist on the Prediction page: the last value wins, and no older number comes back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from app import create_server
from layouts.shared.percent import percents
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from settings import Settings
from tests.serving import served

WORDS = ("late", "kind", "again", "never", "often", "thanks", "refund", "broken")


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """Folder of a model that asks for a text, a number and a slider."""
    rng = np.random.default_rng(5)
    rows = 300
    text = [" ".join(rng.choice(WORDS, 5)) + f" {number}" for number in range(rows)]
    frame = pd.DataFrame({"note": text, "amount": rng.uniform(0, 900, rows), "months": rng.uniform(0, 60, rows)})
    score = frame["note"].str.count("refund|broken") + (frame["amount"] - 450) / 300 + (frame["months"] - 30) / 20
    truth = pd.Series(np.where(score > 1.0, "leaves", "stays"))
    table = make_column_transformer((CountVectorizer(), "note"), (StandardScaler(), ["amount", "months"]))
    fitted = make_pipeline(table, LogisticRegression(max_iter=500)).fit(frame[:220], truth[:220])
    schema = infer_schema(frame[:220], {"months": {"widget": "slider", "step": 1.0}})
    folder = tmp_path_factory.mktemp("notes")
    outcomes = outcomes_of(fitted, "leaves")
    build_bundle(Trained("notes", "Notes", "", fitted, schema, outcomes, frame[:220], frame[220:], truth[220:]), folder)
    return folder


@pytest.fixture(scope="module")
def address(notes, tmp_path_factory):
    """Where that model is served."""
    settings = Settings(models_dir=notes, var_dir=tmp_path_factory.mktemp("notes-var"))
    with served(create_server(settings)) as address:
        yield address


def shown_by(folder, record):
    """Probabilities of a record and how they are written, by outcome."""
    said = open_service(folder).score("notes", [record]).scores[0].probabilities
    names = ("leaves", "stays")
    return dict(zip(names, said, strict=True)), dict(zip(names, percents(said, exclusive=True), strict=True))


def watch(tab):
    """Note each number that the headline shows while it can be seen."""
    tab.page.evaluate(
        """() => { window.seen = [];
        const look = () => {
            const number = document.querySelector(".headline .number");
            const text = number?.checkVisibility({ visibilityProperty: true }) ? number.textContent : "";
            if (text && text !== window.seen.at(-1)) window.seen.push(text);
            requestAnimationFrame(look);
        };
        look(); }"""
    )


KEYSTROKES = {
    "Amount": "123.4567890123456789",
    "Note": "refund broken thanks",
    "Months": "37.123456789012345678",
}


FILLED = "/notes/predict?note=late+kind&amount=450&months=30"


@pytest.mark.parametrize("label", KEYSTROKES)
def test_of_a_fast_typist_only_the_last_value_counts_and_no_older_number_comes_back(browse, notes, label):
    tab = browse().open(FILLED)
    tab.reasons()
    watch(tab)
    asked = len(tab.updates())
    control = tab.textbox(label)
    control.fill("")
    control.press_sequentially(KEYSTROKES[label], delay=30)
    control.press("Enter")
    tab.reasons()
    assert control.input_value() == KEYSTROKES[label]
    wanted, texts = shown_by(notes, tab.record())
    assert tab.probabilities() == pytest.approx(wanted, abs=1e-12)
    assert len(tab.updates()) - asked <= 2
    seen = tab.page.evaluate("window.seen")
    assert seen[-1] == texts["leaves"]
    assert len(seen) == len(set(seen)), f"an older number came back: {seen}"


def test_a_dragged_slider_ends_at_its_last_value_and_asks_seldom(browse, notes):
    tab = browse().open(FILLED)
    tab.reasons()
    watch(tab)
    asked = len(tab.updates())
    drag = """async slider => { for (let at = 1; at <= 20; at++) {
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, String(20 + at));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(done => setTimeout(done, 30));
    } }"""
    slider = tab.field("Months").locator("input[type=range]")
    slider.evaluate(drag)
    tab.page.wait_for_timeout(400)
    tab.reasons()
    assert tab.record()["months"] == slider.input_value() == "40"
    wanted, texts = shown_by(notes, tab.record())
    assert tab.probabilities() == pytest.approx(wanted, abs=1e-12)
    assert len(tab.updates()) - asked < 20  # a question waits for the answer before it, not one a step
    assert tab.page.evaluate("window.seen")[-1] == texts["leaves"]
