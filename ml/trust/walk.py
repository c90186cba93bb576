"""Walk over all objects within a fitted estimator, by attributes, lists, dicts and tuples."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

# Types whose parts need not be looked at, or that only their own library can read
LEAVES = (str, bytes, bytearray, int, float, complex, bool, type(None), np.generic, type)
CLOSED = {"numpy", "scipy", "pandas"}


def parts_of(root: Any) -> Iterator[Any]:
    """Each object within `root` once, `root` first, without texts, numbers and elements of numeric arrays."""
    seen: dict[int, Any] = {}  # keeps what it names alive, so that no address is given twice
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if id(part) in seen or (isinstance(part, LEAVES) and not isinstance(part, type)):
            continue
        seen[id(part)] = part
        yield part
        waiting.extend(reversed(children_of(part)))


def reads_files(root: Any) -> str | None:
    """The class of a step that takes its texts as names of files to read; None where there is none.

    A record would then name a file of the server.
    """
    for part in parts_of(root):
        kind = type(part)
        if kind.__module__.startswith("sklearn.feature_extraction.") and getattr(part, "input", "content") != "content":
            return kind.__name__
    return None


def children_of(part: Any) -> list[Any]:
    """Direct parts of an object."""
    if isinstance(part, type):
        return []
    if isinstance(part, dict):
        return [*part.keys(), *part.values(), *_attributes(part)]
    if isinstance(part, list | tuple | set | frozenset):
        return [*part, *_attributes(part)]
    if isinstance(part, np.ndarray):
        return list(part.ravel()) if part.dtype == object else []
    if isinstance(part, functools.partial):
        return [part.func, part.args, part.keywords]
    if type(part).__module__.partition(".")[0] in CLOSED:
        return []
    return _attributes(part)


def _attributes(part: Any) -> list[Any]:
    held = list(getattr(part, "__dict__", {}).values()) if not callable_by_name(part) else []
    slots = [name for kind in type(part).__mro__ for name in _slots(kind)]
    return held + [getattr(part, name) for name in slots if hasattr(part, name)]


def _slots(kind: type) -> list[str]:
    given = kind.__dict__.get("__slots__", ())
    names = [given] if isinstance(given, str) else list(given)
    return [name for name in names if name not in ("__dict__", "__weakref__")]


def callable_by_name(part: Any) -> bool:
    """True for functions and the like, which are found by name."""
    return hasattr(part, "__qualname__") and hasattr(part, "__call__")  # noqa: B004 - no object is called here
