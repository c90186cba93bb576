"""The spool: an append-only file of each process, from which lines are moved to the database.

A line that was appended survives the end of its process, however it ends: it is in the page cache of the kernel. It
may be lost with the machine before it was moved, which happens a second later unless the database is away.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

OPEN, READY, BAD = ".open", ".ready", ".bad"


class SpoolFull(OSError):
    """The disk has no room for more lines."""


class Spool:
    """Append-only files in a folder that processes of one machine share. Thread-safe; opens anew after a fork.

    Each file is locked by the process that appends to it. Files of processes that have ended are moved by another.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._file: int | None = None
        self._path = folder
        self._size = self._process = 0

    def append(self, line: bytes) -> None:
        """Append a line, without its line break; it is there as a whole, or not at all.

        Raises
        ------
        OSError
            The disk is full, or the folder is away.
        """
        whole = line + b"\n"
        with self._lock:
            file = self._opened()
            written = os.write(file, whole)
            if written != len(whole):
                os.ftruncate(file, self._size)
                raise SpoolFull(f"{written} of {len(whole)} bytes were written")
            self._size += written

    def _opened(self) -> int:
        if self._file is not None and self._process == os.getpid():
            return self._file
        if self._file is not None:
            os.close(self._file)  # the parent's, which goes on with it
            self._file = None
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file, self._path = self._locked_file()
        self._process, self._size = os.getpid(), 0
        return self._file

    def _locked_file(self) -> tuple[int, Path]:
        """A new file that this process has locked, and its path."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        while True:
            path = self._folder / f"{os.getpid()}-{secrets.token_hex(6)}{OPEN}"
            file = os.open(path, flags, 0o600)
            # Whoever moves lines may take the empty file between its making and the lock, and remove it
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_file_of(path, file):
                    return file, path
            os.close(file)

    def close(self) -> None:
        """Close the current file, so that it can be moved; the next line begins a new file."""
        with self._lock:
            if self._file is None or self._process != os.getpid() or not self._size:
                return
            with suppress(FileNotFoundError):  # somebody has removed the folder
                self._path.rename(self._path.with_suffix(READY))
            os.close(self._file)
            self._file = None

    def drain(self, move: Callable[[list[bytes]], object], at_once: int = 200) -> int:
        """Move the lines of all files that nobody appends to; returns their number.

        Parameters
        ----------
        move : callable
            Stores some lines. It may be called again with lines that it has stored already, after a kill in between.
        at_once : int
            Most lines of a call.

        Raises
        ------
        Exception
            As of `move`: the file stays and is moved later.
        """
        self.close()
        return sum(self._drain(path, move, at_once) for path in self._left())

    def _left(self) -> list[Path]:
        """Files that are not this process's own, the oldest first."""
        files = (path for path in self._folder.glob("*") if path.suffix in (OPEN, READY) and path.is_file())
        return sorted((path for path in files if path != self._own()), key=_age)

    def _own(self) -> Path | None:
        return self._path if self._file is not None and self._process == os.getpid() else None

    def _drain(self, path: Path, move: Callable[[list[bytes]], object], at_once: int) -> int:
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:  # another process has moved it
            return 0
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its process appends to it, or another one moves it
            os.close(file)
            return 0
        if not _is_file_of(path, file):  # another has moved or renamed it between the opening and the lock
            os.close(file)
            return 0
        moved, bad = 0, list[bytes]()
        with os.fdopen(file, "rb") as lines:
            for some in _parts(lines, at_once):
                bad += (unread := _unread(some, move))
                moved += len(some) - len(unread)
            if bad:  # they would fail again and again
                aside = path.with_suffix(BAD)
                aside.write_bytes(b"".join(each + b"\n" for each in bad))
                aside.chmod(0o600)
                log.error("%d lines of decisions cannot be read and are put aside as %s", len(bad), aside.name)
            with suppress(FileNotFoundError):
                path.unlink()  # while it is locked: who has opened it finds it gone once the lock is free
        return moved


def _is_file_of(path: Path, file: int) -> bool:
    """True where an open file is still the one at a path."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file))
    return False


def _unread(some: list[bytes], move: Callable[[list[bytes]], object]) -> list[bytes]:
    """Move lines to the database and return the unreadable ones; where a batch fails, each line is tried alone."""
    try:
        move(some)
    except (ValueError, TypeError, KeyError):
        return some if len(some) == 1 else [line for each in some for line in _unread([each], move)]
    return []


def _parts(lines: Iterable[bytes], at_once: int) -> Iterator[list[bytes]]:
    """Lines, some at a time. One without its line break was not appended as a whole."""
    some: list[bytes] = []
    for line in lines:
        if not line.endswith(b"\n"):
            break
        some.append(line[:-1])
        if len(some) == at_once:
            yield some
            some = []
    if some:
        yield some


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
