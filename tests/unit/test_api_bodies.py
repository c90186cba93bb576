"""Request bodies: all of what was sent, or an error, in whatever steps one reads."""

import io

import pytest
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, UnsupportedMediaType

from api.http.request_body import IncompleteBody, WholeRequest, open_body

MOST = 100_000
SIZES = [None, 1_000, 7_919, MOST, MOST + 1, 10 * MOST]


def opened(body, most=MOST, **more):
    """A body in chunks, or with the length that is given."""
    stream = io.BytesIO(body) if isinstance(body, bytes) else body
    return open_body({"wsgi.input": stream, "wsgi.input_terminated": True, **more}, most)


def read(body, size):
    """Read to the end, at once or in steps."""
    return body.read() if size is None else b"".join(iter(lambda: body.read(size), b""))


class Failing:
    """A server's stream that gives half and raises."""

    def __init__(self, error):
        self._left, self._error = [b"half"], error

    def read(self, _size):
        if self._left:
            return self._left.pop()
        raise self._error


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("length", [0, 1, 999, MOST - 1, MOST])
def test_up_to_the_limit_all_of_it_comes(size, length):
    body = bytes(range(256)) * (length // 256) + b"x" * (length % 256)
    assert read(opened(body), size) == body
    assert read(opened(body, CONTENT_LENGTH=str(length)), size) == body


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("over", [1, MOST])
def test_over_the_limit_no_way_of_reading_ends_well(size, over):
    with pytest.raises(RequestEntityTooLarge, match="100,000"):
        read(opened(b"x" * (MOST + over)), size)


def test_a_length_over_the_limit_is_refused_unread():
    with pytest.raises(RequestEntityTooLarge):
        opened(None, CONTENT_LENGTH=str(MOST + 1))


@pytest.mark.parametrize("size", SIZES)
def test_fewer_bytes_than_announced_are_no_body(size):
    with pytest.raises(IncompleteBody, match=r"10 of 1,000 bytes"):
        read(opened(b"x" * 10, CONTENT_LENGTH="1000"), size)


def test_nothing_is_read_past_the_length_that_was_announced():
    stream = io.BytesIO(b"this" + b"the next request")
    assert opened(stream, CONTENT_LENGTH="4").read() == b"this"
    assert stream.read() == b"the next request"


def test_without_a_length_and_a_server_that_knows_the_end_there_is_no_body():
    assert open_body({"wsgi.input": io.BytesIO(b"for ever")}, MOST).read() == b""


def test_asking_for_nothing_takes_nothing():
    body = opened(b"abc", most=3)
    assert [body.read(0), body.read(2), body.read(0), body.read(2), body.read(0), body.read(2)] == [
        b"", b"ab", b"", b"c", b"", b"",
    ]  # fmt: skip


def test_without_a_limit_it_reads_on():
    assert opened(b"x" * 3 * MOST, most=None).read() == b"x" * 3 * MOST


@pytest.mark.parametrize(
    ("raised", "found"),
    [
        (BlockingIOError(11, "no data"), ClientDisconnected), (TimeoutError(), ClientDisconnected),
        (ConnectionResetError(), IncompleteBody), (OSError("no more data"), IncompleteBody),
        (ValueError("secret of the body"), IncompleteBody),
        (type("Strange", (Exception,), {})("secret"), IncompleteBody),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [None, 10])
def test_whatever_a_server_raises_is_an_error_of_ours_without_its_words(raised, found, size):
    with pytest.raises(found) as caught:
        read(opened(Failing(raised)), size)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "coding"),
    [("CONTENT_ENCODING", "br"), ("CONTENT_ENCODING", "gzip, gzip"), ("TRANSFER_ENCODING", "gzip, chunked")],
)
def test_a_body_in_another_coding_is_not_read(header, coding):
    with pytest.raises(UnsupportedMediaType, match=coding):
        opened(None, **{f"HTTP_{header}": coding})


@pytest.mark.parametrize(("header", "coding"), [("CONTENT", "Identity"), ("CONTENT", ""), ("TRANSFER", "Chunked")])
def test_what_is_not_compressed_is_read(header, coding):
    assert opened(b"abc", **{f"HTTP_{header}_ENCODING": coding}).read() == b"abc"


def test_forms_are_read_in_the_same_way():
    stream = io.BytesIO(b"a=" + b"1" * 50)
    environ = {
        "wsgi.input": stream, "wsgi.input_terminated": True, "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }  # fmt: skip
    request = WholeRequest(environ)
    request.max_content_length = 20
    with pytest.raises(RequestEntityTooLarge):
        _ = request.form
