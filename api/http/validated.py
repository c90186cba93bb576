"""Validation of JSON bodies and query parameters by the contract's pydantic models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from api.http.query import BadParameter
from api.http.request_body import OptionsTooLarge
from ml.data.validation.validation_words import in_words
from ml.errors import LikelyError, Unreadable
from ml.files.readers.json_text import parse_json, utf8_text

T = TypeVar("T", bound=BaseModel)
MOST_BYTES = 1_000_000  # of options, which are no data


def read_object(kind: type[T], refused: type[LikelyError] = Unreadable) -> T:
    """Parse the request's body as a model; no body is an empty object.

    Parameters
    ----------
    kind : type of BaseModel
    refused : type of LikelyError
        Raised where the model refuses the body.

    Raises
    ------
    OptionsTooLarge
        It has more than `MOST_BYTES`.
    Unreadable
        The body is no JSON.
    LikelyError
        An error of type `refused`.
    """
    request.max_content_length = min(MOST_BYTES, request.max_content_length or MOST_BYTES)
    try:
        text = utf8_text(request.get_data())
    except RequestEntityTooLarge as error:
        raise OptionsTooLarge(error.description) from None
    try:
        return kind.model_validate(parse_json(text, "The body") if text.strip() else {})
    except ValidationError as error:
        raise refused(*in_words(error, kind, "The body")) from None


def read_query(kind: type[T], given: Mapping[str, str] | None = None, refused: type[LikelyError] = BadParameter) -> T:
    """Parse query parameters (the request's, by default) as a model; empty and unknown ones are ignored.

    The view declares their names, ``@takes(*names_of(Kind))``: others were refused before. Raises `refused` for a value
    that is not accepted.
    """
    given = request.args if given is None else given
    try:
        return kind.model_validate({name: given[name] for name in names_of(kind) if given.get(name)})
    except ValidationError as error:
        raise refused(*in_words(error, kind, "The address")) from None


def names_of(kind: type[BaseModel]) -> list[str]:
    """Names of the fields of a model as clients write them: ``as``, which is no name in Python, is an alias."""
    return [field.alias or name for name, field in kind.model_fields.items()]
