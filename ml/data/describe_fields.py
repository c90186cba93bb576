"""Descriptions in JSON schemas of pydantic models, from the docstrings below their fields.

Pydantic's ``use_attribute_docstrings`` does so when a class is created, which takes 60 ms a module: it searches all
imported modules. Here docstrings are read when a schema is first needed.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import Any

from pydantic import ConfigDict


def describe(schema: dict[str, Any], model: type[Any]) -> None:
    """Add descriptions to a schema and remove titles, which only repeat names: for ``json_schema_extra``."""
    said = {name: text for each in reversed(model.__mro__) for name, text in _attribute_docs(each).items()}
    for name, field in schema.get("properties", {}).items():
        field.pop("title", None)
        if name in said:
            field["description"] = said[name]
    schema.pop("title", None)
    if model.__doc__:
        schema["description"] = _in_one_line(model.__doc__)


class Described:
    """Base of a dataclass that stands in the API's contract: the docstrings of its fields describe them there."""

    __pydantic_config__ = ConfigDict(defer_build=True, json_schema_extra=describe)


def _attribute_docs(model: type[Any]) -> dict[str, str]:
    return _of_module(model.__module__).get(model.__name__, {})


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    """Docstrings of fields, by class of a module."""
    try:
        source = inspect.getsource(sys.modules[name])
    except (OSError, TypeError):  # a module without a file
        return {}
    return {each.name: _of_class(each) for each in ast.parse(source).body if isinstance(each, ast.ClassDef)}


def _of_class(made: ast.ClassDef) -> dict[str, str]:
    docs = {}
    for field, after in zip(made.body, made.body[1:], strict=False):
        named = field.target.id if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) else None
        text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
        if named and isinstance(text, str):
            docs[named.rstrip("_")] = _in_one_line(text)
    return docs


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
