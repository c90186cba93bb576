"""Elements of ``dash.html``, made in a tenth of the time: Dash checks the name of each property of each element.

A page has hundreds of elements, and an answer to an edit a hundred: checking took a tenth of its time. They are the
same objects as Dash's own; ``tests/unit/test_html_elements.py`` checks the names of the properties in the code instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash.html


def __getattr__(name: str) -> Any:
    """Factory of the elements with a name, kept as an attribute of this module."""
    make = globals()[name] = _unchecked(getattr(dash.html, name))
    return make


def _unchecked(element: Any) -> Callable[..., Any]:
    """Factory of an element of ``dash.html``, which does not look at the properties."""
    own = {name: value for name, value in vars(element()).items() if name != "children"}

    def make(children: Any = None, **props: Any) -> Any:
        made = element.__new__(element)
        made.__dict__ = {**own, "children": children, **props}
        return made

    return make
