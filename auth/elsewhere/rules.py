"""Rules of sign-in elsewhere, from the settings: who is believed about whom, and which roles groups give."""

from __future__ import annotations

from dataclasses import dataclass, field

from auth.elsewhere.group_roles import GroupRoles

PROXY = "proxy"  # issuer of names in a header: there is one proxy


@dataclass(frozen=True)
class OidcRules:
    """Rules of asking the provider: settings of ``AUTH=oidc``."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str
    groups_claim: str


@dataclass(frozen=True)
class TokenRules:
    """Rules of reading and checking tokens: settings of ``AUTH=proxy``."""

    header: str
    keys: str
    issuer: str
    audience: str
    groups_claim: str


@dataclass(frozen=True)
class NameRules:
    """Rules of reading and believing headers: settings of ``AUTH=proxy``."""

    header: str
    groups_header: str
    secret: str = field(repr=False)
    networks: str


@dataclass(frozen=True)
class Elsewhere:
    """Source of identities outside of the service, and the roles of groups there."""

    rules: OidcRules | TokenRules | NameRules
    roles: GroupRoles

    @property
    def issuer(self) -> str:
        """First part of the identities of people."""
        return PROXY if isinstance(self.rules, NameRules) else self.rules.issuer


def wsgi_name(header: str) -> str:
    """A header's name in a WSGI environment."""
    return f"HTTP_{header.upper().replace('-', '_')}"
