"""Results are kept as JSON, found after a restart, and a lost cache costs time only."""

import os
import shutil
import signal
import subprocess
import time

import pytest
import redis
from redis.exceptions import OutOfMemoryError

from web.cache import CacheBackend, purge_cache


def test_a_value_is_found_again_by_another_process(tmp_path):
    value = {"importance": [0.25, None, "ä"], "n": 3}
    assert CacheBackend(tmp_path).set("iris@1|importance", value, timeout=0)
    assert CacheBackend(tmp_path).get("iris@1|importance") == value


def test_what_was_never_set_is_none(tmp_path):
    assert CacheBackend(tmp_path).get("nothing") is None


def test_values_are_written_as_json_not_as_pickles(tmp_path):
    CacheBackend(tmp_path).set("key", {"a": 1})
    assert any(b'{"a": 1}' in file.read_bytes() for file in tmp_path.iterdir())


def test_a_damaged_file_is_no_value(tmp_path):
    cache = CacheBackend(tmp_path)
    cache.set("key", {"a": 1})
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:7])
    assert cache.get("key") is None


def test_a_cache_that_works_has_no_fault(tmp_path):
    assert CacheBackend(tmp_path).fault() is None


def test_a_lost_redis_is_a_fault_but_no_error(tmp_path, caplog):
    cache = CacheBackend(tmp_path, "redis://:hidden-word@127.0.0.1:1/0")
    begun = time.monotonic()
    assert cache.get("key") is None
    assert cache.set("key", 1) is False
    assert time.monotonic() - begun < 3
    assert cache.fault() == "The cache does not keep what is written to it."
    assert "hidden-word" not in caplog.text


@pytest.fixture
def redis_server(tmp_path):
    """A Redis of the test's own: its process and its address."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    path = tmp_path / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.02)
    yield process, f"unix://{path}?db=0"
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()


def test_with_redis_results_are_shared_as_json(tmp_path, redis_server):
    _, url = redis_server
    value = {"importance": [0.25, None, "ä"]}
    assert CacheBackend(tmp_path / "a", url).get("key") is None
    assert CacheBackend(tmp_path / "a", url).set("key", value, timeout=0)
    assert CacheBackend(tmp_path / "b", url).get("key") == value
    assert redis.from_url(url).get("likely:key") == b'{"importance": [0.25, null, "\\u00e4"]}'
    assert redis.from_url(url).ttl("likely:key") == -1


def test_a_frozen_redis_does_not_hold_a_page(tmp_path, redis_server):
    process, url = redis_server
    cache = CacheBackend(tmp_path, url)
    assert cache.fault() is None
    process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    assert cache.get("key") is None
    assert time.monotonic() - begun < 3


def test_files_that_cannot_be_written_are_said_once(tmp_path, caplog):
    cache = CacheBackend(tmp_path / "cache")
    assert cache.set("key", 1)
    for _ in range(2):
        shutil.rmtree(tmp_path / "cache")
        assert [cache.set("key", 1) for _ in range(3)] == [False] * 3
        (tmp_path / "cache").mkdir()
        assert cache.set("key", 1)
    assert [each.levelname for each in caplog.records] == ["WARNING"] * 2
    assert not any(each.exc_info for each in caplog.records)


def test_files_that_are_old_are_swept(tmp_path):
    cache = CacheBackend(tmp_path)
    cache.set("old", 1)
    (old,) = (file for file in tmp_path.iterdir() if b"1" in file.read_bytes()[4:])
    os.utime(old, (0, 0))
    cache.set("new", 2)
    assert purge_cache(tmp_path) == 1
    assert cache.get("old") is None
    assert cache.get("new") == 2


@pytest.mark.parametrize("missing", ["not-there"])
def test_sweeping_a_folder_that_is_not_there_is_nothing(tmp_path, missing):
    assert purge_cache(tmp_path / missing) == 0


def test_a_redis_that_is_full_is_said_once_until_it_takes_values_again(tmp_path, monkeypatch, caplog):
    cache, full = CacheBackend(tmp_path, "redis://127.0.0.1:9/0"), [True]

    def put(*_, **__):
        if full[0]:
            raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")
        return True

    monkeypatch.setattr(cache._store, "set", put)
    monkeypatch.setattr(cache._store, "get", lambda _: None)
    for is_full in (True, True, True, False, True):
        full[0] = is_full
        assert cache.set("key", 1) is not is_full
        assert cache.get("key") is None
    said = [each.getMessage() for each in caplog.records if each.name == "web.cache"]
    assert said == ["The cache refused: command not allowed when used memory > 'maxmemory'."] * 2
