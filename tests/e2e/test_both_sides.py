"""Rules that stand in Python and in JavaScript: both are run with the same inputs and must agree.

docs/ARCHITECTURE.md has the list of these rules. The scripts are loaded into an empty page, without a server.
"""

import json
import random
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from layouts.percent import percents
from ml.marks import HOUSE, Unreadable, canonical, dressed, of_locale, percent, reading
from ml.tally import Tally
from ml.values import NUMBER
from ml.words import change_text

ASSETS = Path(__file__).parents[2] / "assets"
READERS = (HOUSE, *map(of_locale, ("de-DE", "fr-FR", "de-CH", "tr", "es")))


@pytest.fixture(scope="module")
def script(chromium):
    """Run JavaScript beside the scripts that write and read numbers."""
    page = chromium.new_page()
    page.evaluate("window.likelyCampaign = { page: () => document.body }")
    for name in ("29-numbers.js", "71-campaign-words.js"):
        page.add_script_tag(path=ASSETS / name)
    yield page.evaluate
    page.close()


@pytest.fixture
def dice():
    return random.Random(0)


def run(script, marks, function, inputs):
    """What a function of (input, marks) gives for each input in the page of a reader with these marks."""
    code = f"""(sent) => {{
        const [marks, inputs] = JSON.parse(sent);
        Object.assign(document.body.dataset, marks);
        const c = window.likelyCampaign, n = window.likelyNumbers;
        return JSON.stringify(inputs.map((each) => ({function})(each, marks)));
    }}"""
    return json.loads(script(code, json.dumps([asdict(marks), inputs])))


def moves(dice):
    """Pairs of probabilities: all thousandths apart from one half, halves of a tenth and of a point, any others."""
    steps = [(0.5, 0.5 + at / 2000) for at in range(-1000, 1001)] + [(0.0, at / 2000) for at in range(2001)]
    ties = [(start / 100, start / 100 + at / 10_000) for start in (0, 7, 35) for at in range(5, 6000, 5)]
    near = [(0.0, float(np.nextafter(at / 2000, end))) for at in range(1, 2000) for end in (0.0, 1.0)]
    return [*steps, *ties, *near, *((dice.random(), dice.random() * dice.choice((1, 0.01))) for _ in range(2000))]


def test_points_are_rounded_alike(script, dice):
    for marks in READERS[:2]:
        pairs = moves(dice)
        shown = run(script, marks, "([before, after]) => n.points(after - before, marks)", pairs)
        with reading(marks):
            assert shown == [change_text(*pair) for pair in pairs]


def test_percents_are_rounded_alike_and_sum_to_a_hundred_alike(script, dice):
    alone = [[at / 2000] for at in range(2001)] + [[float(np.nextafter(at / 2000, 0))] for at in range(1, 2001)]
    several = [share(dice, dice.randint(2, 9)) for _ in range(1000)] + [[1 / n] * n for n in range(1, 12)]
    for marks in READERS:
        for exclusive, cases in ((False, [*alone, *several]), (True, several)):
            shown = run(script, marks, f"(each) => c.percents(each, {str(exclusive).lower()})", cases)
            with reading(marks):
                assert shown == [percents(each, exclusive=exclusive) for each in cases]


def share(dice, k):
    """Probabilities that sum to 1, some of them hardly more than nothing."""
    parts = [dice.random() ** dice.choice((1, 8)) for _ in range(k)]
    return [part / sum(parts) for part in parts]


def test_numbers_are_written_alike(script, dice):
    whole = [0, 7, 999, 1000, 1234567, *(dice.randrange(10**9) for _ in range(100))]
    for marks in READERS:
        with reading(marks):
            assert run(script, marks, "c.count", whole) == [dressed(f"{number:,}") for number in whole]
            assert run(script, marks, "c.sign", ["62.5"]) == [percent("62.5")]
            numbers = ("1,234", "62.5", "12,345,678.25")
            said = "Of {} records, {} on 3 lists: {}."
            assert run(script, marks, "c.spoken", [said.format(*numbers)]) == [said.format(*map(dressed, numbers))]


def test_what_is_typed_is_read_alike(script, dice):
    letters = "0123456789" * 3 + ".,'’ \u00a0\u2009\u202f−-+eE%x"
    typed = ["".join(dice.choices(letters, k=dice.randint(1, 9))) for _ in range(20_000)]
    typed += ["1−2", "−1e−5", "1.234.567,5", "1,234,567.5", "12,34", "1 234", "1\u202f234,5", "1'234’567"]
    for marks in READERS:
        with reading(marks):
            typed += [dressed(f"{dice.uniform(-(10**7), 10**7):,.{dice.randint(0, 3)}f}") for _ in range(300)]
    for marks in READERS:
        assert run(script, marks, "n.read", typed) == [understood(text, marks) for text in typed]


def understood(text, marks):
    """As the script says it: nothing where nothing was typed, and an invisible letter behind what is no number."""
    try:
        return canonical(text, marks) if text.strip() else ""
    except Unreadable:
        return f"{text.strip()}\u2063"


def test_what_a_program_calls_a_number_is_the_same(script, dice):
    texts = ["".join(dice.choices("0123456789..+-eE ", k=dice.randint(1, 7))) for _ in range(5000)]
    shown = run(script, READERS[1], "n.write", texts)
    assert shown == [text.replace(".", ",", 1) if NUMBER.fullmatch(text) else text for text in texts]


def test_the_row_of_a_cut_off_is_the_same(script, dice):
    for cut_offs in ([0.5], [0.25, 0.75], sorted({round(dice.random(), 3) for _ in range(300)})):
        between = [(low + high) / 2 for low, high in pairwise(cut_offs)]
        asked = [0.0, 1.0, *cut_offs, *between, *(dice.random() for _ in range(500))]
        rows = script("([list, asked]) => asked.map((each) => likelyNumbers.nearest(list, each))", [cut_offs, asked])
        table = SimpleNamespace(cut_off=cut_offs)
        assert rows == [Tally.at(table, each) for each in asked]
