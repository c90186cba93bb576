"""Base of requests that pages' scripts send to callbacks, as pydantic models."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError


class RequestModel(BaseModel):
    """Request of a page's script. It may hold anything: a field of a wrong type counts as missing."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)

    serial: int = 0
    """Counted up in the browser, where only the newest answer counts; 0 for that with which a page opens."""
    model: str = ""
    """Key of the version whose form is open."""

    @classmethod
    def read(cls, sent: Any) -> Self:
        """The request, without fields of a wrong type."""
        fields = sent if isinstance(sent, dict) else {}
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            wrong = {each["loc"][0] for each in error.errors(include_url=False, include_input=False)}
            return cls.model_validate({name: value for name, value in fields.items() if name not in wrong})
