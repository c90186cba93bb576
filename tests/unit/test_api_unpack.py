"""Compressed bodies: all of what was packed, or an error; and never more memory than the step that was asked for."""

import gzip
import io
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge

from api.http.decompress import FREE, STEP
from api.http.request_body import IncompleteBody, open_body

MOST = 300_000
TEXT = b"".join(b"%d,%d\n" % (at, at * at) for at in range(9_000))


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": ("gzip", gzip.compress),
    "two members": ("x-gzip", lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:])),
    "deflate": ("deflate", zlib.compress),
    "deflate without its head": ("Deflate", raw_deflate),
}


def opened(coding, packed, most=MOST):
    stream = packed if hasattr(packed, "read") else io.BytesIO(packed)
    return open_body({"wsgi.input": stream, "wsgi.input_terminated": True, "HTTP_CONTENT_ENCODING": coding}, most)


def in_steps(body, size):
    return body.read() if size is None else b"".join(iter(lambda: body.read(size), b""))


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("size", [None, 1_000, 7_919, 10 * MOST])
def test_what_was_packed_comes_out_in_whatever_steps(packer, size):
    coding, pack = PACKERS[packer]
    assert in_steps(opened(coding, pack(TEXT)), size) == TEXT


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(PACKERS)), st.sampled_from([None, 1, 7]))
def test_any_bytes_come_out(data, packer, size):
    coding, pack = PACKERS[packer]
    assert in_steps(opened(coding, pack(data)), size) == data


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("size", [None, 1_000, 10 * MOST])
def test_one_byte_over_the_limit_no_way_of_reading_ends_well(packer, size):
    coding, pack = PACKERS[packer]
    assert len(in_steps(opened(coding, pack(b"x" * MOST)), size)) == MOST
    with pytest.raises(RequestEntityTooLarge, match="300,000 bytes"):
        in_steps(opened(coding, pack(b"x" * (MOST + 1))), size)


@pytest.mark.parametrize("packer", PACKERS)
def test_a_body_that_breaks_off_is_none(packer):
    coding, pack = PACKERS[packer]
    packed = pack(TEXT)
    for length in (1, 5, len(packed) // 2, len(packed) - 1):
        with pytest.raises(IncompleteBody):
            opened(coding, packed[:length]).read()


@pytest.mark.parametrize("packer", PACKERS)
def test_a_body_with_something_behind_it_or_of_another_kind_is_none(packer):
    coding, pack = PACKERS[packer]
    for packed in (pack(TEXT) + b"more", b"a,b\n1,2\n" * 9, TEXT):
        with pytest.raises(IncompleteBody):
            opened(coding, packed).read()


class Zeros:
    """A gzip of zeros without end, made as it is read."""

    def __init__(self):
        self._packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        self._made = b""

    def read(self, size):
        while len(self._made) < size:
            self._made += self._packer.compress(bytes(1024 * 1024)) + self._packer.flush(zlib.Z_SYNC_FLUSH)
        given, self._made = self._made[:size], self._made[size:]
        return given


@pytest.mark.parametrize("most", [16 * 1024 * 1024, 2**62], ids=["a limit", "a file of any size"])
def test_a_bomb_is_refused_with_little_memory(most):
    body, came = opened("gzip", Zeros(), most), [0]

    def drain():
        while block := body.read(STEP):
            came[0] += len(block)

    tracemalloc.start()
    try:
        with pytest.raises(RequestEntityTooLarge):
            drain()
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert came[0] <= min(most, FREE)
