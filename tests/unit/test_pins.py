"""Pinned scenarios, called as Dash calls their callbacks: what is kept, what is refused, and the table."""

import json

import pytest

from callbacks.pins import FULL, GONE, NO_RESULT, change_pins, show_pins
from layouts.predict.pins import alike, words_of
from layouts.shared.percent import percents
from ml.data.feature import Choice, Feature

NUMBER = Feature("income", "Income", "number", codes=(Choice(0, "None"),))


TAMPERED = {"pins": [{"name": "A", "record": {"sepal_length": 5}, "shown": [1]}]}


@pytest.fixture
def pin(service):
    """Pin records of iris one after the other: the last act's state and words."""
    key = service.model("iris").key

    def pinned(*records, kept=None):
        said = ""
        for serial, record in enumerate(records, start=1):
            scenario = {"model": key, "record": record, "serial": serial, "kept": {"values": [serial]}}
            act = {"kind": "pin", "scenario": scenario, "serial": f"{serial} {record}"}
            kept, said = change_pins(service, act, kept or [None], key)
        return kept, json.loads(said["data-message"])

    return pinned


def numbers(service, record):
    return percents(service.score_with_blanks("iris", record).probabilities, exclusive=True)


def table(service, kept, now=None):
    made = show_pins(service, kept, now, service.model("iris").key)
    return json.loads(made) if made else None


def texts(node):
    if isinstance(node, str):
        return [node]
    return [text for inside in node[2:] for text in texts(inside)]


def test_a_pin_holds_the_services_numbers_and_comes_under_the_next_free_name(service, pin):
    kept, said = pin({"sepal_length": "5"}, {"sepal_length": "6"})
    assert [one["name"] for one in kept[0]["pins"]] == ["A", "B"]
    assert kept[0]["pins"][1]["shown"] == numbers(service, {"sepal_length": "6"})
    assert said == {"words": "Pinned as B.", "left": 2}


def test_the_same_values_however_written_are_pinned_once(pin):
    kept, said = pin({"sepal_length": "5"}, {"sepal_length": "5.0"})
    assert len(kept[0]["pins"]) == 1
    assert said["words"] == "This is pinned already, as A."


def test_a_fifth_is_refused_and_so_is_what_has_no_result(service, pin):
    kept, said = pin(*({"sepal_length": str(each)} for each in range(4, 9)))
    assert (len(kept[0]["pins"]), said["words"]) == (4, FULL)
    kept, said = pin({"sepal_length": "much"})
    assert kept[0]["pins"] == []
    assert said["words"] == NO_RESULT


def test_pins_are_renamed_but_never_to_nothing_and_removed(service, pin):
    kept, _ = pin({"sepal_length": "5"}, {"sepal_length": "6"})
    key = kept[0]["model"]
    for serial, (name, wanted) in enumerate(
        [("  With a rise ", "With a rise"), ("  ", "With a rise"), ("x" * 99, "x" * 24)]
    ):
        kept, _ = change_pins(service, {"kind": "rename", "at": 0, "name": name, "serial": serial}, kept, key)
        assert kept[0]["pins"][0]["name"] == wanted
    kept, said = change_pins(service, {"kind": "remove", "at": 0, "serial": "last"}, kept, key)
    assert [one["name"] for one in kept[0]["pins"]] == ["B"]
    assert json.loads(said["data-message"])["left"] == 1


def test_what_a_store_says_by_itself_changes_nothing_and_a_former_version_is_dropped_with_a_word(service, pin):
    from dash import no_update

    kept, _ = pin({"sepal_length": "5"})
    key = kept[0]["model"]
    act = {"kind": "pin", "serial": kept[0]["act"], "scenario": {}}
    assert change_pins(service, act, kept, key) == ([no_update], no_update)
    assert change_pins(service, None, kept, key) == ([no_update], no_update)
    old = [kept[0] | {"model": "iris@00000000"}]
    assert table(service, old) is None
    kept, said = change_pins(service, None, old, key)
    assert (kept[0]["pins"], json.loads(said["data-message"])["words"]) == ([], GONE)


def test_the_table_marks_what_differs_from_the_form_and_leaves_out_what_does_not(service, pin):
    one, other = {"sepal_length": "5", "petal_width": "1"}, {"sepal_length": "", "petal_width": "1.0"}
    kept, _ = pin(one)
    now = {"model": kept[0]["model"], "record": other, "serial": 7}
    found = texts(table(service, kept, now))
    at = found.index("Sepal length cm")
    assert found[at + 1 : at + 5] == ["Not known", "≠", " ", "5"]
    assert "Petal width cm" not in found
    assert set(numbers(service, one)) | set(numbers(service, other)) <= set(found)
    assert '"data-of":"7"' in show_pins(service, kept, now, kept[0]["model"])
    assert "No value differs." in texts(table(service, kept, now | {"record": one}))


def test_without_a_result_the_forms_column_is_empty(service, pin):
    kept, _ = pin({"sepal_length": "5"})
    assert numbers(service, {"sepal_length": "5"})[0] in texts(table(service, kept))
    assert '"data-of":""' in show_pins(service, kept, None, kept[0]["model"])  # the opening result has the serial 0


@pytest.mark.parametrize(
    "junk", [None, 3, [], [3], [{"pins": 3}], [{"pins": [{}]}], [{"pins": [{"name": 1}]}], [TAMPERED]]
)
def test_a_browser_may_send_anything(service, junk):
    key = service.model("iris").key
    assert show_pins(service, junk, junk, key) == ""
    if junk == [TAMPERED]:
        junk = [TAMPERED | {"model": key}]
        assert '"data-pin-name"' not in show_pins(service, junk, junk, key)
    assert show_pins(service, junk, junk, junk) == ""
    for act in ({"kind": "remove", "at": 0}, {"kind": "pin", "scenario": junk}, {"kind": junk}, junk):
        change_pins(service, act, junk, key)
        change_pins(service, act, junk, junk)


def test_values_are_words_as_their_field_shows_them():
    assert [words_of(NUMBER, value) for value in ("", "0", "0.5")] == ["Not known", "None", "0.5"]
    yes = Feature("bank", "Bank", "boolean")
    assert [words_of(yes, value) for value in ("true", "false")] == ["Yes", "No"]
    assert alike(NUMBER, "1", "1.0")
    assert not alike(NUMBER, "1", "")
    assert not alike(yes, "1", "1.0")
