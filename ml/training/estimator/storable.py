"""Makes an estimator storable by skops: objects that it cannot keep are replaced by stand-ins, on a copy."""

from __future__ import annotations

import copy
import re
from collections import Counter, OrderedDict, defaultdict
from typing import Any

import joblib
import numpy as np
import pandas as pd

from ml.predict import stored
from ml.trust.walk import children_of, parts_of

SHARED = ("Booster",)  # of the boosting libraries: large, and never changed here


def storable(estimator: Any) -> Any:
    """The estimator itself where skops can keep it, else a copy with stand-ins for pandas objects and the like.

    A cache of fitted steps (``Pipeline(memory=joblib.Memory(…))``) is left out: it is a folder of another machine.

    Numeric arrays and trees are shared with the copy, not copied. The stand-ins give the objects themselves
    when the file is loaded, so its answers are the same.
    """
    parts = list(parts_of(estimator))
    memo: dict[int, Any] = {}
    dicts: list[tuple[Any, Any]] = []
    for part in parts:
        if isinstance(part, joblib.Memory):
            memo[id(part)] = None
            continue
        score_with_blanks = _stand_in(part)
        if score_with_blanks is not None:
            memo[id(part)] = score_with_blanks
        elif type(part) in (dict, OrderedDict, Counter, defaultdict) and _is_odd(part):
            memo[id(part)] = stored.StoredDict.keep()
            dicts.append((part, memo[id(part)]))
    if not memo:
        return estimator
    memo |= {id(part): part for part in parts if id(part) not in memo and _is_shared(part)}
    for held, score_with_blanks in dicts:
        default = getattr(held, "default_factory", None)
        score_with_blanks.data = (
            type(held),
            copy.deepcopy(list(held), memo),
            copy.deepcopy(list(held.values()), memo),
            default,
        )
    return copy.deepcopy(estimator, memo)


def _is_odd(held: dict[Any, Any]) -> bool:
    return stored.has_odd_keys(held) or (isinstance(held, defaultdict) and not set(map(type, held)) <= {str})


def _is_shared(part: Any) -> bool:
    if isinstance(part, np.ndarray):
        return bool(part.dtype != object)
    plain = isinstance(part, dict | list | tuple | set | frozenset)
    return type(part).__name__ in SHARED or (not plain and not children_of(part))


def _stand_in(part: Any) -> Any:
    """A stand-in for an object that skops cannot keep; None for any other."""
    if isinstance(part, re.Pattern):
        return stored.StoredPattern.keep(part.pattern, part.flags)
    if part is pd.NA or part is pd.NaT or isinstance(part, pd.Timestamp | pd.Timedelta):
        return stored.plain_time(part)
    for kind, made in _MADE:
        if isinstance(part, kind):
            return made(part, _each)
    return None


def _each(value: Any) -> Any:
    """A value within a pandas object, or its stand-in."""
    score_with_blanks = _stand_in(value)
    return value if score_with_blanks is None else score_with_blanks


_MADE: tuple[tuple[Any, Any], ...] = (
    (pd.Index, stored.plain_index),
    (pd.Series, stored.plain_series),
    (pd.DataFrame, stored.plain_frame),
    (pd.api.extensions.ExtensionDtype, stored.plain_dtype),
    (pd.api.extensions.ExtensionArray, stored.plain_array),
)
