"""Two lanes of tests: those of every push, and all (``make test-all``, nightly), which are asked for by ALL_CASES=1.

The push lane leaves out whole cases, never a check within one: long files, tests marked ``nightly`` (what a faster test
of the push lane looks at too, in fewer situations), and of a long test every nth case. What it leaves out is shown as
"deselected".
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import cycle, product
from typing import Any

import pytest

ALL = bool(os.environ.get("ALL_CASES"))

# Minutes each: drawn sequences of edits, what is looked at on every page and width, the making of all demo models
LONG = {
    "e2e/test_fast_typist.py",
    "e2e/test_insights_page.py",
    "e2e/test_plots_on_a_phone.py",
    "e2e/test_same_record.py",
}
# Of each test in these files, every nth case is in the push lane, the first always
EVERY_NTH = {"e2e/": 2, "faults/": 2}


def in_turns(many: Iterable[Any], few: Sequence[Any]) -> list[tuple[Any, Any]]:
    """All pairs; in the push lane each of many once, with those of few in turns."""
    return list(product(many, few)) if ALL else list(zip(many, cycle(few), strict=False))


def fewer(examples: int, of_a_push: int) -> int:
    """Number of generated examples in this lane."""
    return examples if ALL else of_a_push


def left_out(items: Sequence[pytest.Item], root: str) -> list[pytest.Item]:
    """Items that are not in the push lane."""
    seen: Counter[tuple[str, str]] = Counter()
    out = []
    for item in items:
        path = item.path.as_posix().removeprefix(f"{root}/")
        nth = next((n for start, n in EVERY_NTH.items() if path.startswith(start)), 1)
        test = (path, getattr(item, "originalname", item.name))
        if path in LONG or item.get_closest_marker("nightly") or seen[test] % nth:
            out.append(item)
        seen[test] += 1
    return out
