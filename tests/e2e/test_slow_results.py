"""A page whose results take long says so, keeps asking, and is complete in the end without being opened anew."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect

from app import create_server
from callbacks import performance, plots
from ml.metrics import evaluation
from settings import Settings
from tests.serving import served
from tests.small import small_model

WORDS = "This is still being worked out"


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """A server that scores the hold-out only when it is told to, and its address."""
    small_model("multiclass", tmp_path / "models")
    go, real = threading.Event(), evaluation.evaluate
    monkeypatch.setattr(evaluation, "evaluate", lambda bundle: (go.wait(60), real(bundle))[1])
    for door in (plots, performance):
        monkeypatch.setattr(door, "ANSWER_DEADLINE", 0.2)
    with served(create_server(Settings(models_dir=tmp_path / "models", var_dir=tmp_path / "var"))) as address:
        yield address, go
        go.set()


def test_the_page_waits_in_words_and_then_shows_everything(chromium, slow):
    address, go = slow
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/multiclass/performance")
    expect(page.locator("[data-refused]")).to_contain_text(WORDS)
    card = page.locator(".plot-card", has=page.locator("[data-again]")).first
    expect(card).to_contain_text(WORDS)
    expect(page.locator("#averages")).to_contain_text(WORDS)
    expect(page.locator("#cut-off")).to_be_visible()
    page.wait_for_timeout(2500)  # questions in between change nothing
    expect(page.locator("[data-refused]")).to_contain_text(WORDS)
    go.set()
    expect(page.locator(".plot-card .js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator("[data-refused]")).to_be_hidden()
    expect(page.locator("#averages table")).to_contain_text("Mean (macro)")
    # Cards that the plots above pushed far down ask again when they come near; on a busy machine more than once.
    waiting = page.locator(".plot-card", has=page.locator("[data-again]"))
    for _ in range(120):
        for card in waiting.element_handles()[:1]:
            card.scroll_into_view_if_needed()
            page.wait_for_timeout(250)
    expect(page.locator("[data-again]")).to_have_count(0)
    page.close()
