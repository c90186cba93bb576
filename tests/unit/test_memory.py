"""Memory that is no longer needed goes back to the system."""

import gc
import platform
import resource
from pathlib import Path

import pytest

from ml.runtime.memory import give_back

MB = 1024 * 1024


def resident():
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have ways of their own")
def test_small_pieces_go_back():
    pieces = [bytearray(2_000) for _ in range(30_000)]  # 60 MB
    last = bytearray(2_000)  # above them, so that nothing is given back by itself
    full = resident()
    pieces.clear()
    give_back()
    assert full - resident() > 40 * MB
    assert len(last) == 2_000


def test_what_holds_itself_is_collected_first():
    class Holding:
        """Says when it goes."""

        def __init__(self):
            self.itself = self

        def __del__(self):
            gone.append(True)

    gone = []
    gc.disable()
    try:
        Holding()
        give_back()
        assert not gone
        give_back(collect=True)
        assert gone
    finally:
        gc.enable()
