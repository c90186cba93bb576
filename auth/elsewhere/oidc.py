"""Sign-in at a provider of OpenID Connect, by Authlib: authorization code with PKCE, state and nonce.

The state of a sign-in that is under way is kept in the browser's signed cookie, so that any process may finish it;
a process keeps only the provider's metadata and keys.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, request, session
from joserfc.jwk import import_key

from auth.elsewhere.arrivals import NotAdmitted
from auth.elsewhere.claims import BadClaims, Named, groups_of, read_claims
from auth.elsewhere.rules import OidcRules
from auth.elsewhere.signing import ALGORITHMS, LEEWAY, ProviderAway
from ml.runtime.deadline import BestEffort
from ml.translation import text

log = logging.getLogger(__name__)
# At the level "debug" it would log verifiers
logging.getLogger("authlib").setLevel(logging.INFO)

DEADLINE = 5.0  # seconds in all that a request waits for the provider
AT_ONCE = 2  # requests that wait for it in one process; the other threads answer everybody else
FRESH_FOR = 3600.0  # seconds until the metadata and keys are asked for again
PENDING = 2  # sign-ins under way in one browser: a cookie has 4 kB
LONGEST_ONWARD = 1000  # characters of an address to go on to
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")
Found = TypeVar("Found")


class OidcProvider:
    """A provider of OpenID Connect; the session of `pages` holds sign-ins under way."""

    def __init__(self, pages: Flask, rules: OidcRules) -> None:
        self._rules = rules
        self._client: Any = OAuth(pages).register(
            "oidc",
            client_cls=Client,
            client_id=rules.client_id,
            client_secret=rules.client_secret or None,
            client_kwargs={
                "scope": rules.scopes,
                "code_challenge_method": "S256",
                "default_timeout": DEADLINE,
            },
        )
        self._room = BestEffort(AT_ONCE)

    @property
    def host(self) -> str:
        """The provider as people may know it."""
        return urlsplit(self._rules.issuer).netloc

    def begin(self, back: str, onward: str) -> str:
        """The address at the provider where somebody signs in.

        Parameters
        ----------
        back : str
            Address to which the provider sends the browser afterwards (redirect_uri).
        onward : str
            Path to go on to then.

        Raises
        ------
        ProviderAway
        """
        self._ask(self._metadata)
        authorization = self._client.create_authorization_url(back)
        under_way = {name: authorization[name] for name in ("state", "nonce", "code_verifier")}
        onward = onward if len(onward) <= LONGEST_ONWARD else "/"
        self._client.save_authorize_data(redirect_uri=back, onward=onward, **under_way)
        pending = [name for name in session if name.startswith("_state_")]
        for name in sorted(pending, key=lambda each: float(session[each]["exp"]))[:-PENDING]:
            del session[name]
        return str(authorization["url"])

    def finish(self) -> tuple[Named, str]:
        """Finish a sign-in; returns the person who came back from the provider, and the path to go on to.

        Raises
        ------
        NotAdmitted
            The browser did not begin this sign-in, or the provider does not vouch for it.
        ProviderAway
            The sign-in can still be finished.
        """
        state, code = request.args.get("state"), request.args.get("code")
        pending = self._client.framework.get_state_data(session, state)
        if pending is None:
            raise NotAdmitted(text("This sign-in was begun elsewhere, or long ago. Sign in again."))
        if code and "error" not in request.args:
            named = self._ask(lambda: self._exchange(code, pending))
            self._client.framework.clear_state_data(session, state)
            return named, str(pending["onward"])
        self._client.framework.clear_state_data(session, state)
        log.warning("The provider refused a sign-in: %s", ascii(request.args.get("error", "no code")[:60]))
        raise not_confirmed(self.host)

    def end_address(self) -> str:
        """Address of signing out at the provider; empty where it has none, or has not been asked yet."""
        address = self._client.server_metadata.get("end_session_endpoint")
        return add_params_to_uri(address, {"client_id": self._rules.client_id}) if address else ""

    def _exchange(self, code: str, pending: Mapping[str, str]) -> Named:
        """Exchange a code for the claims of a verified ID token."""
        metadata = self._metadata()
        token = self._client.fetch_access_token(
            redirect_uri=pending["redirect_uri"], code=code, code_verifier=pending["code_verifier"]
        )
        expected = {
            "iss": {"essential": True, "value": self._rules.issuer},
            "aud": {"essential": True, "value": self._rules.client_id},
        }
        claims = self._client.parse_id_token(token, nonce=pending["nonce"], claims_options=expected, leeway=int(LEEWAY))
        if claims is None:
            raise BadClaims("The provider sent no ID token.")
        if not groups_of(claims, self._rules.groups_claim) and "userinfo_endpoint" in metadata:
            # Some providers list groups, and addresses, there only
            more = self._client.userinfo(token=token)
            if more.get("sub") != claims["sub"]:
                raise BadClaims("The provider told about somebody else.")
            claims = {**more, **claims}
        return read_claims(self._rules.issuer, claims, self._rules.groups_claim)

    def _metadata(self) -> Mapping[str, Any]:
        """The provider's metadata, asked for at the first sign-in and every hour."""
        kept: dict[str, Any] = self._client.server_metadata
        if time.time() - kept.get("_loaded_at", 0.0) < FRESH_FOR:
            return kept
        address = f"{self._rules.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = requests.get(address, timeout=DEADLINE)
        answer.raise_for_status()
        self._client.server_metadata = read_metadata(answer.json(), self._rules.issuer)
        return self._client.server_metadata  # type: ignore[no-any-return]

    def _ask(self, work: Callable[[], Found]) -> Found:
        """Ask the provider, within the deadline."""
        try:
            answer = self._room.ask(DEADLINE, work)
        except requests.RequestException as error:
            log.warning("The provider %s does not answer: %s", self.host, type(error).__name__)
            raise away(self.host) from None
        except BadMetadata as error:
            log.error("Nobody can sign in. %s", error)
            raise away(self.host) from None
        except Exception as error:  # noqa: BLE001 - what a provider sends fails in any way
            log.warning("A sign-in failed: %s %s", type(error).__name__, ascii(getattr(error, "error", ""))[:60])
            raise not_confirmed(self.host) from None
        if answer is None:
            log.warning("The provider %s does not answer in time.", self.host)
            raise away(self.host)
        return answer


