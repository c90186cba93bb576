"""Language of API responses: English, unless the query parameter ``language`` names another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import request

from ml.errors import LikelyError
from ml.locale import preferred_format, use_number_format
from ml.translation import preferred_language, use_language

View = TypeVar("View", bound=Callable[..., Any])


def in_language(view: View) -> View:
    """Write what a view gives, and why it refuses, in the language of the query parameter ``language``."""

    @wraps(view)
    def asked(*given: Any, **named: Any) -> Any:
        language = request.args.get("language", "")
        if not language:
            return view(*given, **named)
        with use_language(preferred_language(language)), use_number_format(preferred_format(language)):
            try:
                return view(*given, **named)
            except LikelyError as error:  # it is answered after the view, in nobody's language
                error.message, error.hint = error.message, error.hint
                raise

    return asked  # type: ignore[return-value]
