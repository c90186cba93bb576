"""Signed tokens of a proxy in front (Google IAP, Cloudflare Access), checked by PyJWT."""

from __future__ import annotations

import logging
import time
from typing import Any
from wsgiref.types import WSGIEnvironment

import jwt
from jwt.exceptions import PyJWKClientConnectionError, PyJWTError

from auth.elsewhere.arrivals import NotAdmitted
from auth.elsewhere.claims import BadClaims, Named, read_claims
from auth.elsewhere.rules import TokenRules, wsgi_name
from auth.elsewhere.signing import ALGORITHMS, LEEWAY, ProviderAway
from ml.runtime.deadline import BestEffort
from ml.translation import text

log = logging.getLogger(__name__)

DEADLINE = 3.0  # seconds in all that a request waits for the keys
FRESH_FOR = 3600.0  # seconds until the keys are asked for again
COOLDOWN = 30.0  # seconds between two tries, after a failure or for a key that is not known
KEPT_FOR = 86_400.0  # seconds for which keys count while new ones cannot be fetched


class ProxyTokens:
    """Reads who sends a request from the signed token in a header."""

    def __init__(self, rules: TokenRules) -> None:
        self._rules, self._keys = rules, Keys(rules.keys)
        self._header = wsgi_name(rules.header)

    def sent(self, environ: WSGIEnvironment) -> str:
        """The token of a request; empty for none."""
        return str(environ.get(self._header, "")).removeprefix("Bearer ").strip()

    def named(self, sent: str) -> Named:
        """Person that a token names.

        Raises
        ------
        NotAdmitted
            It is not signed by one of the keys, for another service, or expired.
        ProviderAway
            The keys cannot be fetched.
        """
        rules = self._rules
        try:
            key = self._keys.get_signing_key_from_jwt(sent)
            claims: dict[str, Any] = jwt.decode(
                sent,
                key,
                algorithms=list(ALGORITHMS),
                audience=rules.audience,
                issuer=rules.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "sub"]},
            )
            return read_claims(rules.issuer, claims, rules.groups_claim)
        except PyJWKClientConnectionError:
            raise ProviderAway(
                text("The keys of the proxy cannot be fetched."), text("Try again in a minute.")
            ) from None
        except (PyJWTError, BadClaims) as error:
            log.warning("A token of the proxy was refused: %s", type(error).__name__)
            raise NotAdmitted(
                text("The token of the proxy in front is not valid here."), text("Sign in there again.")
            ) from None


class Keys(jwt.PyJWKClient):
    """Signing keys of a JWKS document, cached for an hour, and longer while its address does not answer."""

    def __init__(self, address: str) -> None:
        super().__init__(address, lifespan=FRESH_FOR, timeout=DEADLINE, cooldown_duration=COOLDOWN)
        self._room = BestEffort(1)
        self._last: Any = None
        self._last_at = self._next_try = 0.0

    def fetch_data(self) -> Any:
        """Fetch the keys within the deadline; not again shortly after that failed."""
        now, keys = time.monotonic(), None
        if now >= self._next_try:
            try:
                keys = self._room.ask(DEADLINE, super().fetch_data)
            except (PyJWTError, OSError, ValueError) as error:
                log.warning("The keys of the proxy cannot be fetched: %s", error)
            if keys is not None:
                self._last, self._last_at = keys, now
                return keys
            self._next_try = now + COOLDOWN
        if self._last is None or now > self._last_at + KEPT_FOR:
            raise PyJWKClientConnectionError("The keys cannot be fetched.")
        return self._last
