"""JSON schemas of pydantic models as people read them: each field with the sentence that stands below it.

Pydantic reads such sentences, too (``use_attribute_docstrings``), but when a class is made, which takes 60 ms a module:
it looks through all that is imported. Here they are read when somebody asks for the schema.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import Any


def describe(schema: dict[str, Any], model: type[Any]) -> None:
    """Put descriptions into a schema, and take out titles, which only repeat the names: for ``json_schema_extra``."""
    said = {name: text for each in reversed(model.__mro__) for name, text in _said(each).items()}
    for name, field in schema.get("properties", {}).items():
        field.pop("title", None)
        if name in said:
            field["description"] = said[name]
    schema.pop("title", None)
    if model.__doc__:
        schema["description"] = _in_one_line(model.__doc__)


def _said(model: type[Any]) -> dict[str, str]:
    return _of_module(model.__module__).get(model.__name__, {})


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    """Of each class of a module what is said of its fields."""
    try:
        source = inspect.getsource(sys.modules[name])
    except (OSError, TypeError):  # a module without a file
        return {}
    return {each.name: _of_class(each) for each in ast.parse(source).body if isinstance(each, ast.ClassDef)}


def _of_class(made: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, after in zip(made.body, made.body[1:], strict=False):
        named = field.target.id if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) else None
        text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
        if named and isinstance(text, str):
            found[named.rstrip("_")] = _in_one_line(text)
    return found


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
