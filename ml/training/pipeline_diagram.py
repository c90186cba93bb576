"""Diagram of an estimator's structure as plain JSON for the card, drawn without scikit-learn.

scikit-learn's own diagram is HTML with scripts and styles in it, which the pages' security policy stops,
and it needs the estimator, which a compiled path never loads.
"""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ml.data.array_types import native

DEEPEST = 8  # levels of nesting
LONGEST = 60
MOST_PARTS = 12
Node = dict[str, Any]

_short = reprlib.Repr()
_short.maxstring = _short.maxother = LONGEST


def diagram_of(estimator: Any, columns: Sequence[str] = ()) -> Node:
    """The structure of an estimator.

    Parameters
    ----------
    estimator : scikit-learn estimator, fitted or not
    columns : sequence of str
        Names of the columns that it is given, where parts are named by position.

    Returns
    -------
    dict
        ``kind`` (class name), ``parameters`` (name and value of those that differ from their defaults, as
        texts), ``parts`` (nodes of the same form with ``name`` and, where a part takes some columns only,
        ``columns``) and ``parallel`` (True where the parts stand side by side, False where one follows the
        other).
    """
    return _node("", estimator, tuple(columns), 0)


def _node(name: str, estimator: Any, columns: tuple[str, ...], depth: int) -> Node:
    if not _is_estimator(estimator):
        return {"name": name, "kind": str(estimator)[:LONGEST], "parameters": [], "parts": [], "parallel": False}
    parts = list(_parts(estimator)) if depth < DEEPEST else []
    nodes = []
    for part, inner, own in parts[:MOST_PARTS]:
        node = _node(part, inner, columns, depth + 1)
        nodes.append(node if own is None else node | {"columns": _names(own, columns)})
    if len(parts) > MOST_PARTS:
        more = {"name": "", "kind": f"{len(parts) - MOST_PARTS} more", "parameters": [], "parts": [], "parallel": False}
        nodes.append(more)
    return {
        "name": name,
        "kind": type(estimator).__name__,
        "parameters": _changed(estimator),
        "parts": nodes,
        "parallel": not hasattr(estimator, "steps"),
    }


def _parts(estimator: Any) -> Iterable[tuple[str, Any, Any]]:
    """Name, estimator and columns (or None) of each part; transformers that are "drop" are no parts."""
    if hasattr(estimator, "transformers"):
        steps = getattr(estimator, "transformers_", estimator.transformers)
        return [part for part in steps if not (isinstance(part[1], str) and part[1] == "drop")]
    given = estimator.get_params(deep=False).items()
    single = [(name, value, None) for name, value in given if _is_estimator(value)]
    lists = [item for _, value in given if isinstance(value, (list, tuple)) for item in value]
    named = [item for item in lists if isinstance(item, (list, tuple)) and len(item) > 1]
    return single + [(str(item[0]), item[1], None) for item in named if _is_part(item[1])]


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "get_params") and not isinstance(value, type)


def _is_part(value: Any) -> bool:
    return _is_estimator(value) or (isinstance(value, str) and value == "passthrough")


def _names(own: Any, columns: tuple[str, ...]) -> list[str]:
    """Names of the columns that a part takes; their positions where they have no names."""
    if callable(own):
        return []
    if isinstance(own, slice):
        own = list(columns[own]) if isinstance(own.start, (int, type(None))) else [str(own)]
    if isinstance(own, (str, int)):
        own = [own]
    own = list(own)
    if own and all(isinstance(item, (bool, np.bool_)) for item in own):
        own = [at for at, yes in enumerate(own) if yes]
    return [_name(item, columns) for item in own]


def _name(item: Any, columns: tuple[str, ...]) -> str:
    if isinstance(item, (int, np.integer)):
        return columns[item] if -len(columns) <= item < len(columns) else f"column {item}"
    return str(item)


def _changed(estimator: Any) -> list[list[str]]:
    """Parameters that differ from the class's defaults; parts of the estimator are no parameters."""
    defaults = {
        name: parameter.default for name, parameter in inspect.signature(type(estimator).__init__).parameters.items()
    }
    changed = []
    for name, value in estimator.get_params(deep=False).items():
        plain = isinstance(value, (str, int, float, bool, type(None), list, tuple, dict, np.generic))
        if not plain or _holds_parts(value) or _same(value, defaults.get(name, inspect.Parameter.empty)):
            continue
        changed.append([name, _short.repr(native(value))])
    return changed


def _holds_parts(value: Any) -> bool:
    items = value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else ()
    return any(hasattr(item, "get_params") or (isinstance(item, tuple) and len(item) > 1) for item in items)


def _same(value: Any, default: Any) -> bool:
    if value is default:
        return True
    return type(value) is type(default) and (value == default or (value != value and default != default))
