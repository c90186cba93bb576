"""Metrics of several processes: each writes files in one folder, and whoever is asked reads all of them.

This is the multiprocess mode of prometheus-client, with three differences. The folder is chosen when the server starts,
not when the package is imported. Files have all their blocks from the beginning: to write to a page for which a full
disk has no room would end the process (SIGBUS). And counts of processes that ended are added up in one file, which else
would be one more for each worker that was ever replaced.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock
from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

from telemetry import metrics

log = logging.getLogger(__name__)

FOLDER = "metrics"  # below VAR_DIR
PREPARED = ("counter", "histogram", "gauge_livemax")  # files of each process
BLOCKS = {"counter": 128, "histogram": 256}  # kB of a file that is made; others have 16
MERGED = 0  # in place of a process id: the counts of all processes that have ended
WEEK = 7 * 86_400.0
PATIENCE = 2.0  # seconds for another process that reads or adds up

STAT = Path("/proc/stat")
_NAME = re.compile(r"(counter|histogram|gauge_[a-z]+)_(\d+)\.db")


class AllocatedDict(MmapedDict):
    """The values of one file, all blocks of which are there; OSError where the disk has no room for more."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            _allocate(Path(filename))
        super().__init__(filename, read_mode)

    def _init_value(self, key: str) -> None:
        if self._used + len(key.encode()) + 64 > self._capacity:
            os.posix_fallocate(self._f.fileno(), self._capacity, self._capacity)
        super()._init_value(key)


def _allocate(path: Path) -> None:
    """Make a file with all its blocks; where they are not to be had it is removed."""
    try:
        with path.open("ab") as file:
            if os.fstat(file.fileno()).st_size == 0:
                os.posix_fallocate(file.fileno(), 0, BLOCKS.get(path.name.partition("_")[0], 16) * 1024)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def folder_of(var_dir: Path) -> Path:
    """The folder of this machine's processes: containers that share a volume have the same process ids."""
    return var_dir / FOLDER / re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname() or "here")


def share(var_dir: Path) -> bool:
    """Write this process's metrics, and those of its children, to files; what was counted before is forgotten.

    Returns
    -------
    bool
        False where no files can be made: each process then counts for itself, and the log says so.
    """
    folder = folder_of(var_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not processes(folder):
            _clean(folder)
        for kind in PREPARED:
            AllocatedDict(str(folder / f"{kind}_{os.getpid()}.db")).close()
    except OSError as error:
        log.warning("Metrics are those of single processes, for no files can be made: %s", error)
        return False
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.resolve())
    values.MmapedDict = AllocatedDict
    values.ValueClass = values.MultiProcessValue()
    metrics.forget()
    return True


def _clean(folder: Path) -> None:
    """Remove what earlier runs left: on this machine those that have ended, and folders of machines long gone."""
    for file, process in _files(folder):
        if process == MERGED or not _is_written(file, process):
            file.unlink(missing_ok=True)
    for other in folder.parent.iterdir():
        newest = max((file.stat().st_mtime for file in other.glob("*.db")), default=0.0)
        if other != folder and newest < time.time() - WEEK:
            shutil.rmtree(other, ignore_errors=True)


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for file in folder.glob("*.db"):
        if found := _NAME.fullmatch(file.name):
            yield file, int(found[2])


def _is_written(file: Path, process: int) -> bool:
    """True while the process that made the file runs; its id may be that of another one by now."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # somebody else's
    with suppress(OSError):
        return file.stat().st_mtime >= started_at(process) - 1
    return False


def started_at(process: int) -> float:
    """Time at which a process was started, in seconds since 1970; 0 where that cannot be known."""
    if not STAT.is_file():
        return 0.0
    booted = next(float(line.split()[1]) for line in STAT.read_text().splitlines() if line.startswith("btime "))
    ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    return booted + float(ticks) / os.sysconf("SC_CLK_TCK")


def processes(folder: Path) -> list[int]:
    """Ids of the processes that write to the folder and run."""
    return sorted({process for file, process in _files(folder) if process and _is_written(file, process)})


def written(folder: Path) -> list[str]:
    """Files that hold counts; one may just be made."""
    return [str(file) for file, _ in _files(folder) if file.stat().st_size]


def exclusive_lock(folder: Path) -> FileLock:
    """A lock within which no other process merges files."""
    return FileLock(folder / "lock", timeout=PATIENCE)


def merge_ended(folder: Path) -> None:
    """Add the counts of processes that have ended to one file, and remove theirs; their gauges are dropped."""
    if not _ended(folder):
        return
    with suppress(OSError), exclusive_lock(folder):
        for file in _ended(folder):
            kind = file.name.partition("_")[0]
            if kind != "gauge" and file.stat().st_size:
                _add(file, folder / f"{kind}_{MERGED}.db")
            file.unlink(missing_ok=True)


def _ended(folder: Path) -> list[Path]:
    return [file for file, process in _files(folder) if process and not _is_written(file, process)]


def _add(file: Path, total: Path) -> None:
    total_file = AllocatedDict(str(total))
    try:
        for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(file):
            if value:
                total_file.write_value(key, total_file.read_value(key)[0] + value, timestamp)
    finally:
        total_file.close()
