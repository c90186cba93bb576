"""Base classes and field types of the contract's models."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ml.data.describe_fields import describe
from ml.data.validation.bounded import FewNames

ModelKey = Annotated[str, Field(description="Key of a version: name and fingerprint.", examples=["iris@3f9a1c2b"])]
Scalar = str | float | bool | None


class Shape(BaseModel):
    """A JSON object that is described here, and written or read by other code.

    Responses are written without these models, for speed; the tests check each against its model, and for extra
    fields (``tests/answers.py``). A field whose default is ``MISSING`` is optional.
    """

    model_config = ConfigDict(defer_build=True, json_schema_extra=describe)


class RequestModel(FewNames):
    """A JSON body or query parameters: unknown names and wrong types are refused."""

    model_config = ConfigDict(defer_build=True, json_schema_extra=describe, extra="forbid", frozen=True)
