"""Results are kept as JSON, found after a restart, and a lost cache costs time only."""

import os
import time

import pytest

from web.cache import ResultCache, sweep


def test_a_value_is_found_again_by_another_process(tmp_path):
    value = {"importance": [0.25, None, "ä"], "n": 3}
    assert ResultCache(tmp_path).set("iris@1|importance", value, timeout=0)
    assert ResultCache(tmp_path).get("iris@1|importance") == value


def test_what_was_never_set_is_none(tmp_path):
    assert ResultCache(tmp_path).get("nothing") is None


def test_values_are_written_as_json_not_as_pickles(tmp_path):
    ResultCache(tmp_path).set("key", {"a": 1})
    assert any(b'{"a": 1}' in file.read_bytes() for file in tmp_path.iterdir())


def test_a_damaged_file_is_no_value(tmp_path):
    cache = ResultCache(tmp_path)
    cache.set("key", {"a": 1})
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:7])
    assert cache.get("key") is None


def test_a_cache_that_works_has_no_fault(tmp_path):
    assert ResultCache(tmp_path).fault() is None


def test_a_lost_redis_is_a_fault_but_no_error(tmp_path, caplog):
    cache = ResultCache(tmp_path, "redis://:hidden-word@127.0.0.1:1/0")
    begun = time.monotonic()
    assert cache.get("key") is None
    assert cache.set("key", 1) is False
    assert time.monotonic() - begun < 3
    assert cache.fault() == "The cache does not keep what is written to it."
    assert "hidden-word" not in caplog.text


def test_files_that_are_old_are_swept(tmp_path):
    cache = ResultCache(tmp_path)
    cache.set("old", 1)
    (old,) = (file for file in tmp_path.iterdir() if b"1" in file.read_bytes()[4:])
    os.utime(old, (0, 0))
    cache.set("new", 2)
    assert sweep(tmp_path) == 1
    assert cache.get("old") is None
    assert cache.get("new") == 2


@pytest.mark.parametrize("missing", ["not-there"])
def test_sweeping_a_folder_that_is_not_there_is_nothing(tmp_path, missing):
    assert sweep(tmp_path / missing) == 0
