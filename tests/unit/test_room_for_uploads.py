"""Uploads leave room on the disk of files of jobs."""

import shutil
from types import SimpleNamespace

import pytest

from store.files import LOOKED_EVERY, Files

FLOOR = 1_000


@pytest.fixture
def disk(monkeypatch):
    """A disk with so many bytes free, as each look at it says in its turn; the last stays."""
    free, looked_at = [10_000], []

    def usage(path):
        looked_at.append(path)
        return SimpleNamespace(free=free.pop(0) if len(free) > 1 else free[0])

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return SimpleNamespace(free=free, looked_at=looked_at)


@pytest.mark.parametrize(("free", "kept"), [(FLOOR, True), (FLOOR - 1, False)])
def test_an_upload_is_refused_where_less_is_free_than_the_floor(tmp_path, disk, free, kept):
    disk.free[:] = [free]
    files = Files(str(tmp_path), FLOOR)
    if kept:
        assert files.write("job/in", [b"a", b"b"]) == 2
        return
    with pytest.raises(OSError, match="999 bytes are free, and 1,000 are kept free"):
        files.write("job/in", [b"a", b"b"])
    assert not list(tmp_path.rglob("in"))


def test_a_large_upload_ends_when_the_disk_fills_meanwhile_and_leaves_nothing(tmp_path, disk):
    disk.free[:] = [FLOOR, FLOOR, 0]
    with pytest.raises(OSError, match="0 bytes are free"):
        Files(str(tmp_path), FLOOR).write("job/in", (b"x" * (LOOKED_EVERY // 4) for _ in range(20)))
    assert len(disk.looked_at) == 3
    assert not list(tmp_path.rglob("in"))


def test_no_floor_and_no_folder_ask_no_disk(tmp_path, disk):
    assert Files(str(tmp_path)).write("job/in", [b"a"]) == 1
    assert Files("memory://likely", FLOOR).write("job/in", [b"a"]) == 1
    assert not disk.looked_at


def test_results_may_use_what_uploads_leave(tmp_path, disk):
    disk.free[:] = [0]
    (tmp_path / "job").mkdir()
    assert Files(str(tmp_path), FLOOR).add("job/out", [b"a"]) == 1
