"""What the Prediction page says of records, called as Dash calls it."""

import json

import pytest
from dash._utils import to_json

from callbacks.finder import find_records, open_record
from callbacks.predict import opening, show_reasons
from layouts.predict import finder
from layouts.predict import page as predict
from layouts.shared.form_messages import FormRequest
from ml.bundle.record_book import BookRecord, RecordBooks, as_row
from ml.data.columns import rows_of, take
from ml.data.feature import Feature
from ml.data.schema import Schema
from store.db import open_store

ANNA = BookRecord("LP 1/ä", {"ApplicantIncome": "5000", "Married": "Yes", "Property_Area": "Moon"}, also=("Anna",))


def words(component):
    return json.dumps(json.loads(to_json(component)), ensure_ascii=False).replace('\\"', '"')  # texts hold JSON, too


@pytest.fixture
def books(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    store.book.fill("loan", [as_row(ANNA)])
    return RecordBooks(lambda: store.book)


@pytest.fixture
def silent():
    store = open_store("postgresql://likely:hidden-word@127.0.0.1:1/likely")
    return RecordBooks(lambda: store.book)


def seek(service, books, **sought):
    return find_records(service, books, {"serial": 7, "model": "loan", **sought})


def test_a_hit_holds_every_field_of_the_form_and_blanks_where_nothing_is_known(service, books):
    answer = seek(service, books, text="anna")
    assert (answer["serial"], answer["words"]) == (7, "1 record")
    hit = answer["hits"][0]
    known = {"ApplicantIncome": "5000", "Married": "Yes"}  # a choice that is gone is blank, not the default
    assert hit["record"] == {name: known.get(name, "") for name in service.model("loan").schema.names}
    assert (hit["id"], hit["row"], hit["words"]) == ("LP 1/ä", "", "Record LP 1/ä · Anna")


@pytest.mark.parametrize(
    ("text", "ids", "sure"),
    [
        ("anna", ["LP 1/ä"], True),
        ("lp 1/A", ["LP 1/ä", "LP 1/ab"], True),
        ("lp 1", ["LP 1/ä", "LP 1/ab"], False),
        ("LP 1/ab", ["LP 1/ä", "LP 1/ab"], False),
        ("nobody", [], False),
    ],
)
def test_enter_takes_a_record_that_is_the_only_one_or_has_that_very_id(text, ids, sure):
    search = finder.RecordSearch(serial=1, text=text)
    assert finder.found(search, "", Schema(()), [BookRecord(each, {}) for each in ids])["sure"] is sure


def test_the_list_is_html_of_ids_and_texts_and_nothing_in_them_is_markup(service, books):
    listed = seek(service, books, text="anna")["list"]
    assert listed.startswith('<li id="finder-list-0" role="option"><span class="finder-id">LP 1/ä</span>')
    entries = [BookRecord("<b>", {}, also=("<i>",))]
    listed = finder.found(finder.RecordSearch(), "", Schema(()), entries)["list"]
    assert "&lt;b&gt;" in listed
    assert "&lt;i&gt;" in listed
    assert "<b>" not in listed


def test_while_nothing_is_typed_the_recent_records_are_listed_that_still_exist(service, books):
    asked = {"recent": ["gone", "LP 1/ä", 7]}
    assert [hit["id"] for hit in seek(service, books, text="", **asked)["hits"]] == ["LP 1/ä"]
    assert seek(service, books, text="nobody", **asked)["hits"] == []
    assert seek(service, books, text="", recent="LP 1/ä")["hits"] == []
    assert seek(service, books, text="")["hits"] == []


def test_chance_gives_one_record(service, books):
    assert [hit["id"] for hit in seek(service, books, chance=True)["hits"]] == ["LP 1/ä"]


def test_a_model_that_is_gone_is_named(service, books):
    assert "There is no model 'nope'." in seek(service, books, model="nope")["words"]


def test_a_store_that_is_silent_says_so_and_the_page_still_scores(service, silent, caplog):
    assert seek(service, silent, text="anna")["words"] == finder.SILENT
    page = words(opening(service, "loan", {"record": "LP1", "ApplicantIncome": "4000"}, silent))
    assert finder.SILENT in page
    assert '"data-probability"' in page
    assert '"ApplicantIncome":"4000"' in page
    assert "hidden-word" not in caplog.text


def test_the_address_names_the_record_and_what_differs(service, books):
    bundle = service.model("loan")
    opened = open_record(service, books, bundle.key, "LP 1/ä")
    asked = predict.opening_request(
        bundle, {"record": "LP 1/ä", "ApplicantIncome": "1", "Married": "oops"}, opened.entry
    )
    assert asked.record_id == "LP 1/ä"
    assert (asked.record["ApplicantIncome"], asked.record["Married"], asked.record["LoanAmount"]) == ("1", "Yes", "")


def test_an_unknown_record_opens_as_new(service, books):
    page = words(opening(service, "loan", {"record": "zzz"}, books))
    assert "There is no record “zzz”: the form starts empty." in page
    assert '"data-record": ""' in page


def test_a_sample_record_is_of_one_version_and_an_own_record_of_every(service, books):
    own, sample = service.model("loan"), service.model("iris")
    fingerprint = sample.key.partition("@")[2]
    assert open_record(service, books, sample.key, "3", fingerprint).entry.id == "3"
    assert open_record(service, books, sample.key, "3").entry.id == "3"
    other = open_record(service, books, sample.key, "3", "00000000")
    assert other.entry is None
    assert "another version" in other.words
    assert open_record(service, books, own.key, "LP 1/ä", "00000000").entry.id == "LP 1/ä"
    page = words(opening(service, "iris", {"record": "3", "version": "00000000"}, books))
    assert "Sample record 3 belongs to another version" in page
    assert '"data-record": ""' in page


def test_a_feature_called_record_keeps_its_meaning(service):
    schema = Schema((Feature("x", "X", "number", aliases=("record",)),))
    assert "outcome" in predict.free_query_names(schema)
    assert "record" not in predict.free_query_names(schema)
    assert predict.starting_record(schema, {"record": "3"}) == {"x": "3"}


def test_a_sample_record_is_no_evidence_for_itself(service):
    bundle = service.model("iris")
    row = rows_of(bundle.schema, take(bundle.holdout.block, [4]))[0]
    record = dict(zip(bundle.schema.names, map(str, row), strict=True))
    shown = {
        at: words(show_reasons(service, {"serial": 1, "model": "iris", "record": record, "row": at})[0])
        for at in ("4", "")
    }
    standing = service.score_with_blanks(bundle.key, record)
    assert any(neighbour.row == row for neighbour in service.advise(standing).neighbours)
    assert not any(neighbour.row == row for neighbour in service.advise(standing, 4).neighbours)
    assert shown["4"] != shown[""]


@pytest.mark.parametrize("row", [None, 3, -1, "-1", "²", "9" * 40, [], "1e3"])
def test_a_row_number_may_be_anything(row):
    assert FormRequest.read({"row": row, "record_id": row}).row is None


def test_a_personal_field_says_so(service):
    from layouts.shared.fields import field

    assert "data-personal" in words(field(Feature("x", "X", "text", personal=True), 0, "a"))
    assert "data-personal" not in words(field(Feature("x", "X", "text"), 0, "a"))
