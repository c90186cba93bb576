"""A bundle serves only what was written, by whoever is trusted, and gives the answers recorded with it."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from ml.errors import BrokenModel, InvalidData, UnknownModel, UntrustedModel
from ml.lifecycle.registry import Registry
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from tests.damage import folder_of, forge, rewritten

ROOT = Path(__file__).resolve().parents[2]
DATA = load_iris(as_frame=True)
FLOWERS = DATA.data.set_axis(["sl", "sw", "pl", "pw"], axis=1)
SPECIES = DATA.target.map(dict(enumerate(map(str, DATA.target_names))))


def trained(estimator=None, name="flowers", **changes):
    estimator = (estimator or LogisticRegression(max_iter=500)).fit(FLOWERS[::2], SPECIES[::2])
    return Trained(
        **{
            "name": name,
            "title": "Flowers",
            "description": "",
            "estimator": estimator,
            "schema": infer_schema(FLOWERS[::2]),
            "outcomes": outcomes_of(estimator),
            "training": FLOWERS[::2],
            "holdout": FLOWERS[1::2],
            "truth": SPECIES[1::2],
        }
        | changes
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    build_bundle(trained(), folder)
    build_bundle(trained(name="sound"), folder)
    return folder


@pytest.fixture
def models(made, tmp_path):
    return shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)


def test_what_was_built_answers_like_the_estimator(models):
    bundle = Registry(models).load("flowers")
    estimator = trained().estimator
    answer = bundle.predictor.block(bundle.holdout.block)
    assert np.abs(answer.probabilities - estimator.predict_proba(FLOWERS[1::2])).max() <= 1e-12
    labels = np.array(bundle.outcomes.names)[answer.labels.argmax(axis=1)]
    assert (labels == estimator.predict(FLOWERS[1::2])).all()
    assert (bundle.holdout.truth.argmax(axis=1) == DATA.target[1::2]).all()


def test_row_and_block_are_one(models):
    bundle = Registry(models).load("flowers")
    labels, probabilities = bundle.predictor.row(tuple(FLOWERS.iloc[7]))
    answer = bundle.predictor.block(tuple(FLOWERS[7:8].to_numpy().T))
    assert probabilities == pytest.approx(answer.probabilities[0], abs=1e-12)
    assert labels == tuple(answer.labels[0])


@pytest.mark.parametrize(
    "name", ["estimator.skops", "card.json", "holdout.csv", "golden.json", "schema.json", "manifest.json"]
)
@pytest.mark.parametrize("harm", ["altered", "truncated", "gone"])
def test_a_harmed_bundle_is_named_and_the_others_serve(models, name, harm):
    path = folder_of(models, "flowers") / name
    content = path.read_bytes()
    if harm == "altered":
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    elif harm == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.unlink()
    service = open_service(models)
    with pytest.raises(BrokenModel, match="flowers@"):
        service.model("flowers")
    faults = service.check()
    assert "flowers@" in faults["flowers"]
    assert faults["sound"] is None
    assert service.score("sound", [dict(FLOWERS.iloc[0])]).scores[0].labels == ("setosa",)


def test_a_restored_bundle_serves_again_without_a_restart(models):
    path = folder_of(models, "flowers") / "card.json"
    content = path.read_bytes()
    path.write_bytes(b"{}")
    service = open_service(models)
    with pytest.raises(BrokenModel):
        service.model("flowers")
    path.write_bytes(content)
    assert service.model("flowers").name == "flowers"


def test_a_program_in_a_format_that_is_no_longer_read_is_named_with_what_to_do(models):
    forge(models, "flowers", rewritten("program.json", lambda program: program.update(format=1)))
    with pytest.raises(BrokenModel, match=r"^flowers@.* was compiled by another version of Likely") as refused:
        _ = open_service(models).model("flowers").predictor
    assert refused.value.hint == "Train or add it again."


def test_a_model_that_does_not_give_its_golden_answers_does_not_serve(models):
    forge(models, "flowers", rewritten("golden.json", lambda golden: golden["probabilities"][0].reverse()))
    with pytest.raises(BrokenModel, match=r"does not give the answers .* reads the clock"):
        open_service(models).score("flowers", [dict(FLOWERS.iloc[0])])


def test_a_model_of_another_scikit_learn_says_what_to_do(models):
    def older(card):
        card["versions"]["scikit-learn"] = "1.2.0"
        card["path"] = {"kind": "scikit-learn", "why": ""}

    forge(models, "flowers", rewritten("card.json", older))
    with pytest.raises(BrokenModel, match=r"made with scikit-learn 1\.2\.0.*Train it again"):
        open_service(models).score("flowers", [dict(FLOWERS.iloc[0])])


class HomeMade(ClassifierMixin, BaseEstimator):
    """A classifier that scikit-learn does not know."""

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, x):
        return np.full(len(x), self.classes_[0])


def test_a_type_that_nobody_trusted_is_refused_by_name_and_accepted_when_named(tmp_path):
    with pytest.raises(UntrustedModel, match="HomeMade"):
        build_bundle(trained(HomeMade()), tmp_path)
    assert Registry(tmp_path).names() == ()
    key = build_bundle(trained(HomeMade(), trusted=[f"{HomeMade.__module__}.HomeMade"]), tmp_path)
    assert Registry(tmp_path).load(key).offers == "labels"


def test_an_estimator_without_probabilities_gives_labels_only(tmp_path):
    build_bundle(trained(LinearSVC()), tmp_path)
    service = open_service(tmp_path)
    assert service.model("flowers").offers == "scores"
    score = service.score("flowers", [dict(FLOWERS.iloc[0])]).scores[0]
    assert (score.labels, score.probabilities) == (("setosa",), None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Bad Name"}, "cannot be called"),
        ({"name": "gallery"}, "cannot be called"),
        ({"truth": SPECIES[1::2].replace("setosa", "rose")}, "does not know: rose"),
        ({"truth": SPECIES[:3]}, "75 hold-out rows came with 3"),
    ],
)
def test_what_cannot_be_a_model_is_refused_and_leaves_nothing(tmp_path, changes, said):
    with pytest.raises(InvalidData, match=said):
        build_bundle(trained(**changes), tmp_path)
    assert Registry(tmp_path).names() == ()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_building_again_gives_the_same_answers_and_the_old_key_still_serves(models):
    service = open_service(models)
    first = service.model("flowers").key
    record = [dict(FLOWERS.iloc[60])]
    before = service.score("flowers", record).scores
    second = build_bundle(trained(description="a new version"), models)
    assert service.model("flowers").key == second != first
    assert service.score(first, record).scores == service.score("flowers", record).scores == before


@pytest.mark.parametrize("name", ["nope", "../flowers", "flowers@00000000", "flowers@../../x", "", "a" * 500])
def test_a_name_that_no_model_bears_is_answered_with_the_known_ones(models, name):
    with pytest.raises(UnknownModel):
        Registry(models).load(name)


def test_threads_that_come_at_once_open_a_version_once(models, monkeypatch):
    bundle = Registry(models).load("flowers")
    opened = []
    open_predictor = bundle._open_predictor
    monkeypatch.setattr(bundle, "_open_predictor", lambda: opened.append(time.sleep(0.05)) or open_predictor())
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: bundle.predictor, range(8)))
    assert len(opened) == 1
    assert len({id(predictor) for predictor in found}) == 1


@pytest.mark.nightly
def test_the_same_training_gives_the_same_key_in_another_process(tmp_path):
    words = [sys.executable, "-m", "ml", "train", "iris"]
    for name in ("one", "two"):
        subprocess.run(
            words, check=True, capture_output=True, cwd=ROOT, env=os.environ | {"MODELS_DIR": str(tmp_path / name)}
        )
    assert (tmp_path / "one" / "iris" / "live").read_text() == (tmp_path / "two" / "iris" / "live").read_text()
