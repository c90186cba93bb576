"""Very many notes on a record become one of each kind; a few stay as they are."""

import pytest

from layouts.predict.result import outside
from ml.bundle.score_json import notes_of
from ml.data.feature import Feature
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.data.value_words import MOST_NAMED, gap_sentences
from ml.text.note_words import few_names, few_notes
from tests.unit.test_layouts import text_in

GAP = "Not given; in training every row had a value."


def notes_on(gaps, outliers):
    """Notes on a record that lacks so many values, and has so many that training never had."""
    names = [f"f{at}" for at in range(gaps + outliers)]
    schema = Schema(tuple(Feature(name, name, "number", seen=(0.0, 1.0), complete=True) for name in names))
    return schema, read_records(schema, [dict.fromkeys(names[gaps:], 7)]).notes


@pytest.mark.parametrize(("gaps", "outliers"), [(0, 0), (1, 0), (MOST_NAMED, 0), (0, MOST_NAMED), (9, 9), (12, 12)])
def test_a_few_notes_stay_as_they_are(gaps, outliers):
    _, notes = notes_on(gaps, outliers)
    assert len(notes) == gaps + outliers
    assert list(few_notes(notes)) == list(notes)


def test_one_beyond_the_bound_they_are_one_that_counts_them():
    _, notes = notes_on(MOST_NAMED + 1, 0)
    [note] = few_notes(notes)
    assert (note.row, note.feature, note.value) == (0, None, None)
    assert note.message == "13 values are not given that every row of training had: f0, f1, f2, f3, 9 more."


def test_each_kind_is_counted_by_itself_and_few_of_another_kind_stay():
    _, notes = notes_on(2_990, 10)
    told = few_notes(notes)
    assert [note.feature for note in told] == [*(f"f{at}" for at in range(2_990, 3_000)), None]
    assert told[-1].message.startswith("2,990 values are not given")
    _, notes = notes_on(20, 30)
    assert [note.message for note in few_notes(notes)] == [
        "20 values are not given that every row of training had: f0, f1, f2, f3, 16 more.",
        "30 values are outside what the model has seen: f20, f21, f22, f23, 26 more.",
    ]


def test_programs_get_a_note_without_a_feature():
    _, notes = notes_on(2_990, 0)
    [note] = notes_of(notes)["notes"]
    assert (note["feature"], note["value"]) == (None, None)
    assert notes_of(notes_on(1, 0)[1]) == {"notes": [{"feature": "f0", "value": None, "message": GAP}]}


def test_a_page_names_the_first():
    schema, notes = notes_on(0, 40)
    assert "Outside what the model has seen: f0, f1, f2, f3, 36 more." in text_in(outside(schema, notes)[0])
    assert few_names([f"f{at}" for at in range(12)]) == "f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11"


def test_a_file_has_a_sentence_a_feature_or_one_for_very_many():
    gaps = {f"f{at}": at + 1 for at in range(MOST_NAMED)}
    assert len(gap_sentences(gaps)) == MOST_NAMED
    many = gaps | {"most": 99}
    where = "where in training every row had one; most often most, f11, f10, f9."
    assert gap_sentences(many) == [f"13 features have no value in some records, {where}"]
    seen = "of the first 200 records"
    assert gap_sentences(many, seen) == [f"13 features have no value in some {seen}, {where}"]
