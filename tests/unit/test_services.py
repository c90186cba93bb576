"""What a process computes ahead, so that nobody waits for it."""

import pytest

from app import create_service
from ml.advice import evidence, value_function
from services import warm_up
from settings import Settings
from tests.small import small_service


@pytest.fixture
def made(monkeypatch):
    """Models of which the first score and the first reasons have computed their parts."""
    scores, reasons = [], []
    whole, space = value_function.ValueFunction.__init__, evidence._space._make

    def score(self, bundle, *more):
        whole(self, bundle, *more)  # refuses a model without probabilities
        scores.append(bundle.name)

    def reason(bundle):
        reasons.append(bundle.name)
        return space(bundle)

    monkeypatch.setattr(value_function.ValueFunction, "__init__", score)
    monkeypatch.setattr(evidence._space, "_make", reason)
    return scores, reasons


def test_each_model_is_asked_once_and_broken_ones_and_those_without_probabilities_end_nothing(tmp_path, made):
    service = small_service(tmp_path, "binary", "labels-only", "multiclass")
    (tmp_path / "aaa").mkdir()
    (tmp_path / "aaa" / "live").write_text("nothing")
    assert service.names() == ("aaa", "binary", "labels-only", "multiclass")
    warm_up(service)
    assert made == (["binary", "multiclass"],) * 2
    bundle = service.model("binary")
    service.advise(service.score_with_blanks("binary", {}))
    assert made == (["binary", "multiclass"],) * 2
    assert bundle.name == "binary"


def test_after_its_time_no_further_model_is_asked(tmp_path, made):
    warm_up(small_service(tmp_path, "binary", "multiclass"), seconds=-1)
    assert made[0] == ["binary"]


def test_the_service_hands_it_to_workers(tmp_path, made):
    small_service(tmp_path / "models", "binary")
    settings = Settings(models_dir=tmp_path / "models", var_dir=tmp_path / "var", auth="none")
    server = create_service(settings).server
    server.extensions["likely"]()
    assert made == (["binary"], ["binary"])
