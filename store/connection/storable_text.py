"""Texts that a database can store: NUL and lone surrogates become U+FFFD in the parameters of all statements.

PostgreSQL refuses a NUL in a text, and both drivers refuse a lone surrogate: without this a client that sends one would
get an error. No other character is changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_INSTEAD = "\N{REPLACEMENT CHARACTER}"


def keep_storable(engine: Engine) -> None:
    """Mend the texts of every statement that the engine executes."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def mend(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> tuple[str, Any]:
        return statement, storable(given)


def storable(given: Any) -> Any:
    """Parameters of a statement, of one or of many, with texts that can be kept; the same object where all can."""
    if isinstance(given, str):
        return _UNSTORABLE.sub(_INSTEAD, given) if _UNSTORABLE.search(given) else given
    if isinstance(given, Mapping):
        mended = {name: storable(value) for name, value in given.items()}
        return mended if any(mended[name] is not given[name] for name in given) else given
    if isinstance(given, (list, tuple)):
        values = [storable(value) for value in given]
        changed = any(new is not old for new, old in zip(values, given, strict=True))
        return type(given)(values) if changed else given
    return given
