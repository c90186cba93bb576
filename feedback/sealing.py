"""Encryption of what a decision or an event tells of a person: AES-GCM with one key of the database."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = "key of decisions"  # its name among the secrets that all instances share
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
_NONCE = 12  # bytes, as AES-GCM has them (NIST SP 800-38D, 8.2)


class Sealer:
    """Seals JSON values for one purpose, so that they cannot be moved to another row unnoticed.

    The key, 64 hexadecimal digits, is asked for at the first use, and again after an error.
    """

    def __init__(self, key: Callable[[], str]) -> None:
        self._ask = key
        self._cipher: AESGCM | None = None

    @property
    def is_ready(self) -> bool:
        """True once the key is known, so that sealing asks nobody."""
        return self._cipher is not None

    def prepare(self) -> None:
        """Fetch the key where it is not known; errors as of the callable."""
        if self._cipher is None:
            self._cipher = AESGCM(bytes.fromhex(self._ask()))

    def seal(self, value: Any, purpose: str) -> str:
        """Encrypt a JSON value; `purpose` has to be told again when it is opened, as the id of its row."""
        return self.seal_bytes(json_bytes(value), purpose)

    def seal_bytes(self, whole: bytes, purpose: str) -> str:
        """Like :meth:`seal`, of a value that is JSON already."""
        self.prepare()
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, whole, purpose.encode())).decode()  # type: ignore[union-attr]

    def open(self, sealed: str | None, purpose: str) -> Any:
        """The value; None where there is none, or it cannot be read with this key and for this purpose."""
        if not sealed:
            return None
        self.prepare()
        try:
            held = base64.b64decode(sealed, validate=True)
            return orjson.loads(self._cipher.decrypt(held[:_NONCE], held[_NONCE:], purpose.encode()))  # type: ignore[union-attr]
        except (ValueError, InvalidTag):
            return None


def json_bytes(value: Any) -> bytes:
    """A raw value as JSON, whatever a caller sent: orjson refuses integers beyond 64 bits, and lone surrogates."""
    try:
        return orjson.dumps(value, default=str, option=_OPTIONS)
    except TypeError:
        return json.dumps(value, default=str, separators=(",", ":")).encode()


def sealer_of(values: str, secret: Callable[[str, Callable[[], str]], str]) -> Sealer | None:
    """The sealer of a database; None where DECISION_VALUES is "none", and values are not kept.

    `secret` gives a secret of the database by its name, and makes one where there is none.
    """
    return Sealer(lambda: secret(KEY, new_key)) if values == "encrypted" else None


def new_key() -> str:
    """A key for a database that has none."""
    return AESGCM.generate_key(256).hex()
