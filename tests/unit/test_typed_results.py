"""Results of numbers that somebody typed are kept for an hour; what has expired is removed from the folder of files."""

import os
import struct
import time

import pytest

from ml.plots.catalogue import find
from ml.plots.drawn_plots import result_of, view_of
from ml.runtime.result_cache import TYPED_SECONDS
from ml.service import open_service
from tests.small import small_model
from web.cache import CacheBackend, purge_cache


class Kept(dict):
    """A cache that notes for how long each value is kept."""

    def set(self, key, value, timeout=None):
        self[key] = (value, timeout)

    def get(self, key, default=None):
        return super().get(key, (None, 0))[0]


@pytest.mark.parametrize(
    ("plot", "options", "seconds"),
    [
        ("segments", {}, 0),
        ("segments", {"cut_off": "0.123"}, TYPED_SECONDS),
        ("worst-segments", {"least": "41.5"}, TYPED_SECONDS),
        ("roc", {}, 0),
        ("rules", {"cut_off": "0.377"}, TYPED_SECONDS),
    ],
)
def test_what_somebody_typed_is_kept_for_an_hour(tmp_path, plot, options, seconds):
    small_model("binary", tmp_path)
    kept = Kept()
    service = open_service(tmp_path, kept)
    bundle = service.model("binary")
    result_of(service, bundle, find(plot), view_of(bundle, find(plot), asked=options))
    assert {timeout for key, (_, timeout) in kept.items() if repr(plot) in key} == {seconds}


def test_a_sweep_removes_what_has_expired_and_what_is_old(tmp_path):
    cache = CacheBackend(tmp_path)
    cache.set("for good", {"a": 1}, timeout=0)
    cache.set("for an hour", {"a": 2}, timeout=3600)
    cache.set("over", {"a": 3}, timeout=3600)
    over = next(file for file in tmp_path.glob("*") if b'"a": 3' in file.read_bytes())
    over.write_bytes(struct.pack("I", int(time.time()) - 1) + over.read_bytes()[4:])
    (tmp_path / "short").write_bytes(b"\1")  # somebody else's
    assert purge_cache(tmp_path) == 1
    assert not over.exists()
    assert (cache.get("for good"), cache.get("for an hour")) == ({"a": 1}, {"a": 2})
    month = time.time() - 40 * 24 * 3600
    for file in tmp_path.glob("*"):
        os.utime(file, (month, month))
    assert purge_cache(tmp_path) >= 3
