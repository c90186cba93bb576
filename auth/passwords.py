"""Passwords: hashed by argon2, and what is accepted as one."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ml.errors import LikelyError
from ml.translation import text

SHORTEST, LONGEST = 12, 1000  # characters; NIST SP 800-63B: length counts, rules of composition do not
_hasher = PasswordHasher()
# Verified in place of the hash of a name that is not there, so that both take as long
_NOBODY = _hasher.hash("a password that nobody has")


class BadPassword(LikelyError):
    """The password is not accepted as a new one."""

    code = "bad_password"


def hash_password(password: str, name: str = "") -> str:
    """The argon2 hash of a new password.

    Raises
    ------
    BadPassword
        It is too short or too long, or it is the name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(
            text("A password has at least {n} characters. Several words are easy to remember.", n=SHORTEST)
        )
    if password.strip().casefold() == name.strip().casefold():
        raise BadPassword(text("The password must not be the name."))
    return _hasher.hash(password)


def verify_password(password: str, hashed: str | None) -> bool:
    """True where the password belongs to the hash. Without a hash it is False after the same time."""
    if len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(hashed: str) -> bool:
    """True where the hash was made with weaker parameters than those of today."""
    return _hasher.check_needs_rehash(hashed)
