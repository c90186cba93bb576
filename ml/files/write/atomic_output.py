"""Atomic output: a file that appears only when it is complete; devices, pipes and streams are written into."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_SPECIAL = ("/dev", "/proc")  # folders whose entries stand for something that is open already


@contextmanager
def atomic_output(target: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """A file to write the result into.

    A path gets its file when the block ends well, and keeps what it had where it does not; a link stays a link. What is
    no regular file, such as ``/dev/stdout`` or a named pipe, is written into as it is.
    """
    if not isinstance(target, Path):
        yield target
        target.flush()
    elif _is_special(target):
        with target.open("wb") as file:
            yield file
    else:
        real = target.resolve()
        part = real.with_name(f".{real.name}.{os.getpid()}.part")
        opened = _opened(part, target)
        try:
            with opened as file:
                yield file
            os.replace(part, real)
        finally:
            part.unlink(missing_ok=True)


def _opened(part: Path, target: Path) -> IO[bytes]:
    """Open the partial file; an error names the target, which is the one that somebody knows."""
    try:
        return part.open("wb")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None


def _is_special(target: Path) -> bool:
    """True when a path is a device, a pipe or an alias of an open file: none of these may be replaced."""
    folder = os.path.realpath(target.parent)
    opened = folder in _SPECIAL or folder.startswith("/proc/")
    return target.exists() and (opened or not target.is_file())


def is_alias_of_stdout(target: Path) -> bool:
    """True when a path is an alias of the open standard output, as ``/dev/stdout`` is."""
    try:
        there, here = target.stat(), os.fstat(1)
    except OSError:
        return False
    return os.path.samestat(there, here) and not stat.S_ISDIR(there.st_mode)


@contextmanager
def scratch() -> Iterator[Path]:
    """Context manager: path of a temporary file, removed when the block ends."""
    with tempfile.TemporaryDirectory(prefix="likely-") as folder:
        yield Path(folder) / "made"


def copy_into(source: Path, target: IO[bytes]) -> None:
    """Write the bytes of a file into another."""
    with source.open("rb") as file:
        shutil.copyfileobj(file, target, 1024 * 1024)
