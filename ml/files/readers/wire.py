"""JSON between processes that read files: as orjson has it, and lone surrogates, which some encodings give, too."""

from __future__ import annotations

import json
from typing import Any

import orjson


def encode(value: Any) -> bytes:
    """A value as JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate
        return json.dumps(value).encode()


def decode(message: bytes) -> Any:
    """The value that :func:`encode` wrote."""
    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError:
        return json.loads(message)
