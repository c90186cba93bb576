"""A record is found by its id, by part of its texts or by chance, in a book of either kind."""

import json

import pytest

from layouts.predict.finder import RecordSearch, counted
from layouts.shared.field_texts import kept_text
from ml.bundle.record_book import BookRecord, RecordBooks, SampleBook, as_row, beside, can_be_id, fold
from ml.data.feature import Feature
from store.db import open_store
from tests.unit.test_store import url  # noqa: F401 - the fixture of both databases

PEOPLE = (
    BookRecord("A-1", {"income": "50"}, ("North",), also=("José Müller", "555 100")),
    BookRecord("A-10", {"income": "60"}, ("South",), also=("Anna Straße",)),
    BookRecord("B-2", {}, ("North",), also=("ANNA Smith 100%", "a_b")),
    BookRecord("555", {"income": "70"}, ("West",), also=("Zoë",)),
)


@pytest.fixture
def book_store(url):  # noqa: F811
    return open_store(url).book


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a-1", ["A-1", "A-10"]),  # this very id, then ids that begin so
        ("A-10", ["A-10"]),
        ("muller", ["A-1"]),
        ("MÜLLER jose", ["A-1"]),
        ("strasse", ["A-10"]),
        ("anna", ["A-10", "B-2"]),
        ("anna north", ["B-2"]),  # all words, in whatever fields
        ("555", ["555", "A-1"]),
        ("100%", ["B-2"]),  # signs of SQL are letters
        ("a_b", ["B-2"]),
        ("nobody", []),
        ("north west", []),
        ("   ", []),
        ("\x00\ud800", []),
        ("' OR 1=1 --", []),
    ],
)
def test_a_book_on_the_shelf_is_searched(book_store, service, text, ids):
    book_store.fill("iris", map(as_row, PEOPLE))
    book = RecordBooks(lambda: book_store).of(service.model("iris"))
    assert not book.sample
    assert [entry.id for entry in book.find(text)] == ids


def test_what_is_kept_comes_back_whole(book_store, service):
    assert book_store.fill("iris", map(as_row, PEOPLE)) == 4
    book = RecordBooks(lambda: book_store).of(service.model("iris"))
    assert [book.get(entry.id) for entry in PEOPLE] == list(PEOPLE)
    assert {book.random().id for _ in range(200)} == {entry.id for entry in PEOPLE}
    assert [book.get(name) for name in ("a-1", "A-", "", "\x00", "\ud800", "x" * 1000)] == [None] * 6


def test_a_new_book_takes_the_place_of_the_former_and_of_no_other(book_store):
    book_store.fill("iris", map(as_row, PEOPLE))
    book_store.fill("loan", map(as_row, PEOPLE[:1]))
    book_store.fill("iris", map(as_row, PEOPLE[3:]))
    assert (book_store.size("iris"), book_store.size("loan")) == (1, 1)
    assert book_store.get("iris", "A-1") is None
    assert json.loads(book_store.get("loan", "A-1"))["id"] == "A-1"
    assert book_store.clear("iris")
    assert not book_store.clear("iris")
    assert (book_store.size("iris"), book_store.random("iris"), book_store.size("loan")) == (None, None, 1)


def test_a_book_that_breaks_off_or_is_empty_leaves_the_former(book_store):
    book_store.fill("iris", map(as_row, PEOPLE))

    def breaking():
        yield as_row(BookRecord("new", {}))
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        book_store.fill("iris", breaking())
    assert book_store.fill("iris", iter(())) == 0
    assert book_store.size("iris") == 4
    assert book_store.get("iris", "new") is None


def test_the_limit_holds_and_the_order_is_the_files(book_store, service):
    book_store.fill("iris", (as_row(BookRecord(f"r{at}", {}, ("same",))) for at in range(5_000)))
    book = RecordBooks(lambda: book_store).of(service.model("iris"))
    assert [entry.id for entry in book.find("same", 3)] == ["r0", "r1", "r2"]
    assert len(book) == 5_000


def test_without_a_book_the_holdout_is_the_sample(book_store, service):
    bundle = service.model("bank-products")
    book = RecordBooks(lambda: book_store).of(bundle)
    assert (book.sample, len(book)) == (True, len(bundle.holdout.truth))
    lines = (bundle.folder / "holdout.csv").read_text().splitlines()
    names, third = lines[0].split(","), lines[3].split(",")
    entry = book.get("3")
    assert entry.row == 2
    for name, cell in zip(names[:8], third, strict=False):
        said = entry.values.get(name, "")
        assert said == cell or float(said) == float(cell)
    assert book.find("3")[0].id == "3"
    assert [found.id for found in book.find("san diego", 5)] == [
        str(at) for at, line in enumerate(lines) if "san-diego" in line
    ][:5]
    assert [book.get(name) for name in ("0", "-1", "03", "٣", "1e3", "", str(len(lines)))] == [None] * 7


def test_a_sample_without_texts_is_found_by_number(service):
    book = SampleBook(service.model("iris"))
    assert [entry.id for entry in book.find("4")][:2] == ["4", "40"]
    assert book.find("setosa") == []
    assert {book.random().id for _ in range(600)} <= {str(at + 1) for at in range(len(book))}


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Ünïcode  ÉÀ", "unicode ea"), ("Straße", "strasse"), ("a\nb\tc", "a b c"), ("ﬁn", "fin"), ("\ud800x", "x")],
)
def test_texts_are_compared_without_case_accents_and_controls(text, folded):
    assert fold(text) == folded


def test_an_id_can_stand_in_an_address():
    assert can_be_id("LP 1/ä?")
    assert not any(map(can_be_id, ("", "x" * 201, "a\nb", "a\x00", "\ud800")))


def test_the_list_shows_first_what_was_typed():
    assert beside(PEOPLE[0], "north").startswith("North · ")
    assert beside(PEOPLE[0]) == "José Müller · 555 100 · North"


@pytest.mark.parametrize(
    "data", [None, 3, [], "x", {"serial": "1", "text": 3, "chance": "yes"}, {"text": "x" * 10_000}]
)
def test_whatever_a_browser_seeks_can_be_read(data):
    read = RecordSearch.read(data)
    assert isinstance(read.serial, int)
    assert len(read.text) <= 200
    assert read.chance is False


def test_counts_in_words():
    assert counted(0, "", 1_250, sample=True) == "1,250 sample records: type an id or part of a text."
    assert counted(0, "xyz", 4, sample=False) == "No record has “xyz”."
    assert counted(1, "x", 4, sample=False) == "1 record"
    assert counted(8, "x", 90, sample=False) == "The first 8 records that fit."


def test_a_choice_that_is_gone_is_not_known_and_never_the_default():
    feature = Feature("x", "X", "boolean", default=True)
    assert (kept_text(feature, "no"), kept_text(feature, "perhaps"), kept_text(feature, "")) == ("false", "", "")
