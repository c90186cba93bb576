"""Texts are found by how they begin, by a part, and by one that is spelled alike; ten thousand as ten."""

import difflib
import random
import time

import pytest

from ml.data.texts import ALIKE, Texts, fold

TOWNS = Texts(["Linz", "Graz", "Bad Ischl", "Sankt Pölten", "St. Georgen", "Straßwalchen", "Unterlinz"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("linz", ["Linz", "Unterlinz"]),
        ("LIN", ["Linz", "Unterlinz"]),
        ("polten", ["Sankt Pölten"]),
        ("  strass ", ["Straßwalchen"]),
        ("i", ["Bad Ischl", "Linz", "Unterlinz"]),  # a word that begins so goes before a part of one
        ("s", ["Sankt Pölten", "St. Georgen", "Straßwalchen", "Bad Ischl"]),
        ("Wien", []),
        ("", list(TOWNS.texts)),
    ],
)
def test_what_begins_with_the_text_comes_first_whatever_capitals_and_accents(text, found):
    assert TOWNS.find(text) == found


@pytest.mark.parametrize(
    ("text", "closest"),
    [("Lniz", "Linz"), ("sankt polten", "Sankt Pölten"), ("Gratz", "Graz"), ("Wolkersdorf", None), ("", None)],
)
def test_a_text_that_is_spelled_alike_is_named(text, closest):
    assert TOWNS.closest(text) == closest


def test_no_texts_have_nothing_alike():
    assert Texts([]).closest("Linz") is None
    assert Texts([]).find("Linz") == []


def made_up(count, dice):
    parts = ("lin", "graz", "wien", "od", "ach", "berg", "feld", "hof", "kirch", "markt", "ober", "unter", "sankt")
    return sorted({"".join(dice.choices(parts, k=3)).capitalize() + f" {at}" for at in range(count)})


def test_the_closest_of_ten_thousand_is_difflibs_and_takes_no_time():
    dice = random.Random(4)
    names = made_up(10_000, dice)
    texts = Texts(names)
    texts.closest("warm")
    wrong = []
    for name in dice.sample(names, 40):
        letters = list(name)
        for at in dice.sample(range(len(letters)), 2):
            letters[at] = dice.choice("abcxyz0")
        wrong.append("".join(letters))
    start = time.perf_counter()
    ours = [texts.closest(text) for text in wrong]
    spent = time.perf_counter() - start
    for text, own in zip(wrong, ours, strict=True):
        theirs = difflib.get_close_matches(fold(text), texts.folded, n=1, cutoff=ALIKE)[0]

        def ratio(one, text=text):
            return difflib.SequenceMatcher(None, fold(one), fold(text)).ratio()

        assert ratio(own) == ratio(theirs)
    assert spent / len(wrong) < 0.03  # about 2 ms; difflib over all takes 70
