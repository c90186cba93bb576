"""The service in a thread, and a real browser in front of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from app import create_server
from settings import Settings
from tests.serving import served

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--in-process-gpu", "--js-flags=--no-opt"]  # a page lives for seconds: less time of the processor
PATIENCE = 60_000  # ms; the machine may be busy with other things
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first is the quickest

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"no browser is installed: none of {', '.join(BROWSERS)} is on the path"
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def settings(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of the service behind the pages."""
    return Settings(models_dir=models_dir, var_dir=tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="session")
def address(settings: Settings) -> Iterator[str]:
    """Where the pages are served, without a slash at the end."""
    with served(create_server(settings)) as address:
        yield address


class Tab:
    """A page of the browser, and everything that it said and asked for."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        page.on("console", lambda message: self._complain(message.type, message.text))
        page.on("pageerror", lambda error: self._complain("error", str(error)))
        page.on("request", lambda request: self.requests.append(request))

    def _complain(self, kind: str, text: str) -> None:
        # Of a busy machine: what was preloaded is used, but later than within a few seconds
        if kind in ("error", "warning") and "preloaded using link preload" not in text:
            self.complaints.append(text)

    def open(self, path: str) -> Tab:
        self.page.goto(self.address + path)
        self.page.wait_for_selector("[data-title]")
        if "/predict" in path:
            self.page.wait_for_selector("#panel[data-state]")
        elif "/campaign" in path:
            self.page.wait_for_selector("#campaign[data-at]")
        elif path == "/gallery":
            self.page.wait_for_selector("[data-asks][data-settled]")
        self.page.wait_for_selector("#prerender", state="detached")
        return self

    def field(self, label: str) -> Locator:
        """The field of that label, with its control and what is said under it."""
        return self.page.locator("[data-feature]").filter(has=self.page.get_by_text(label, exact=True)).first

    def textbox(self, label: str) -> Locator:
        """The text input whose name begins with the label; a unit may follow."""
        return self.page.get_by_role("textbox", name=re.compile(rf"^{re.escape(label)}( |$)"))

    def type(self, label: str, text: str) -> None:
        """Type a value and commit it."""
        control = self.textbox(label)
        control.fill(text)
        control.press("Enter")

    def settle(self, state: str = "current") -> None:
        """Wait until the result is what the form asks for."""
        self.page.wait_for_selector(f"#panel[data-state={state}][aria-busy=false]")

    def answered(self, serial: int | str) -> None:
        """Wait until the question of that number is answered and nothing else is open."""
        expect(self.page.locator("#result [data-serial]")).to_have_attribute("data-serial", str(serial))
        self.settle()

    def probabilities(self) -> dict[str, float]:
        """Exact probabilities on the page, by outcome."""
        bars = self.page.locator("#result [data-outcome]")
        return dict(bars.evaluate_all("bars => bars.map(bar => [bar.dataset.outcome, +bar.dataset.probability])"))

    def percents(self) -> dict[str, str]:
        """What people read, by outcome."""
        read = "bars => bars.map(bar => [bar.dataset.outcome, bar.querySelector('.number').textContent])"
        return dict(self.page.locator("#result [data-outcome]").evaluate_all(read))

    def record(self) -> dict[str, str]:
        """What stands in the form."""
        return dict(self.page.locator("[data-feature]").evaluate_all(_READ))

    def numbers_seen(self) -> list[Locator]:
        """Numbers of the result that are shown as those of the values in the form."""
        numbers = self.page.locator("#panel[data-state=current] #result .number")
        return [number for number in numbers.all() if number.is_visible()]

    def updates(self) -> list[Request]:
        """Requests that the page made of its callbacks for itself and for scores; reasons follow on their own."""
        asked = [request for request in self.requests if "_dash-update-component" in request.url]
        return [request for request in asked if '"reasons-request"' not in (request.post_data or "")]

    def reasons(self) -> Any:
        """Wait until reasons stand beside the score, as sharp as they become; what they say of themselves."""
        self.settle()
        self.page.wait_for_selector(".reasons[data-state=current]:not([data-sharpening])")
        return self.page.locator("#reasons").evaluate(_REASONS)

    def foreign(self) -> list[str]:
        """Requests that left the host."""
        here = urlsplit(self.address).netloc
        return [r.url for r in self.requests if urlsplit(r.url).netloc not in (here, "") and r.url[:5] != "data:"]


_READ = """fields => fields.map(field => {
    const checked = field.querySelector("[role=radiogroup] input:checked, input[type=checkbox]");
    const control = document.getElementById(field.dataset.control);
    const value = field.querySelector("[role=radiogroup]") ? checked?.value ?? ""
        : checked ? String(checked.checked) : control.value;
    return [field.dataset.feature, value];
})"""


_REASONS = """body => {
    const about = body.querySelector("[data-serial]").dataset;
    const fall = body.querySelector(".waterfall")?.dataset;
    const points = [...body.querySelectorAll("[data-points]")].map(row => +row.dataset.points);
    return { ...about, base: +fall?.base, total: +fall?.total, points };
}"""


@pytest.fixture
def browse(chromium: Browser, address: str) -> Iterator[Callable[..., Tab]]:
    """Open tabs: ``browse(width=380)``. At the end, none may have complained or left the host.

    Pages show everything; ``view=None`` leaves the view as in a browser in which nobody has chosen one yet.
    """
    contexts: list[BrowserContext] = []
    tabs: list[Tab] = []

    def new_tab(
        *, width: int = 1280, height: int = 900, quiet: bool = True, view: str | None = "whole", **options: Any
    ) -> Tab:
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}, **options))
        if view is not None:
            contexts[-1].add_init_script(f"try {{ localStorage.view ??= '{view}' }} catch {{}}")
        contexts[-1].set_default_timeout(PATIENCE)
        tab = Tab(contexts[-1].new_page(), address)
        if quiet:
            tabs.append(tab)
        return tab

    yield new_tab
    for context in contexts:
        context.close()
    for tab in tabs:
        assert tab.complaints == []
        assert tab.foreign() == []
