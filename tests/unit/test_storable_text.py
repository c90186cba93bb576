"""Texts that no database keeps are mended in what is kept and in what is looked for: nothing looks like an outage."""

import pytest

from store.connection.storable_text import storable
from store.db import open_store
from tests.faults.places import database

STRANGE = ["a\0b", "\0", "\ud800", "x\udfffy\0", "\0" * 3]


@pytest.mark.parametrize("text", ["", "plain", "Straße 日本 🏦", "\n\t\x01\x7f", "\ufffd", "\U0010ffff"])
def test_what_can_be_kept_is_the_same_object(text):
    for given in (text, {"a": text, "b": 1}, [(text, None), (text, 2.5)], ({"a": text},), 7, None, b"\0"):
        assert storable(given) is given


def test_what_cannot_is_replaced_character_by_character():
    assert storable("a\0b\ud800c") == "a\ufffdb\ufffdc"
    assert storable([{"a": "\0", "b": 1}, {"a": "x", "b": 2}]) == [{"a": "\ufffd", "b": 1}, {"a": "x", "b": 2}]
    assert storable((("\udfff", 1), ("x", 2))) == (("\ufffd", 1), ("x", 2))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_strange_texts_find_nothing_and_are_found_again(tmp_path, kind):
    with database(kind, tmp_path) as url:
        store = open_store(url)
        for text in STRANGE:
            assert store.people.find(text) is None
            assert store.jobs.get(text) is None
            assert store.api_keys.get(text) is None
            assert store.cutoffs(text) == {}
            store.set_cutoff("m", text, 0.25, before=0.5, reason="why\0", who="who\ud800")
            assert store.cutoffs("m")[storable(text)] == 0.25
        store.people._engine().dispose()
