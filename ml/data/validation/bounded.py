"""Bounds of pydantic models on how much they are sent, checked before any member is: each fault is kept by pydantic.

A list has them by ``Field(max_length=…)``, which pydantic checks first, and an object by :class:`AtMost`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import BaseModel, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

MOST_STRANGERS = 100  # unknown names that are reported; with more than these the whole object is refused
TOO_LONG: Literal["too_long"] = "too_long"
TOO_MANY_NAMES = "too_many_names"


@dataclass(frozen=True)
class AtMost:
    """Annotation of a ``dict``: largest number of members, checked before they are (pydantic's own bound after)."""

    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the ``dict``, behind a look at its length."""
        inner = {**handler(source), "max_length": self.most}
        return core_schema.no_info_before_validator_function(self._check, cast(CoreSchema, inner))

    def _check(self, given: Any) -> Any:
        if isinstance(given, dict) and len(given) > self.most:
            sizes = {"field_type": "Dictionary", "max_length": self.most, "actual_length": len(given)}
            raise PydanticKnownError(TOO_LONG, sizes)
        return given


class FewNames(BaseModel):
    """A model that is told few names that it does not know."""

    @model_validator(mode="before")
    @classmethod
    def _few(cls, given: Any) -> Any:
        if isinstance(given, dict) and len(given) > len(cls.model_fields) + MOST_STRANGERS:
            raise PydanticCustomError(TOO_MANY_NAMES, "{n} names", {"n": len(given)})
        return given
