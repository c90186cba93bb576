"""Validation of JSON bodies and query parameters by the contract's pydantic models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from api.http.query import BadParameter
from ml.data.validation_words import in_words
from ml.errors import LikelyError, Unreadable
from ml.files.readers.json_text import parse_json, utf8_text

T = TypeVar("T", bound=BaseModel)


def read_object(kind: type[T], refused: type[LikelyError] = Unreadable) -> T:
    """Parse the request's body as a model; no body is an empty object.

    Parameters
    ----------
    kind : type of BaseModel
    refused : type of LikelyError
        Raised where the model refuses the body.

    Raises
    ------
    Unreadable
        The body is no JSON.
    LikelyError
        Of type `refused`.
    """
    text = utf8_text(request.get_data())
    try:
        return kind.model_validate(parse_json(text, "The body") if text.strip() else {})
    except ValidationError as error:
        raise refused(*in_words(error, kind, "The body")) from None


def read_query(kind: type[T], given: Mapping[str, str] | None = None, refused: type[LikelyError] = BadParameter) -> T:
    """Parse query parameters as a model; empty and unknown ones are ignored.

    The view declares their names, ``@takes(*Kind.model_fields)``: others were refused before.

    Parameters
    ----------
    kind : type of BaseModel
    given : mapping, optional
        The request's query parameters by default.
    refused : type of LikelyError
        Raised for a value that is not accepted.
    """
    given = request.args if given is None else given
    try:
        return kind.model_validate({name: given[name] for name in kind.model_fields if given.get(name)})
    except ValidationError as error:
        raise refused(*in_words(error, kind, "The address")) from None