class Client(FlaskOAuth2App):
    """Authlib's client, which passes over keys of kinds that cannot be read: one would end all sign-ins."""

    def fetch_jwk_set(self, force: bool = False) -> dict[str, Any]:
        """The provider's keys."""
        key_set = super().fetch_jwk_set(force)
        return {"keys": [each for each in key_set["keys"] if is_readable(each)]}


def is_readable(key: Any) -> bool:
    """True for a key of a kind that is known here."""
    try:
        import_key(key)
    except Exception:  # noqa: BLE001 - joserfc and cryptography raise many
        return False
    return True


class BadMetadata(ValueError):
    """The provider's metadata cannot be used; the message says why."""


def read_metadata(sent: Any, issuer: str) -> dict[str, Any]:
    """Read the fields of a provider's metadata that are used.

    Raises
    ------
    BadMetadata
        They are another issuer's, lack an endpoint, or name one without encryption.
    """
    if not isinstance(sent, dict) or sent.get("issuer") != issuer:
        called = sent.get("issuer") if isinstance(sent, dict) else None
        raise BadMetadata(f"OIDC_ISSUER is {issuer!r}, and the provider there calls itself {str(called)[:200]!r}.")
    scheme = f"{urlsplit(issuer).scheme}://"
    used = {name: sent[name] for name in (*ENDPOINTS, *OPTIONAL) if str(sent.get(name)).startswith(scheme)}
    if wrong := [name for name in ENDPOINTS if name not in used]:
        raise BadMetadata(f"The metadata of {issuer!r} have no {scheme} address as {', '.join(wrong)}.")
    methods = sent.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" not in methods and "client_secret_post" in methods:
        used["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105 - the name of a method
    return used | {
        "issuer": issuer,
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "_loaded_at": time.time(),
    }


def away(host: str) -> ProviderAway:
    """The error that people see while the provider does not answer."""
    return ProviderAway(
        text("{host} does not answer, and says who you are.", host=host), text("Try again in a minute.")
    )


def not_confirmed(host: str) -> NotAdmitted:
    """The error that people see where the provider did not confirm who they are."""
    return NotAdmitted(text("{host} did not confirm who you are.", host=host), text("Sign in again."))
