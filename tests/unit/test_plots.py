"""Results of plots: cached, single-flight, across a restart; and in words."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_caching import Cache

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import NoProbabilities, OneOutcomeOnly, UnknownModel, UnknownOutcome, UnknownPlot
from ml.plots import catalogue, theme
from ml.plots import plot as plots
from ml.plots.drawn_plots import drawn, result_of
from ml.plots.plot import View
from ml.service import Service, open_service
from ml.text import number_words
from ml.translation import ENGLISH, use_language
from ml.translation.pseudo_locale import PSEUDO
from tests.small import small_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for sort in ("multiclass", "labels-only", "absent"):
        small_model(sort, folder)
    return folder


def started(models: Path, cache: Path) -> Service:
    """A service as a fresh process would have it."""
    kept = Cache(config={"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(cache)})
    app = Flask("test")
    kept.init_app(app)
    return open_service(models, app.extensions["cache"][kept], cache / "locks")


@pytest.fixture
def counted(monkeypatch):
    """The ROC plot with a compute that counts its runs."""
    roc = catalogue.find("roc")
    runs = []

    def compute(study):
        runs.append(study.outcome)
        return roc.compute(study)

    rows = tuple(replace(plot, compute=compute) if plot is roc else plot for plot in catalogue.CATALOGUE)
    monkeypatch.setattr(catalogue, "CATALOGUE", rows)
    return runs


@pytest.mark.parametrize("key", ["segments", "groups", "worst-segments", "rules", "mistakes"])
def test_a_kept_result_is_said_in_the_language_of_who_reads_it(models, tmp_path, key):
    """Whoever comes first does not choose it for the others, nor does a restart."""
    said = {}
    for language in (PSEUDO, ENGLISH):
        with use_language(language):
            found = drawn(started(models, tmp_path), "multiclass", key, "gold")
            plot = found.plot
            said[language] = [found.sentence, *_texts([getattr(found.result, name) for name in plot.named])]
    assert not any("⟦" in text for text in said[ENGLISH])
    assert all("⟦" in text for text in said[PSEUDO] if text and text not in said[ENGLISH])
    assert said[PSEUDO][0] != said[ENGLISH][0]
    assert said[PSEUDO][1:] != said[ENGLISH][1:]
    assert len(said[PSEUDO]) == len(said[ENGLISH])


def _texts(found: object) -> list[str]:
    return [text for each in found for text in _texts(each)] if isinstance(found, list) else [str(found)]


def test_eight_that_ask_at_once_compute_once(models, tmp_path, counted):
    service, start, figures = started(models, tmp_path), threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        figures.append(drawn(service, "multiclass", "roc", "gold").figure)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == ["gold"]
    assert len(figures) == 8
    assert all(figure == figures[0] for figure in figures)


def test_a_result_survives_a_restart(models, tmp_path, counted, monkeypatch):
    before = drawn(started(models, tmp_path), "multiclass", "roc", "gold")
    monkeypatch.setattr(plots, "evaluation_of", lambda bundle: pytest.fail("evaluated again"))
    after = drawn(started(models, tmp_path), "multiclass", "roc", "gold")
    assert counted == ["gold"]
    assert after.figure == before.figure
    assert after.sentence == before.sentence


def test_outcomes_and_revisions_do_not_share_a_result(models, tmp_path, counted, monkeypatch):
    service = started(models, tmp_path)
    sentences = {drawn(service, "multiclass", "roc", outcome).sentence for outcome in ("gold", "none")}
    rows = tuple(replace(plot, revision=plot.revision + 1) for plot in catalogue.CATALOGUE)
    monkeypatch.setattr(catalogue, "CATALOGUE", rows)
    drawn(service, "multiclass", "roc", "gold")
    assert len(sentences) == 2
    assert counted == ["gold", "none", "gold"]


def test_a_result_of_all_outcomes_is_computed_once_for_all(models, tmp_path):
    service = started(models, tmp_path)
    plot, bundle = catalogue.find("importance"), service.model("multiclass")
    first, second = (result_of(service, bundle, plot, View(bundle.outcomes, name)) for name in ("gold", "none"))
    assert not plot.per_outcome
    assert first == second


def test_no_outcome_means_the_positive_one(models, tmp_path):
    service = started(models, tmp_path)
    positive = service.model("multiclass").outcomes.positive
    assert drawn(service, "multiclass", "roc").sentence == drawn(service, "multiclass", "roc", positive).sentence


@pytest.mark.parametrize(
    ("model", "plot", "outcome", "error", "words"),
    [
        ("nobody", "roc", None, UnknownModel, "nobody"),
        ("multiclass", "pie", None, UnknownPlot, "importance, .*confusion, .*roc"),
        ("multiclass", None, None, UnknownPlot, "None"),
        ("multiclass", "roc", "bronze", UnknownOutcome, "gold, none, silver"),
        ("multiclass", "importance", {"a": []}, UnknownOutcome, "gold, none, silver"),
        ("labels-only", "roc", "yes", NoProbabilities, "CalibratedClassifierCV"),
        ("absent", "roc", "gold", OneOutcomeOnly, "“gold”"),
    ],
)
def test_what_cannot_be_drawn_says_why(models, tmp_path, model, plot, outcome, error, words):
    with pytest.raises(error, match=words):
        drawn(started(models, tmp_path), model, plot, outcome)


def test_reading_the_catalogue_loads_no_drawing_and_no_scikit_learn():
    code = (
        "import sys, ml.plots.catalogue, ml.plots.drawn_plots, ml.plots.theme;"
        "heavy = {'plotly', 'sklearn', 'pandas', 'scipy', 'dash', 'flask'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.5, "50 %"),
        (0.994, "99 %"),
        (0.996, "99.6 %"),
        (0.004, "0.4 %"),
        (0.0142, "1.4 %"),
        (0.01, "1 %"),
        (0.0001, "under 0.1 %"),
        (0.99999, "over 99.9 %"),
        (0.07, "7 %"),
        (1 / 3, "33 %"),
    ],
)
def test_a_share_is_never_said_to_be_all_or_nothing_when_it_is_not(share, words):
    assert number_words.percent(share) == words.replace(" %", "\u00a0%")


def test_counts_of_records_have_decimals_only_where_weights_make_them():
    assert [number_words.count(weight) for weight in (0, 12.0, 1234, 1234.56)] == ["0", "12", "1,234", "1,234.6"]


def test_figures_have_our_template_and_leave_plotlys_own_alone():
    import plotly.io as pio

    before = pio.templates.default
    made = theme.figure([{"type": "scatter", "x": [0], "y": [1]}])
    assert made.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert made.layout.template.data.to_plotly_json() == {}
    assert pio.templates.default == before
    with pytest.raises(ValueError, match="colour"):
        theme.figure([{"type": "scatter", "line": {"colour": "red"}}])


def test_nothing_on_a_figure_leads_out_of_the_house():
    assert theme.CONFIG["showSendToCloud"] is False
    assert theme.CONFIG["displayModeBar"] is False


def test_records_are_named_as_their_outcomes_are():
    items = (Outcome("a", "Apple", "a"), Outcome("b", "Pear", "b"))
    assert View(Outcomes(items, True, "a"), "b").records == "records that are “Pear”"
    assert View(Outcomes(items, False, "a"), "b").records == "records with “Pear”"


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 1, ["0", "20", "40", "60", "80", "100"]),
        (0, 0.024, ["0.0", "0.5", "1.0", "1.5", "2.0"]),
        (-0.31, 0.06, ["-30", "-20", "-10", "0"]),
        (0, 0.6, ["0", "10", "20", "30", "40", "50", "60"]),
    ],
)
def test_ticks_of_shares_are_round_and_written_like_all_percentages(low, high, texts):
    found = theme.percent_ticks(low, high)
    assert found["ticktext"] == [f"{text}\u00a0%" for text in texts]
    assert found["tickvals"] == pytest.approx([float(text) / 100 for text in texts])
