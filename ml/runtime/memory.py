"""Memory that a process no longer needs, given back to the system."""

from __future__ import annotations

import ctypes
import gc

LARGE = 512 * 1024  # bytes
_M_MMAP_THRESHOLD = -3  # of glibc's mallopt


def give_back(collect: bool = False) -> None:
    """Return free memory to the system, where the C library is glibc; with `collect` after Python's own collection.

    Making a session of onnxruntime needs several times the memory that it keeps, in small pieces: glibc keeps
    them for a process that has no use for them (seen: 380 of 590 MB after loading a large forest).
    """
    if collect:
        gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return  # not glibc: mallopt does not exist


def return_large_blocks() -> bool:
    """Let every large block go back to the system as soon as it is free; False where the C library is not glibc.

    Else glibc raises the limit, up to 32 MB, with each large block that is freed, and keeps those of all threads: a
    worker that had drawn bootstraps for four models stayed at 240 MB, of which it used 68 while it drew, and 10 later.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE))
    except (AttributeError, OSError, TypeError):
        return False
