"""Forms with files: read as they come, whole or refused."""

import io
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.http.multipart import MOST_HELD, read_form
from ml.errors import Unreadable

KIND = "multipart/form-data; boundary=abc"


def part(name, data, filename=None, kind=None):
    head = f'Content-Disposition: form-data; name="{name}"'
    head += "" if filename is None else f'; filename="{filename}"'
    head += f"\r\nContent-Type: {kind}" if kind else ""
    return b"--abc\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n"


def form(*parts):
    return b"".join(parts) + b"--abc--\r\n"


def read(body):
    found = read_form(io.BytesIO(body), KIND)
    return found.fields, found.filename, found.content_type, b"".join(found.blocks)


def test_fields_and_a_file_come_as_they_were_sent():
    body = form(part("name", "März".encode()), part("empty", b""), part("file", b"a\r\n--ab\r\n", "x.csv", "text/csv"))
    assert read(body) == ({"name": "März", "empty": ""}, "x.csv", "text/csv", b"a\r\n--ab\r\n")


def test_a_file_that_was_not_chosen_is_none():
    assert read(form(part("a", b"1"), part("file", b"", ""))) == ({"a": "1"}, None, "", b"")
    assert read(form(part("file", b"x", "x"), part("second", b"", "")))[3] == b"x"


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([1, 7, 50, 64, 65, 66, 67]))
@example(b"\r", 1)
@example(b"---\r\n--abc-", 1)
@example(b"\r\n\r", 7)
@example(b"\r\n--ab", 50)
def test_any_bytes_are_a_file(data, size):
    class Slow(io.BytesIO):
        def read(self, _=None):
            return super().read(size)

    found = read_form(Slow(form(part("file", data, "f"))), KIND)
    assert b"".join(found.blocks) == data


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "breaks off"),
        (b"sl=5.1", "breaks off"),
        (form(part("a", b"1"))[:-9], "breaks off"),
        (form(part("file", b"x" * 100, "x"))[:-30], "breaks off"),
        (form(part("a", b"1"), part("a", b"2")), "more than once: 'a'"),
        (form(part("a", b"\xff")), "UTF-8"),
        (form(part("f", b"x", "x"), part("g", b"y", "y")), "more than one file"),
        (form(part("f", b"x", "x"), part("name", b"y")), "Behind the file came the field 'name'"),
        (form(b"--abc\r\nContent-Type: text/plain\r\n\r\nx\r\n"), "malformed"),
        (form(b"--abc\r\nContent-Disposition: form-data\r\n\r\nx\r\n"), "no name"),
        (form(part("a", b"x" * (MOST_HELD + 1))), "more than 1,048,576 bytes"),
        (form(*(part(str(at), b"") for at in range(10_001))), "more than 10,000 parts"),
        (b"--abc\r\n" + b"x" * (3 * MOST_HELD), "a head of more than"),
    ],
)
def test_what_is_no_form_is_refused(body, words):
    with pytest.raises(Unreadable, match=words):
        read(body)


@pytest.mark.parametrize("kind", ["multipart/form-data", f"multipart/form-data; boundary={'x' * 201}"])
def test_a_form_without_a_usable_boundary_is_refused(kind):
    with pytest.raises(Unreadable, match="boundary"):
        read_form(io.BytesIO(form(part("a", b"1"))), kind)


def test_a_large_file_is_never_held():
    class Large:
        """200 MB between a head and an end, made as they are read."""

        def __init__(self):
            self.left = [part("file", b"", "x.csv")[:-2], *[b"1,2,3\r\n" * 9000] * 3300, b"\r\n--abc--\r\n"][::-1]

        def read(self, _):
            return self.left.pop() if self.left else b""

    found, size = read_form(Large(), KIND), 0
    tracemalloc.start()
    try:
        for block in found.blocks:
            size += len(block)
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert size == 7 * 9000 * 3300
