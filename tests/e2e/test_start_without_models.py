"""A service that is started without models: its page tells how the demo models come, and shows them as they do."""

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.serving import app, free_port, starter, status, text_of, wait_for

LONG = 180_000  # ms: training on a busy machine


@pytest.fixture
def served(tmp_path):
    with starter(tmp_path / "models", tmp_path) as start:
        port = free_port()
        yield port, *start(app("--port", str(port), "-w", "2"))


@pytest.mark.nightly
def test_the_demo_models_appear_by_themselves(served, chromium):
    port, _, log = served
    wait_for(port)
    if status(port, "/readyz") == 503:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30)
        said = json.loads(refused.value.read())["parts"]["models"]
        assert said.startswith("There is none yet: the demo models are being made.")
    page = chromium.new_page()
    try:
        page.goto(f"http://127.0.0.1:{port}/")
        expect(page.get_by_role("heading", name="The demo models are being made")).to_be_visible(timeout=30_000)
        page.evaluate("document.body.dataset.same = 'page'")
        expect(page.locator(".making li[data-state=ready]").first).to_be_visible(timeout=LONG)
        page.get_by_role("link", name="Iris", exact=False).first.click()
        page.wait_for_selector("#panel[data-state=current]")
        assert page.evaluate("document.body.dataset.same") == "page"
    finally:
        page.close()
    assert status(port, "/readyz") == 200
    assert text_of(log).count("Making the demo model iris") == 1
