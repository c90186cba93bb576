"""Pages in the pseudo-locale: every sentence is a message, nothing is cut, and English pages stay English."""

from __future__ import annotations

import csv
import getpass
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from playwright.sync_api import expect

from layouts.pages import gallery
from ml.bundle.bundle import Bundle
from tests.e2e.addresses import filled
from tests.e2e.cards import shows_its_data

OVER = 120_000  # ms that a job may take on a busy machine
FOREIGN = {"locale": "qps-ploc", "height": 900}

MISSING = "not found"
LOUD = (MISSING, "a file that is not taken")  # the browser complains of their status
PAGES = {  # every fourth is in the push lane
    "insights": "/loan/insights",
    "models": "/",
    MISSING: "/nowhere",
    "inputs": "/gallery",
    "today": "/today",
    "filled": filled("loan"),
    "labels": filled("iris"),
    "nothing known": "/bank-products/predict",
    "insights of several": "/bank-products/insights",
    "performance": "/loan/performance",
    "performance of several": "/bank-products/performance",
    "campaign": "/bank-products/campaign",
    "versions": "/loan/versions",
}

# Every text that a person reads or hears, figures' words included; but not what stands in a file's records
READ = """() => {
  const skipped = "script, style, code, pre, kbd, noscript, [hidden] *, .ag-row *, .ag-hidden, .ag-hidden *";
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  const read = [document.title];
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement.closest(skipped) && !parentElement.closest("head")) read.push(textContent);
  }
  for (const name of ["aria-label", "aria-description", "title", "placeholder", "alt"])
    for (const each of document.body.querySelectorAll(`[${name}]`))
      if (!each.closest(skipped)) read.push(each.getAttribute(name));
  return read.map((text) => text.trim()).filter(Boolean);
}"""

# Elements that show no more than a part of their words, and cannot be scrolled to the rest
CUT = """() => [...document.querySelectorAll("main *, header *")].filter((element) => {
  const drawn = "svg, .js-plotly-plot, .ag-row"; // by rules of their own
  // The first values of a column are a sample; what is said at a field is whole where that has the pointer or the focus
  const aside = ".visually-hidden, .finder > .field-label, [hidden], .campaign-first, .form[data-asks] .field-said";
  if (element.closest(drawn) || element.closest(aside)) return false;
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || element.matches("option, select, textarea, input")) return false;
  const box = document.createRange();
  box.selectNodeContents(element);
  const { right, left, width } = box.getBoundingClientRect();
  if (!width) return false;
  for (let around = element; around && around !== document.body; around = around.parentElement) {
    const style = getComputedStyle(around);
    if (["auto", "scroll"].includes(style.overflowX) || style.clipPath !== "none") return false; // for screen readers
    const frame = around.getBoundingClientRect();
    const framed = style.borderRightWidth !== "0px" || ["hidden", "clip"].includes(style.overflowX);
    if (framed && (right > frame.right + 1 || left < frame.left - 1)) return true;
  }
  return right > innerWidth + 1 || left < -1;
}).map((element) => `${element.className || element.tagName}: ${element.textContent.slice(0, 60)}`)"""

# Words of programs, names of products, and units that are the same in all languages
NAMES = {
    "likely", "api", "csv", "xlsx", "ods", "parquet", "json", "png", "svg", "html", "pdf", "excel", "opendocument",
    "windows", "utf", "utc", "mb", "esc", "ctrl", "alt", "shift", "enter",
}  # fmt: skip


# ---- what is opened and done ----------------------------------------------------------------
def opened(tab: Any, page: str) -> None:
    """The page with everything on it that comes by itself, sections unfolded."""
    path = PAGES[page]
    tab.open(path)
    if "?" in path:
        tab.reasons()
    tab.page.evaluate("for (const each of document.querySelectorAll('main details:not(.plot-data)')) each.open = true")
    for card in tab.page.locator(".plot-card:visible").all():
        card.scroll_into_view_if_needed()
        expect(card.locator(".plot-waiting, [data-again]")).to_have_count(0)
        shows_its_data(card)


