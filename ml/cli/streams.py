"""Standard input and output as files of the command line: ``--in -``, ``--out -``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ml.files.write.atomic_output import is_alias_of_stdout

STREAM = Path("-")


@contextmanager
def standard_output() -> Iterator[IO[bytes]]:
    """Standard output for a result alone: what is printed meanwhile, by an estimator too, goes to standard error."""
    sys.stdout.flush()
    real = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(real), "wb") as file:
            yield file
    finally:
        sys.stdout.flush()
        os.dup2(real, 1)
        os.close(real)


def is_standard_output(target: Path) -> bool:
    """True when a result is to go to standard output, under any of its names."""
    return target == STREAM or is_alias_of_stdout(target)


def source_of(path: Path) -> Path | IO[bytes]:
    """The file to read."""
    return sys.stdin.buffer if path == STREAM else path
