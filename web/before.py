"""A page that stands in the index before Dash has started: what the index says of it, and when Dash starts then."""

from __future__ import annotations

import re
from html import escape
from typing import Protocol

from flask import request

_ADDRESSES = re.compile(r'<script\b[^>]* src="([^"]+)"')
_TAG = re.compile(r"<script\b")
_TYPE = re.compile(r' type="[^"]*"')


class Before(Protocol):
    """A page as it stands before Dash has started: its elements, and the title of its tab."""

    @property
    def html(self) -> str:
        """The elements."""

    @property
    def title(self) -> str:
        """The title."""


def put_before(before: Before, starter: str, index: dict[str, str]) -> dict[str, str]:
    """The parts of an index that change where a page stands in it.

    Parameters
    ----------
    before : Before
    starter : str
        Address of ``assets/01-before.js``, which starts the other scripts when the page has been painted.
    index : dict
        The parts as Dash gives them: HTML by name.
    """
    ahead = "".join(
        f'<link rel="preload" as="script" href="{address}">\n' for address in _ADDRESSES.findall(index["scripts"])
    )
    return {
        "title": escape(before.title),
        "css": index["css"] + ahead,
        "app_entry": f"{index['app_entry']}\n{before.html}\n",
        "scripts": f'<script src="{starter}"></script>\n{_later(index["scripts"])}',
        "renderer": _later(index["renderer"]),
    }


def _later(scripts: str) -> str:
    """Scripts that wait to be started: a browser leaves types that it does not know alone."""
    return _TAG.sub('<script type="text/later"', _TYPE.sub("", scripts))


def asked_for() -> tuple[str, str] | None:
    """Path and query of the page that is asked for; None where nobody is going to look at it."""
    if request.method != "GET":
        return None
    query = request.query_string.decode("utf-8", "replace")
    return request.path, f"?{query}" if query else ""