def refused(tab: Any, _: Any) -> None:
    """A prediction with values that are refused."""
    tab.open(filled("loan", ApplicantIncome="12..5", LoanAmount="-1"))
    tab.settle("invalid")


def found(tab: Any, _: Any) -> None:
    """A record that was found, and changed."""
    tab.open("/loan/predict")
    box = tab.page.locator("#finder-box")
    box.click()
    expect(tab.page.locator("#finder-words")).not_to_be_empty()
    box.fill("12")
    expect(tab.page.locator("#finder-list [role=option]")).not_to_have_count(0)
    tab.page.keyboard.press("Escape")
    box.fill("7")
    box.press("Enter")
    tab.reasons()
    tab.page.locator("[data-feature=ApplicantIncome] input[type=text]").fill("5000")
    expect(tab.page.locator("#record-changed")).not_to_be_empty()
    tab.reasons()


def pinned(tab: Any, _: Any) -> None:
    """Two scenarios beside the one in the form."""
    tab.open(filled("bank-products"))
    tab.reasons()
    for income in ("80", "120"):
        tab.page.locator("[data-do=pin]").click()
        expect(tab.page.locator("#pins-words")).not_to_be_empty()
        tab.page.locator("[data-feature=income] input[type=text]").fill(income)
        tab.reasons()
    tab.page.locator("[data-do=compare]").click()
    expect(tab.page.locator("#pins-table th input")).to_have_count(2)


def moved(tab: Any, _: Any) -> None:
    """Another cut-off, which is to be used for everybody."""
    tab.open("/loan/performance")
    tab.page.wait_for_selector("#cut-off[data-row]")
    tab.page.locator("#cut-off-typed").fill("900")
    tab.page.locator("#cut-off-typed").press("Enter")
    expect(tab.page.locator("#cut-off .cut-off-said")).not_to_be_empty()
    tab.page.locator("#cut-off-slider").press("ArrowUp")
    tab.page.locator("#cut-off-use").click()
    tab.page.locator("#cut-off-confirm").click()  # without a reason
    expect(tab.page.locator(".cut-off-dialog-said")).not_to_be_empty()


def not_taken(tab: Any, _: Any) -> None:
    """A file that is refused when it is sent."""
    tab.open("/loan/campaign")
    broken = {"name": "customers", "mimeType": "application/octet-stream", "buffer": b'[{"a": 1}]'}
    tab.page.set_input_files("#campaign-file", broken)
    expect(tab.page.locator("[data-said=file].campaign-bad")).to_be_visible()


def columns(tab: Any, file: Any) -> None:
    """A file of which some values cannot be read."""
    tab.open("/loan/campaign")
    tab.page.set_input_files("#campaign-file", file)
    tab.page.wait_for_selector("#campaign[data-at=columns]")
    expect(tab.page.locator(".campaign-starting button")).to_be_enabled()
    tab.page.locator(".campaign-differently summary").click()


def listed(tab: Any, file: Any) -> None:
    """A campaign, and a list that was made of it."""
    columns(tab, file)
    tab.page.locator(".campaign-starting button").click()
    tab.page.wait_for_selector("#campaign[data-at=result] .ag-row", timeout=OVER)
    tab.page.locator("label", has=tab.page.locator("input[value=number]")).or_(
        tab.page.locator("input[value=number] + label")
    ).first.click()
    make = tab.page.locator("""button[id*='"campaign":"make"']""")
    expect(make).to_be_enabled()
    make.click()
    tab.page.wait_for_selector(".campaign-made", timeout=OVER)


Scene = Callable[[Any, Any], None]
ACTIONS: dict[str, Scene] = {
    "a refused value": refused,
    "a found record": found,
    "scenarios": pinned,
    "a moved cut-off": moved,
    "a file that is not taken": not_taken,
    "columns of a file": columns,
    "a list": listed,
}
SCENES = (*PAGES, *ACTIONS)


