"""Memory that is no longer needed goes back to the system."""

import gc
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from ml.runtime.memory import give_back, return_large_blocks

MB = 1024 * 1024
ROOT = Path(__file__).resolve().parents[2]


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


CHURN = """
import resource
from pathlib import Path
import numpy as np
from ml.runtime.memory import return_large_blocks

if {call}: assert return_large_blocks()
del_first = np.ones(2_500_000)  # 20 MB: freed, it raises the limit of glibc
del del_first
large = [np.ones(1_250_000) for _ in range(10)]
above = bytearray(8_000_000)  # larger than any gap below: nothing is given back from the top
del large
print(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024 // 1024)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have ways of their own")
def test_large_arrays_go_back_by_themselves():
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    kept, returned = (
        int(subprocess.run([sys.executable, "-c", CHURN.replace("{call}", call)], cwd=ROOT, check=True,
                           env=environ, capture_output=True, text=True).stdout)
        for call in ("False", "True")
    )  # fmt: skip
    assert returned < kept - 60


def test_the_service_returns_large_blocks():
    assert "return_large_blocks()" in (ROOT / "app.py").read_text()
    assert return_large_blocks() == (platform.libc_ver()[0] == "glibc")
