"""The keyboard: keys that scripts handle, the table of the architecture, and the list on the screen are the same."""

from __future__ import annotations

import re

import pytest

from layouts.predict.outcome_row import OutcomeRowContext, outcome_keys
from layouts.predict.shortcuts import KEYS, SEARCH, in_short, keys
from tests.architecture import PAGE, ROOT
from tests.small import small_service

SCRIPTS = ROOT / "assets/ts"
NAMED = r"\b(?:Arrow(?:Up|Down|Left|Right)|Page(?:Up|Down)|Home|End|Enter|Escape|Tab|Delete|Backspace|Insert|F\d\d?)\b"
COMPARED = r'event\.(?:key(?:\.toLowerCase\(\))?|code) [!=]== "([^"]+)"'
DIGITS = r"/\^\[(\d-\d)\]\$/\.test\(event\.key\)"
# Uses of a key whose names stand elsewhere in the script, where NAMED finds them
LOOKED_UP = r'\[event\.key\]|KEYS\.includes\(event\.key\)|\(graph, event\.key\)|"\$\{event\.key\}"'
OF_LABEL = {"↑ ↓": ("ArrowUp", "ArrowDown"), "Page ↑ ↓": ("PageUp", "PageDown"), "Alt+R": ("KeyR",)}
OF_LABEL |= {"Shift+↑ ↓": OF_LABEL["↑ ↓"], "Ctrl+Z": ("z",), "Ctrl+K": ("k",), "Ctrl+Enter": ("Enter",)}
LISTED = [label for label, _ in (*KEYS, SEARCH)]
BROWSERS = "Tab"
TABLE = PAGE.read_text(encoding="utf-8").partition("### The keyboard")[2].partition("###")[0]
ROWS = {
    cells[0].strip(" `"): (set(re.findall("`([^`]+)`", cells[1])), re.findall("`([^`]+)`", cells[3]))
    for cells in (line.strip("|").split("|") for line in TABLE.splitlines() if line.startswith("| `"))
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "multiclass", "independent")


def handled(script: str) -> set[str]:
    """Keys that a script handles, by their names in ``KeyboardEvent``."""
    code = re.sub(r"/\*[\s\S]*?\*/|//.*", "", script)
    if not re.search(r"""["']key(?:down|up|press)["']""", code):
        return set()
    rest = re.sub("|".join((COMPARED, DIGITS, LOOKED_UP)), "", code)
    assert not re.findall(r".*event\.(?:key|code).*", rest), "write the key so that this test can read it"
    return {*re.findall(NAMED, code), *re.findall(COMPARED, code), *re.findall(DIGITS, code)}


def labels_of(keys_handled: set[str]) -> set[str]:
    return {label for label in LISTED if keys_handled & set(OF_LABEL.get(label, (label,)))}


def scripts() -> dict[str, set[str]]:
    files = {file.relative_to(SCRIPTS).as_posix(): file.read_text(encoding="utf-8") for file in SCRIPTS.rglob("*.ts")}
    return {name: found for name, script in files.items() if (found := handled(script))}


def test_the_table_names_each_script_with_the_keys_that_it_handles():
    assert {name: keys_named for name, (keys_named, _) in ROWS.items()} == scripts()


def test_what_the_list_shows_is_handled_and_what_is_handled_on_the_page_is_listed():
    of_the_page = {name: labels for name, (_, labels) in ROWS.items() if name.split("/")[0] in ("predict", "shared")}
    for name, labels in of_the_page.items():
        assert set(labels) <= labels_of(ROWS[name][0]), name
    assert {label for labels in of_the_page.values() for label in labels} == {*LISTED} - {BROWSERS}
    every = {key for name in of_the_page for key in ROWS[name][0]}
    assert every - {key for label in LISTED for key in OF_LABEL.get(label, (label,))} == {"1-9"}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('addEventListener("keydown", (event) => { if (event.key === "q") go(); });', {"q"}),
        ('addEventListener("keyup", (event) => ({ PageUp: 1, Home: 2 })[event.key]);', {"PageUp", "Home"}),
        ('addEventListener("keydown", (event) => { if (event.key.toLowerCase() !== "k") return; });', {"k"}),
        ('addEventListener("click", (event) => { /* Enter */ });', set()),
        ('// Escape\naddEventListener("keydown", (event) => { if (event.code === "KeyB") go(); });', {"KeyB"}),
    ],
)
def test_keys_are_read_out_of_a_script(code, found):
    assert handled(code) == found


def test_a_key_that_cannot_be_read_is_refused():
    with pytest.raises(AssertionError, match="can read it"):
        handled('addEventListener("keydown", (event) => { if (["x", "y"].includes(event.key)) go(); });')


@pytest.mark.parametrize(
    ("digits", "said"), [("1", "1"), ("12", "1 – 2"), ("1234", "1 – 4"), ("134", "1, 3, 4"), ("14", "1, 4")]
)
def test_digits_in_short(digits, said):
    assert in_short(list(digits)) == said


@pytest.mark.parametrize(
    ("sort", "seller", "digits"),
    [
        ("binary", True, "1234"),
        ("binary", False, "12"),
        ("multiclass", True, "134"),
        ("multiclass", False, "1"),
        ("independent", False, "12"),
    ],
)
def test_the_list_has_the_digits_of_the_buttons_that_stand_there(service, sort, seller, digits):
    found = outcome_keys(service.model(sort), OutcomeRowContext(seller=seller))
    assert found == tuple(digits)
    last = keys(tells=found).children[1].children[-1]
    assert last.children[0].children.children == in_short(digits)


def test_without_buttons_no_digit_is_listed():
    assert len(keys().children[1].children) == len(KEYS)
    assert len(keys(search=True).children[1].children) == len(KEYS) + 1
