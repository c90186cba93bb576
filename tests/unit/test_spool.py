"""The spool: lines survive the death of their process, are moved once or again, and never lost."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from feedback.spool import BAD, OPEN, Spool

ROOT = Path(__file__).parents[2]
APPEND = """
import os, sys, signal
from pathlib import Path
from feedback.spool import Spool
spool = Spool(Path(sys.argv[1]))
for at in range(int(sys.argv[2])):
    spool.append(b"%d" % at)
    if at == 3:
        print("begun", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def moved(spool: Spool) -> list[bytes]:
    found: list[bytes] = []
    spool.drain(found.extend)
    return found


def test_what_is_appended_is_moved_in_its_order_and_once(tmp_path):
    spool = Spool(tmp_path / "spool")
    for at in range(450):
        spool.append(b"%d" % at)
    assert moved(spool) == [b"%d" % at for at in range(450)]
    assert moved(spool) == []
    assert list((tmp_path / "spool").iterdir()) == []
    spool.append(b"more")
    assert moved(spool) == [b"more"]


def test_lines_of_a_killed_process_are_moved_by_another(tmp_path):
    process = subprocess.run([sys.executable, "-c", APPEND, str(tmp_path), "1000"], cwd=ROOT, capture_output=True)
    assert process.returncode == -signal.SIGKILL
    assert moved(Spool(tmp_path)) == [b"%d" % at for at in range(1000)]


def test_lines_of_a_process_that_goes_on_are_left_to_it(tmp_path):
    mine, other = Spool(tmp_path), Spool(tmp_path)
    mine.append(b"mine")
    assert moved(other) == []
    assert moved(mine) == [b"mine"]


def test_a_child_begins_a_file_of_its_own(tmp_path):
    spool = Spool(tmp_path)
    spool.append(b"parent")
    if (child := os.fork()) == 0:
        spool.append(b"child")
        os._exit(0)
    os.waitpid(child, 0)
    spool.append(b"parent again")
    assert sorted(moved(spool)) == [b"child", b"parent", b"parent again"]


def test_lines_stay_where_they_cannot_be_stored_and_are_moved_later(tmp_path):
    spool, seen = Spool(tmp_path), []

    def fail(some: list[bytes]) -> None:
        if len(seen) == 1:
            raise OSError("the database is away")
        seen.append(some)

    for at in range(5):
        spool.append(b"%d" % at)
    with pytest.raises(OSError, match="away"):
        spool.drain(fail, at_once=2)
    spool.append(b"5")
    assert moved(spool) == [b"0", b"1", b"2", b"3", b"4", b"5"]  # the first two again: storing them twice is harmless


def test_half_a_line_at_the_end_is_no_line(tmp_path):
    (tmp_path / f"1-a{OPEN}").write_bytes(b"whole\nhal")
    assert moved(Spool(tmp_path)) == [b"whole"]


def test_a_line_that_cannot_be_understood_is_put_aside_and_the_others_are_moved(tmp_path, caplog):
    (tmp_path / f"1-a{OPEN}").write_bytes(b"before\nbad\nafter\n")
    spool, found = Spool(tmp_path), []
    spool.append(b"good")

    def move(some: list[bytes]) -> None:
        if b"bad" in some:
            raise ValueError("no JSON")
        found.extend(some)

    spool.drain(move)
    assert sorted(found) == [b"after", b"before", b"good"]
    assert (tmp_path / f"1-a{BAD}").read_bytes() == b"bad\n"
    assert [each.name for each in tmp_path.iterdir()] == [f"1-a{BAD}"]
    assert "put aside" in caplog.text


def test_a_full_disk_takes_a_line_as_a_whole_or_not_at_all(tmp_path, monkeypatch):
    spool, write = Spool(tmp_path), os.write
    spool.append(b"first")
    monkeypatch.setattr("feedback.spool.os.write", lambda file, line: write(file, line[:3]))
    with pytest.raises(OSError, match="3 of 7 bytes"):
        spool.append(b"second")
    monkeypatch.undo()
    spool.append(b"third")
    assert moved(spool) == [b"first", b"third"]


@pytest.mark.parametrize("meanwhile", ["moved", "renamed"])
def test_a_file_that_is_gone_between_its_opening_and_the_lock_is_moved_once(tmp_path, monkeypatch, meanwhile):
    spool, other, found, lock = Spool(tmp_path), Spool(tmp_path), [], fcntl.flock
    spool.append(b"one")
    if meanwhile == "moved":
        spool.close()

    def late(file, how):
        monkeypatch.setattr(fcntl, "flock", lock)
        spool.drain(found.extend) if meanwhile == "moved" else spool.close()
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    assert other.drain(found.extend) == 0
    other.drain(found.extend)
    spool.drain(found.extend)
    assert found == [b"one"]


@pytest.mark.parametrize("meanwhile", ["removed", "locked"])
def test_a_file_that_is_taken_before_its_own_process_locks_it_is_not_appended_to(tmp_path, monkeypatch, meanwhile):
    spool, other, found, lock = Spool(tmp_path), Spool(tmp_path), [], fcntl.flock
    held = []

    def late(file, how):
        monkeypatch.setattr(fcntl, "flock", lock)
        if meanwhile == "removed":
            other.drain(found.extend)
            assert not list(tmp_path.iterdir())
        else:
            held.append(next(tmp_path.iterdir()).open("rb"))
            lock(held[0], fcntl.LOCK_EX)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    spool.append(b"one")
    spool.append(b"two")
    for each in held:
        each.close()
    spool.drain(found.extend)
    assert found == [b"one", b"two"]
    assert not list(tmp_path.iterdir())


def test_many_threads_append_while_it_is_drained(tmp_path):
    spool, found, done = Spool(tmp_path), [], threading.Event()

    def append(mark: int) -> None:
        for at in range(200):
            spool.append(b"%d-%d" % (mark, at))

    def drain() -> None:
        while not done.is_set():
            spool.drain(found.extend)

    threads = [threading.Thread(target=append, args=(mark,)) for mark in range(4)]
    drainers = [threading.Thread(target=drain) for _ in range(2)]
    for each in (*threads, *drainers):
        each.start()
    for each in threads:
        each.join()
    done.set()
    for each in drainers:
        each.join()
    spool.drain(found.extend)
    assert sorted(found) == sorted(b"%d-%d" % (mark, at) for mark in range(4) for at in range(200))
