"""What a browser sends to a callback, as pydantic models: it may be anything, so what cannot be is left out."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError


class RequestModel(BaseModel):
    """A question of a page's script. A field of another kind counts as left out: the answer says what is missing."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)

    serial: int = 0
    """Counts up in the browser, where the newest answer counts; 0 for what a page opens with."""
    model: str = ""
    """Key of the version whose form is open."""

    @classmethod
    def read(cls, sent: Any) -> Self:
        """The question in what came."""
        given = sent if isinstance(sent, dict) else {}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = {each["loc"][0] for each in error.errors(include_url=False, include_input=False)}
            return cls.model_validate({name: value for name, value in given.items() if name not in wrong})
