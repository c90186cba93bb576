"""Values as a cache keeps them: with a checksum, so that what is not as this very code wrote it is no value.

A cache outlives releases, and anybody who reaches its folder or its Redis can write to it. A value of another shape
would fail wherever it is used, on each request, until somebody deleted it. With the checksum it is computed again.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

ML = Path(__file__).resolve().parents[1]
LENGTH = 32  # characters of a checksum


@cache
def code_digest() -> bytes:
    """Digest of the code that computes values, all of ``ml``: another release may give them another shape."""
    digest = hashlib.sha256()
    for file in sorted(ML.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()


def with_checksum(key: str, value: Any) -> str:
    """A JSON value as a text that only :func:`verified` reads: its checksum and its JSON."""
    text = json.dumps(value)
    return _checksum(key, text) + text


def verified(key: str, kept: Any) -> Any:
    """The value of a text with its checksum; None unless written with this key by this version of the code."""
    if not isinstance(kept, str):
        return None
    text = kept[LENGTH:]
    try:
        return json.loads(text) if kept[:LENGTH] == _checksum(key, text) else None
    except ValueError:  # half of a pair of characters, which is in no text of ours
        return None


def _checksum(key: str, text: str) -> str:
    """Digest of code, key and value: neither can be swapped."""
    digest = hashlib.sha256(code_digest())
    for part in (key, text):
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()[:LENGTH]
