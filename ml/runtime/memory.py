"""Memory that a process no longer needs, given back to the system."""

from __future__ import annotations

import ctypes
import gc


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
        return  # another C library, with ways of its own
