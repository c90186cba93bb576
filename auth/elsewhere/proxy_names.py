"""Names that a proxy in front sends in a header; believed only with its secret, and from its network."""

from __future__ import annotations

import hmac
import time
from wsgiref.types import WSGIEnvironment

from auth.elsewhere.arrivals import NotAdmitted
from auth.elsewhere.claims import LONGEST_SUBJECT, Named, name_of
from auth.elsewhere.rules import PROXY, NameRules, wsgi_name
from auth.peers import is_within, read_networks
from ml.translation import text

SECRET = "HTTP_X_PROXY_SECRET"  # noqa: S105 - the name of a header


class ProxyNames:
    """Reads who sends a request from a header of the proxy."""

    def __init__(self, rules: NameRules) -> None:
        self._name, self._secret = wsgi_name(rules.header), rules.secret.encode()
        self._groups = wsgi_name(rules.groups_header) if rules.groups_header else ""
        self._networks = read_networks(rules.networks)

    def sent(self, environ: WSGIEnvironment) -> str:
        """Name and groups that the proxy sent; empty where the request did not come from the proxy."""
        secret = str(environ.get(SECRET, "")).encode("latin-1", "replace")
        if not hmac.compare_digest(secret, self._secret) or not self._is_proxy(environ):
            return ""
        groups = environ.get(self._groups, "") if self._groups else ""
        return f"{environ.get(self._name, '')}\n{groups}"

    def named(self, sent: str) -> Named:
        """Person that the headers name; their groups, or the name itself where groups are in no header.

        Raises
        ------
        NotAdmitted
            There is no name, or more than one: a server joins headers of one name by commas.
        """
        name, _, groups = sent.partition("\n")
        name = name.strip()
        if not name or len(name) > LONGEST_SUBJECT or "," in name or not (name.isascii() and name.isprintable()):
            raise NotAdmitted(text("The proxy in front did not say who you are."), text("Sign in there again."))
        names = [each.strip() for each in groups.split(",") if each.strip()] if self._groups else [name]
        # In small letters: else somebody whose account is closed would come back with a capital
        return Named(PROXY, name.lower(), name_of(name), frozenset(names), time.time())

    def _is_proxy(self, environ: WSGIEnvironment) -> bool:
        """True where the connection itself comes from the proxy, whatever X-Forwarded-For says."""
        before: dict[str, str] = environ.get("werkzeug.proxy_fix.orig", environ)
        return is_within(before.get("REMOTE_ADDR") or "", self._networks)