def shown(tab: Any, scene: str, file: Any) -> Any:
    """The tab after the scene."""
    if scene in PAGES:
        opened(tab, scene)
    else:
        ACTIONS[scene](tab, file)
    return tab


# ---- what is data ---------------------------------------------------------------------------
def texts_in(value: object) -> set[str]:
    """Texts in a value of JSON, names of fields included."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return texts_in(list(value)) | texts_in(list(value.values()))
    return set().union(*map(texts_in, value)) if isinstance(value, (list, tuple)) else set()


def data_of(bundle: Bundle) -> set[str]:
    """Texts of a model that are data: its card, and names, labels, units, choices and help of its schema."""
    given = texts_in([bundle.card, asdict(bundle.schema), [(each.name, each.label) for each in bundle.outcomes.items]])
    return given | {each.removeprefix("compiled: ").rstrip(".") for each in given}  # as the card shows them


def plain(texts: list[str], data: set[str]) -> list[str]:
    """The texts that have words in plain English letters which are no data."""
    known = sorted({each.strip() for each in data if re.search("[A-Za-z]{2}", each)}, key=len, reverse=True)
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE)
    single = {word for each in data for word in re.findall("[a-z]+", each.lower())} | NAMES
    left = {}
    for text in texts:
        rest = re.sub(r"\S+…", " ", whole.sub(" ", text))  # a name may be shortened
        words = re.findall(r"(?<![\w.])[A-Za-z]{2,}(?!\w)", rest)
        words = [word for word in words if word.lower() not in NAMES]
        if len(words) > 2 or {word.lower() for word in words} - single:  # a name may stand in several lines of a figure
            left[text[:120]] = " ".join(words)
    return [f"{text!r}: {words}" for text, words in sorted(left.items())]


@pytest.fixture(scope="module")
def data(service) -> set[str]:
    features = [replace(each, label="", help="") for each in gallery.SCHEMA.features]
    return {
        *(text for name in service.names() for text in data_of(service.model(name))),
        *(text for each in features for text in texts_in([asdict(each), str(each.default)])),
        "date", "nowhere", "customers", getpass.getuser(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def file(models_dir, tmp_path_factory):
    """Records that a model did not see; of one no value can be read, and no column gives the loan amount's name."""
    (holdout,) = (models_dir / "loan").glob("*/holdout.csv")
    with holdout.open(newline="") as source:
        rows = [{name: text for name, text in row.items() if name[:3] != "is "} for row in csv.DictReader(source)]
    rows[2]["ApplicantIncome"] = "12..5"
    made = tmp_path_factory.mktemp("campaign") / "customers.csv"
    with made.open("w", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows[:60])
    return made


@pytest.mark.parametrize("width", [380, 768, 1440])
@pytest.mark.parametrize("scene", SCENES)
def test_every_sentence_is_a_message_and_nothing_is_cut(browse, data, file, scene, width):
    tab = shown(browse(width=width, quiet=scene not in LOUD, **FOREIGN), scene, file)
    assert plain(tab.page.evaluate(READ), data) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.page.evaluate(CUT) == []


@pytest.mark.parametrize("page", sorted(PAGES))
def test_english_pages_stay_english(browse, page):
    """What is remembered between requests belongs to no language."""
    quiet = page != MISSING
    shown(browse(width=1280, quiet=quiet, **FOREIGN), page, None)
    tab = shown(browse(width=1280, quiet=quiet, locale="en-US"), page, None)
    assert tab.page.evaluate("document.documentElement.lang") == "en"
    assert [text for text in tab.page.evaluate(READ) if "⟦" in text] == []


def test_the_page_names_its_language(browse):
    tab = browse(**FOREIGN).open("/")
    assert tab.page.evaluate("document.documentElement.lang") == "qps-ploc"
