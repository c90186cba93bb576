"""Files of jobs: in a folder, or any file system of fsspec.

No name is written twice, and a file counts only once the table of jobs names it: what a killed process left behind
is never read.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

BLOCK = 1024 * 1024
LOOKED_EVERY = 16 * BLOCK  # bytes written between two looks at the room that is left


class Files:
    """A file system rooted at a URL that fsspec takes (``s3://bucket/likely``, ``file:///var/files``), or a plain path.

    `floor` are bytes that uploads leave free on the disk of a folder, for results and whatever else needs them.
    """

    def __init__(self, url: str, floor: int = 0) -> None:
        self._url, self._floor = url, floor
        self._opened: tuple[int, Any, str] | None = None

    def write(self, path: str, blocks: Iterable[bytes]) -> int:
        """Write an upload from blocks, with its folder, and return its size in bytes. A partial file is removed.

        Raises
        ------
        OSError
            It cannot be written, or too little room would be left.
        """
        self._check_room()
        self.make_folder(path.rpartition("/")[0])
        return self._write(path, blocks, self._check_room)

    def add(self, path: str, blocks: Iterable[bytes]) -> int:
        """Write a file into an existing folder, even into the space that uploads keep free; returns its size in bytes.

        It makes no folder: a volume that is not mounted at the moment would hide what is written to one of its name.

        Raises
        ------
        FileNotFoundError
            The folder is not there.
        OSError
            It cannot be written. A partial file is removed.
        """
        return self._write(path, blocks, lambda: None)

    def make_folder(self, folder: str) -> None:
        """Make a folder, where places have folders and it is not there."""
        system, root = self._system()
        system.makedirs(f"{root}/{folder}", exist_ok=True)

    def _write(self, path: str, blocks: Iterable[bytes], check: Callable[[], object]) -> int:
        size = looked_at = 0
        try:
            with self.create(path) as file:
                for block in blocks:
                    file.write(block)
                    size += len(block)
                    if size - looked_at >= LOOKED_EVERY:
                        check()
                        looked_at = size
        except BaseException:
            self.remove(path)
            raise
        return size

    def _check_room(self) -> None:
        system, root = self._system()
        if not self._floor or getattr(system, "protocol", "") not in (("file", "local"), "file"):
            return
        system.makedirs(root, exist_ok=True)
        free = shutil.disk_usage(root).free
        if free < self._floor:
            raise OSError(errno.ENOSPC, f"{free:,} bytes are free, and {self._floor:,} are kept free")

    def create(self, path: str) -> IO[bytes]:
        """Open a new file for writing, in a folder that is there."""
        system, root = self._system()
        file: IO[bytes] = system.open(f"{root}/{path}", "wb")
        return file

    def open(self, path: str) -> IO[bytes]:
        """Open a file for reading; FileNotFoundError where there is none."""
        system, root = self._system()
        file: IO[bytes] = system.open(f"{root}/{path}", "rb")
        return file

    def read(self, path: str) -> Iterator[bytes]:
        """Yield a file block by block."""
        with self.open(path) as file:
            while block := file.read(BLOCK):
                yield block

    def sizes(self, folder: str) -> dict[str, int]:
        """Sizes of the files in a folder, by their names in it; bytes. Empty where there is no such folder."""
        system, root = self._system()
        try:
            entries = system.ls(f"{root}/{folder}", detail=True)
        except FileNotFoundError:
            return {}
        return {each["name"].rstrip("/").rpartition("/")[2]: int(each["size"] or 0) for each in entries}

    def folders(self, path: str) -> list[str]:
        """Names of the folders in a folder."""
        system, root = self._system()
        try:
            entries = system.ls(f"{root}/{path}", detail=True, refresh=True)
        except FileNotFoundError:
            return []
        return [each["name"].rstrip("/").rpartition("/")[2] for each in entries if each["type"] == "directory"]

    def age(self, path: str, now: float) -> float | None:
        """Seconds since anything in a folder was written, by the file system's clock; None where it has no times."""
        system, root = self._system()
        try:
            entries = [system.info(f"{root}/{path}"), *system.find(f"{root}/{path}", detail=True).values()]
        except FileNotFoundError:
            return None
        times = [time for each in entries if (time := _written(each)) is not None]
        return now - max(times) if times else None

    def remove(self, path: str) -> None:
        """Remove a file or folder, if it exists."""
        system, root = self._system()
        with contextlib.suppress(FileNotFoundError):
            system.rm(f"{root}/{path}", recursive=True)

    def _system(self) -> tuple[Any, str]:
        # A forked process opens its own: connections cannot be shared.
        if self._opened is None or self._opened[0] != os.getpid():
            from fsspec.core import url_to_fs

            system, root = url_to_fs(self._url)
            self._opened = (os.getpid(), system, root.rstrip("/"))
        return self._opened[1], self._opened[2]


def _written(info: dict[str, Any]) -> float | None:
    """Modification time in seconds since 1970; each file system has another key for it."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        value = info.get(name)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = dt.datetime.fromisoformat(value)
        if isinstance(value, dt.datetime):
            return value.timestamp()
        if isinstance(value, (int, float)):
            return float(value)
    return None
