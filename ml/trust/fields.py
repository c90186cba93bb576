"""Type check of dataclasses that were read from JSON, against the types of their fields."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def fault_of_fields(value: Any, name: str = "") -> str | None:
    """The first field, nested dataclasses included, whose value is not of its declared type; None if all are."""
    kind: Any = type(value)  # mypy takes "type[Any]" for no key
    hints = _hints_of(kind)
    for each in fields(value):
        held = getattr(value, each.name)
        where = f"{name}.{each.name}" if name else each.name
        if not _is(held, hints[each.name]):
            return f"{where} is {type(held).__name__}"
        for part in held if isinstance(held, tuple) else (held,):
            fault = fault_of_fields(part, where) if is_dataclass(part) and not isinstance(part, type) else None
            if fault:
                return fault
    return None


def _is(value: Any, hint: Any) -> bool:
    """True when a value is of a type hint, as far as our dataclasses use them."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(_is(value, each) for each in inner)
    if origin is Literal:
        return any(type(value) is type(each) and value == each for each in inner)
    if origin is tuple:
        return isinstance(value, tuple) and _all_are(value, inner)
    if hint in (int, float):
        return isinstance(value, (int, hint)) and not isinstance(value, bool)
    plain = origin or hint
    return isinstance(value, plain) if isinstance(plain, type) else True


def _all_are(values: tuple[Any, ...], hints: tuple[Any, ...]) -> bool:
    if len(hints) == 2 and hints[1] is Ellipsis:
        return all(_is(each, hints[0]) for each in values)
    return len(values) == len(hints) and all(map(_is, values, hints))


@cache
def _hints_of(kind: Any) -> dict[str, Any]:
    """Types of a dataclass's fields, worked out of their texts once: that took nine tenths of a check."""
    return get_type_hints(kind)
