"""Settings of sign-in elsewhere: at a provider of OpenID Connect, or at a proxy in front. Part of ``settings.py``."""

import ipaddress
from dataclasses import dataclass

from setting_parsers import BadSetting, header, https, long_secret, networks, plain, setting


@dataclass(frozen=True, kw_only=True)
class SignInSettings:
    """The settings of ``AUTH=oidc`` and ``AUTH=proxy``."""

    group_roles: str = setting(
        "", plain, "Roles by group, as in sales=seller; it=administrator; *=viewer, with * for everybody who signs in"
    )
    groups_claim: str = setting("groups", plain, "Claim of a token that lists groups; a.b is b within a")
    oidc_issuer: str = setting("", https, "Provider of OpenID Connect (AUTH=oidc)")
    oidc_client_id: str = setting("", plain, "Id of this service at the provider")
    oidc_client_secret: str = setting("", plain, "Secret of this service at the provider", secret=True)
    oidc_scopes: str = setting("openid email profile", plain, "Scopes that the provider is asked for")
    proxy_token_header: str = setting("", header, "Header with the signed token of a proxy (AUTH=proxy)")
    proxy_token_keys: str = setting("", https, "Address of the keys (JWKS) that sign such tokens")
    proxy_token_issuer: str = setting("", https, "Issuer (iss) of such tokens")
    proxy_token_audience: str = setting("", plain, "Audience (aud) of such tokens: this service")
    proxy_user_header: str = setting("", header, "Header with the name that a proxy gives (AUTH=proxy)")
    proxy_groups_header: str = setting("", header, "Header with that person's groups, separated by commas")
    proxy_secret: str = setting(
        "", long_secret, "Sent by the proxy as X-Proxy-Secret; without it no name in a header is believed", secret=True
    )
    proxy_networks: str = setting("", networks, "Networks of the proxy that sends names in a header, as in 10.0.0.0/8")

    def check_sign_in(self, mode: str) -> None:
        """Raise BadSetting where settings of this mode are missing, or would believe anybody."""
        needed = {"oidc": self._needed_by_oidc, "proxy": self._needed_by_proxy}.get(mode, tuple)()
        if missing := [name.upper() for name in needed if not getattr(self, name)]:
            raise BadSetting(f"AUTH is {mode!r}; accepted with {', '.join(missing)} set, too.")

    def _needed_by_oidc(self) -> tuple[str, ...]:
        if "openid" not in self.oidc_scopes.split():
            raise BadSetting(f"OIDC_SCOPES is {self.oidc_scopes!r}; accepted: scopes with openid among them.")
        return "group_roles", "oidc_issuer", "oidc_client_id"

    def _needed_by_proxy(self) -> tuple[str, ...]:
        if bool(self.proxy_token_header) == bool(self.proxy_user_header):
            raise BadSetting(
                "AUTH is 'proxy'; accepted with one of PROXY_TOKEN_HEADER (a signed token) and PROXY_USER_HEADER "
                "(a name, with PROXY_SECRET and PROXY_NETWORKS)."
            )
        if self.proxy_token_header:
            return "group_roles", "proxy_token_keys", "proxy_token_issuer", "proxy_token_audience"
        for each in self.proxy_networks.replace(",", " ").split():
            if ipaddress.ip_network(each).prefixlen == 0:
                raise BadSetting(f"PROXY_NETWORKS holds {each}; accepted: the networks of your proxy, not all.")
        return "group_roles", "proxy_secret", "proxy_networks"
