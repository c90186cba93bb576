"""pyarrow, which stands aside of the other packages, as pandas keeps texts another way beside it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd  # before pyarrow is in sight
import pytest

ASIDE = Path(sys.prefix) / "parquet"


def folder_of_pyarrow() -> Path:
    """Where pyarrow is, for the PYTHONPATH of another process; the test is skipped where it is not installed."""
    if not ASIDE.is_dir() and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not there: make .venv/parquet/.installed")
    return ASIDE


@pytest.fixture(scope="module")
def pyarrow() -> Iterator[ModuleType]:
    """The package, in sight for the tests of a module that ask for it."""
    folder = folder_of_pyarrow()
    assert pd.Series(["x"]).dtype == "str"
    known = set(sys.modules)
    sys.path.append(str(folder))
    import pyarrow
    import pyarrow.parquet

    yield pyarrow
    sys.path.remove(str(folder))
    for name in set(sys.modules) - known:
        if name.partition(".")[0] == "pyarrow":
            del sys.modules[name]
