"""Claims of a token: who somebody is elsewhere, and in which groups."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.accounts.account_records import identity_of

LONGEST_SUBJECT = 255  # OpenID Connect Core, 2
LONGEST_NAME = 100
_NO_NAME = re.compile(r"[\s/<>\"'\\]+")  # what no name may hold, see auth.accounts.read_name


class BadClaims(ValueError):
    """The claims do not say who somebody is."""


@dataclass(frozen=True)
class Named:
    """A person as another service names them."""

    issuer: str
    subject: str
    """The two together are one person, for ever."""
    name: str
    """To be read: an e-mail address, say. It identifies nobody."""
    groups: frozenset[str]
    at: float
    """When this was said, in seconds since 1970."""

    @property
    def identity(self) -> str:
        """Key by which the account is found."""
        return identity_of(self.issuer, self.subject)


def read_claims(issuer: str, claims: Mapping[str, Any], groups_claim: str) -> Named:
    """Read the person that the claims of a verified token name.

    An e-mail address that the issuer calls unverified is left out: anybody may have typed it.

    Raises
    ------
    BadClaims
        There is no subject.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise BadClaims("The token has no subject (sub).")
    if claims.get("email_verified") in (False, "false"):
        claims = {name: value for name, value in claims.items() if name != "email"}
    names = (claims.get(each) for each in ("email", "preferred_username"))
    name = next((each for each in names if isinstance(each, str) and each.strip()), subject)
    said = claims.get("iat")
    at = float(said) if isinstance(said, (int, float)) else time.time()
    return Named(issuer, subject, name_of(name), groups_of(claims, groups_claim), at)


def name_of(text: str) -> str:
    """A name as accounts have it, of any text."""
    return _NO_NAME.sub("_", text.strip().casefold())[:LONGEST_NAME] or "_"


def groups_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """Groups of a claim: a list of texts, or one text. A claim within another is named ``outer.inner``."""
    value: Any = claims.get(claim)
    if value is None and "." in claim:
        value = claims
        for part in claim.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    value = [value] if isinstance(value, str) else value
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
