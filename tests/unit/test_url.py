"""Addresses are read and written in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.shared.url import OF_A_MODEL, Page, href, parse, query_of


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", Page("home")),
        ("/gallery", Page("gallery")),
        ("/gallery/", Page("gallery")),
        ("/iris/predict", Page("predict", "iris")),
        ("/iris/predict/", Page("predict", "iris")),
        ("/bank-products/insights", Page("insights", "bank-products")),
        ("/iris@3f9a1c2b/performance", Page("performance", "iris@3f9a1c2b")),
        ("/iris%403f9a1c2b/performance", Page("performance", "iris@3f9a1c2b")),
    ],
)
def test_addresses_of_pages(path, page):
    assert parse(path) == page


@pytest.mark.parametrize(
    "path",
    [
        "", None, "/.env", "/iris/nope", "/iris/predict/x", "/IRIS/predict", "/../predict",
        "/%2e%2e/predict", "/home/nope", "/iris/predict%00", "/" + "a" * 600 + "/predict",
    ],
)  # fmt: skip
def test_no_page_is_at_other_addresses(path):
    assert parse(path) is None


@pytest.mark.parametrize("kind", OF_A_MODEL)
@pytest.mark.parametrize("model", ["iris", "bank-products", "iris@3f9a1c2b"])
def test_what_is_written_is_read_again(kind, model):
    assert parse(href(kind, model)) == Page(kind, model)


def test_the_pages_without_a_model_are_read_again():
    assert parse(href("home")) == Page("home")
    assert parse(href("gallery")) == Page("gallery")


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_queries_survive_the_way_through_an_address(query):
    plain = {name: text for name, text in query.items() if _encodable(name + text)}
    search = href("predict", "iris", **plain).partition("?")[2]
    assert query_of(f"?{search}" if search else "") == plain


def _encodable(text):
    try:
        return bool(text.encode()) or True
    except UnicodeEncodeError:
        return False


@given(st.text())
def test_no_address_is_too_strange_to_be_read(text):
    parse(text)
    query_of(text)


def test_a_model_alone_is_its_prediction_page():
    assert parse("/iris") == parse("/iris/predict") == Page("predict", "iris")
