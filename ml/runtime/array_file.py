"""Memory-mapped arrays in one file: no value is parsed, and only pages that are read come into memory.

The file is a sequence of numpy's own ``.npy`` files; the first holds JSON in UTF-8 with the names of the others.
Each begins at a multiple of 64 bytes. Processes that read one file share its pages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

ALIGNED = 64
VERSION = (1, 0)


def write_arrays(path: Path, about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays of numbers, bools or dates, each with at least one element.

    Parameters
    ----------
    about : mapping
        Metadata, kept as JSON.

    Raises
    ------
    ValueError
        When an array holds objects.
    """
    head = json.dumps({"arrays": list(arrays), "about": about}, ensure_ascii=False).encode()
    with path.open("wb") as file:
        for array in (np.frombuffer(head, dtype=np.uint8), *arrays.values()):
            file.write(b"\0" * (-file.tell() % ALIGNED))
            npy.write_array(file, np.ascontiguousarray(array), version=VERSION, allow_pickle=False)


def read_arrays(path: Path) -> tuple[Any, dict[str, np.ndarray]]:
    """Read a file of :func:`write_arrays`: its metadata, and the arrays by name, read-only.

    Raises
    ------
    OSError, ValueError, KeyError
        When the file is gone or is no such file.
    """
    with path.open("rb") as file:
        head = json.loads(_mapped(path, file).tobytes())
        return head["about"], {name: _mapped(path, file) for name in head["arrays"]}


def _mapped(path: Path, file: BinaryIO) -> np.ndarray:
    """The next array of the file; moves the file's position to its end."""
    file.seek(-file.tell() % ALIGNED, 1)
    if npy.read_magic(file) != VERSION:
        raise ValueError(f"{path.name} is of another version of numpy's format.")
    shape, _, dtype = npy.read_array_header_1_0(file)
    if dtype.hasobject:
        raise ValueError(f"{path.name} holds objects, which are never read.")
    array = np.memmap(path, dtype, "r", file.tell(), shape)
    file.seek(array.nbytes, 1)
    return np.asarray(array)
