"""Tokens of sessions and invitations, and the text of API keys. Only their hashes are kept."""

from __future__ import annotations

import hmac
import re
import secrets
import zlib
from hashlib import sha256

KEY_PREFIX = "lk_"
_KEY = re.compile(r"lk_([0-9a-f]{12})_([0-9a-f]{48})_([0-9a-f]{8})")


def new_token() -> str:
    """A token of 256 random bits, safe in addresses."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """SHA-256 of a token, in hex: it has enough random bits to need no salt and no slow hash."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def new_key() -> tuple[str, str, str]:
    """A key as ``lk_<id>_<secret>_<check>``, its id, and the hash of its secret."""
    key, secret = secrets.token_hex(6), secrets.token_hex(24)
    return f"lk_{key}_{secret}_{_check(key, secret)}", key, hash_of(secret)


def read_key(text: str) -> tuple[str, str] | None:
    """Id and hash of the secret of a key; None where the text is no key, or one that was typed wrongly."""
    parts = _KEY.fullmatch(text)
    if parts is None or parts[3] != _check(parts[1], parts[2]):
        return None
    return parts[1], hash_of(parts[2])


def same(one: str, other: str) -> bool:
    """True for equal hashes, after the same time for all others."""
    return hmac.compare_digest(one, other)


def _check(key: str, secret: str) -> str:
    """A checksum that finds mistyped keys without the store, and tells scanners that the text is a key."""
    return f"{zlib.crc32(f'{key}_{secret}'.encode()):08x}"
