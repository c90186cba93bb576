"""Rules of sign-in elsewhere, from the settings: who is believed about whom, and which roles groups give."""

from __future__ import annotations

from dataclasses import dataclass, field

from auth.elsewhere.group_roles import GroupRoles

PROXY = "proxy"  # issuer of names in a header: there is one proxy


@dataclass(frozen=True)
class OidcRules:
    """How the provider is asked: settings of ``AUTH=oidc``."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str
    groups_claim: str


@dataclass(frozen=True)
class TokenRules:
    """How tokens are read and checked: settings of ``AUTH=proxy``."""

    header: str
    keys: str
    issuer: str
    audience: str
    groups_claim: str


@dataclass(frozen=True)
class NameRules:
    """Which headers are read, and when they are believed: settings of ``AUTH=proxy``."""

    header: str
    groups_header: str
    secret: str = field(repr=False)
    networks: str


@dataclass(frozen=True)
class Elsewhere:
    """Who says who people are, and the roles of groups there."""

    rules: OidcRules | TokenRules | NameRules
    roles: GroupRoles

    @property
    def issuer(self) -> str:
        """First part of the identities of people."""
        return PROXY if isinstance(self.rules, NameRules) else self.rules.issuer


def wsgi_name(header: str) -> str:
    """A header's name in a WSGI environment."""
    return f"HTTP_{header.upper().replace('-', '_')}"
