"""Who reads: the marks of a request are its own, whatever became of the one before."""

from __future__ import annotations

from contextlib import nullcontext
from threading import Barrier, Thread

import pytest
from flask import Flask

from ml.locale import percent, reader_format
from web.reader import set_reader_locale


@pytest.fixture
def server():
    server = Flask(__name__)
    set_reader_locale(server, nullcontext)
    server.add_url_rule("/", view_func=lambda: percent("1,234.5"))
    return server


def said(server, header: str | None) -> str:
    headers = {} if header is None else {"Accept-Language": header}
    return server.test_client().get("/", headers=headers).text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "1.234,5\u00a0%"),
        ("en-US", "1,234.5\u00a0%"),
        ("en;q=0.1, de-CH", "1’234.5\u00a0%"),
        ("", "1,234.5\u00a0%"),
        (None, "1,234.5\u00a0%"),
        ("tlh", "1,234.5\u00a0%"),
        (";;q=9,\x7f", "1,234.5\u00a0%"),
    ],
)
def test_a_page_is_written_in_the_marks_of_who_asked(server, header, text):
    assert said(server, header) == text


def test_after_a_request_nobodys_marks_are_left(server):
    said(server, "de")
    assert reader_format() is None
    assert said(server, None) == said(server, "")


def test_a_request_that_fails_leaves_no_marks_either(server):
    def fails():
        raise RuntimeError

    server.add_url_rule("/fails", view_func=fails)
    assert server.test_client().get("/fails", headers={"Accept-Language": "de"}).status_code == 500
    assert reader_format() is None


def test_two_who_ask_at_once_do_not_share_their_marks(server):
    together, found = Barrier(2), {}

    def meet() -> str:
        together.wait(timeout=60)
        return percent("0.5")

    server.add_url_rule("/meet", view_func=meet)

    def ask(language: str) -> None:
        found[language] = server.test_client().get("/meet", headers={"Accept-Language": language}).text

    both = [Thread(target=ask, args=(language,)) for language in ("de", "en")]
    for each in both:
        each.start()
    for each in both:
        each.join(timeout=60)
    assert found == {"de": "0,5\u00a0%", "en": "0.5\u00a0%"}


def test_another_application_is_not_touched(server):
    other = Flask("other")
    other.add_url_rule("/", view_func=lambda: percent("0.5"))
    assert said(other, "de") == "0.5\u00a0%"
