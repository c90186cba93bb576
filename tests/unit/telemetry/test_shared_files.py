"""Counts of several processes: added up while they run and after they ended, whatever the disk does."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from telemetry import shared_files
from tests.serving import ROOT

BEGIN = """
import os, sys, logging, time
from pathlib import Path
from telemetry import shared_files, metrics
from telemetry.exposition import Exposition

var = Path(sys.argv[1])
folder = shared_files.folder_of(var)

def child(work):
    if (process := os.fork()) == 0:
        work()
        os._exit(0)
    return process

def counted():
    text = Exposition(var, ()).page("")[0].decode()
    lines = [line for line in text.splitlines() if not line.startswith(("#", "process"))]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}
"""


def run(script, var):
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script, str(var)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_counts_of_processes_are_added_up_and_stay_when_they_end(tmp_path):
    said = run(
        """
assert shared_files.share(var)
def some(number):
    for _ in range(number):
        metrics.count_request("GET", "/a", "200", 0.003)
        metrics.count(metrics.CACHE, "hit")
    metrics.show_breaker("store", True)
some(1)
metrics.show_breaker("store", False)
ended = [child(lambda: some(5)), child(lambda: some(7))]
for each in ended: os.waitpid(each, 0)
stays = child(lambda: (some(11), time.sleep(60)))
while counted().get('likely_cache_requests_total{result="hit"}') != 24: time.sleep(0.01)
first = counted()
assert first['http_requests_total{method="GET",route="/a",status="200"}'] == 24
assert first['http_request_duration_seconds_count{method="GET",route="/a"}'] == 24
assert first['http_request_duration_seconds_bucket{le="0.0025",method="GET",route="/a"}'] == 0
assert first['http_request_duration_seconds_bucket{le="0.005",method="GET",route="/a"}'] == 24
assert first['likely_circuit_breaker_open{backend="store"}'] == 1
names = sorted(path.name for path in folder.glob("*.db"))
assert not any(str(each) in name for each in ended for name in names), names
assert shared_files.processes(folder) == sorted([os.getpid(), stays])
os.kill(stays, 9)
os.waitpid(stays, 0)
second = counted()
assert second.pop('likely_circuit_breaker_open{backend="store"}') == 0
first.pop('likely_circuit_breaker_open{backend="store"}')
assert second == first
print(len(list(folder.glob("*.db"))), "files")
""",
        tmp_path,
    )
    assert "5 files" in said  # three of this process, two of those that ended


def test_what_a_whole_service_counted_is_gone_with_it_and_files_of_others_stay(tmp_path):
    count = 'metrics.count(metrics.CACHE, "hit")\n'
    assert "1.0" in run("shared_files.share(var)\n" + count + "print(counted())", tmp_path)
    assert "1.0" in run("shared_files.share(var)\n" + count + "print(counted())", tmp_path)
    (folder,) = (tmp_path / shared_files.FOLDER).iterdir()
    (elsewhere := folder.with_name("another-container")).mkdir()
    (elsewhere / "counter_7.db").write_bytes(b"")
    (old := folder.with_name("long-gone")).mkdir()
    (old / "counter_7.db").write_bytes(b"")
    os.utime(old / "counter_7.db", (1, 1))
    run("shared_files.share(var)", tmp_path)
    assert elsewhere.is_dir()
    assert not old.exists()


def test_a_file_whose_process_has_ended_is_not_taken_for_that_of_another_with_its_id(tmp_path):
    """Ids come again: after a restart a container's are the same."""
    mine = tmp_path / f"gauge_livemax_{os.getpid()}.db"
    mine.write_bytes(b"")
    assert shared_files.processes(tmp_path) == [os.getpid()]
    os.utime(mine, (time.time() - 86_400 * 365,) * 2)
    assert shared_files.processes(tmp_path) == []


FULL = """
import errno
def full(*_): raise OSError(errno.ENOSPC, "No space left on device")
"""


def test_on_a_full_disk_each_process_counts_for_itself_and_says_so(tmp_path):
    said = run(
        FULL + "logging.basicConfig()\nos.posix_fallocate = full\n"
        'assert not shared_files.share(var)\nmetrics.count(metrics.CACHE, "hit")\nprint(counted())',
        tmp_path,
    )
    assert "'likely_cache_requests_total{result=\"hit\"}': 1.0" in said
    assert said.count("Metrics are those of single processes, for no files can be made") == 1


def test_a_disk_that_fills_up_ends_no_request(tmp_path):
    """Files have all their blocks: what is counted already goes on, and what is new is left out."""
    said = run(
        FULL
        + """
shared_files.share(var)
metrics.count(metrics.CACHE, "hit")
os.posix_fallocate = full
metrics.count(metrics.CACHE, "hit")
for number in range(3000):
    metrics.count_request("GET", f"/route-number-{number}", "200", 0.003)
def work():
    metrics.count(metrics.CACHE, "hit")
    metrics.count_scored("loan@1", 3)
os.waitpid(child(work), 0)
blocks = sum(path.stat().st_blocks * 512 for path in folder.glob("*.db"))
sizes = sum(path.stat().st_size for path in folder.glob("*.db"))
assert blocks >= sizes, (blocks, sizes)
print(counted()['likely_cache_requests_total{result="hit"}'])
""",
        tmp_path,
    )
    assert "2.0" in said


def test_files_have_all_their_blocks_when_they_grow(tmp_path):
    run(
        """
shared_files.share(var)
for number in range(700):
    metrics.count_request("GET", f"/route-number-{number}", "200", 0.003)
files = list(folder.glob("*.db"))
assert max(path.stat().st_size for path in files) > 1_000_000
assert all(path.stat().st_blocks * 512 >= path.stat().st_size for path in files)
assert sum(value for name, value in counted().items() if name.startswith("http_requests_total")) == 700
""",
        tmp_path,
    )


@pytest.mark.parametrize("name", ["host", "a_b", "../up", ""])
def test_a_folder_for_each_machine(monkeypatch, name):
    monkeypatch.setattr("socket.gethostname", lambda: name)
    folder = shared_files.folder_of(Path("var"))
    assert folder.parent == Path("var/metrics")
    assert re.fullmatch(r"[A-Za-z0-9.-]+", folder.name)
    assert ".." not in folder.parts
