"""SSRF protection of webhooks: private addresses are refused, unless the operator allows their network.

A name is resolved once, and the connection goes to the address that was checked, so that DNS rebinding gains
nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.webhooks.sign import secrets_of
from ml.errors import LikelyError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST = 2_000  # characters of an address
PORTS = {"http": 80, "https": 443}
FIRST_FREE = 1024  # lower ports belong to mail, shells and name servers
PATIENCE = 2.0  # seconds that an upload waits for a name to be resolved
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
# Special addresses (IANA) that Python calls global: of protocols, of relays that are no more, of sites (RFC 3879)
_NOT_OF_HOSTS = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "2001::/23", "5f00::/16"))
)
ANYWHERE = tuple(map(ipaddress.ip_network, ("0.0.0.0/0", "::/0")))  # where the operator says the address, not a caller


class BadWebhook(LikelyError):
    """The address cannot be called, or is not allowed."""

    code = "bad_callback"


@dataclass(frozen=True)
class Target:
    """Target of a call: address, resolved."""

    scheme: str
    """One of "http" and "https"."""
    host: str
    """Host of the address: the name that the server's certificate must have."""
    port: int
    path: str
    """Path with query string."""
    addresses: tuple[str, ...] = ()
    """IP addresses of the host, all of them allowed."""

    @property
    def authority(self) -> str:
        """The ``Host`` of the request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class WebhookRules:
    """The operator's rules for callbacks."""

    secrets: tuple[bytes, ...] = ()
    """Keys that sign calls; without one, webhooks are refused."""
    networks: tuple[Network, ...] = ()
    """Private addresses that may be called."""

    @classmethod
    def of(cls, secret: str, networks: str) -> WebhookRules:
        """Parse the settings; ValueError where they are invalid."""
        return cls(secrets_of(secret), tuple(ipaddress.ip_network(each) for each in networks.replace(",", " ").split()))

    def check(self, url: str) -> None:
        """Refuse an address that will not be called; see :func:`check_address`."""
        if not self.secrets:
            raise BadWebhook("Nobody is called from here.", "The operator sets CALLBACK_SECRET; or ask for the job.")
        check_address(url, self.networks)


NOBODY = WebhookRules()


def read_address(url: str) -> Target:
    """Parse an address without resolving it.

    Raises
    ------
    BadWebhook
        It is none of http or https, has no host, a user or a fragment, or is too long.
    """
    hint = "Accepted: https://host/path."
    if len(url) > LONGEST or not url.isprintable() or " " in url or "\\" in url:
        raise BadWebhook(f"The callback address {url[:80]!r} is too long or holds what no address may hold.", hint)
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url  # 0.07 s, and most services have no webhooks

    try:
        parts = parse_url(url)
    except (LocationParseError, ValueError):
        raise BadWebhook(f"The callback address {url[:80]!r} cannot be read.", hint) from None
    if parts.scheme not in PORTS or not parts.host:
        raise BadWebhook(f"The callback address {url[:80]!r} has no http or https, or no host.", hint)
    if parts.auth or parts.fragment:
        raise BadWebhook("The callback address holds a user or a fragment (#).", hint)
    port = PORTS[parts.scheme] if parts.port is None else parts.port
    if not 1 <= port <= 65535:
        raise BadWebhook(f"The callback address has the port {port}.", hint)
    return Target(parts.scheme, parts.host.strip("[]"), port, parts.request_uri)


def resolve(url: str, networks: Sequence[Network] = ()) -> Target:
    """Parse an address, resolve its host, and check that it may be called.

    Parameters
    ----------
    networks : sequence of network
        Private networks that may be called.

    Raises
    ------
    BadWebhook
    OSError
        The name cannot be resolved at present.
    """
    target = read_address(url)
    try:
        infos = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise BadWebhook(f"The host {target.host[:80]!r} is no name.", "Accepted: https://host/path.") from None
    addresses = tuple(dict.fromkeys(str(info[4][0]) for info in infos))
    for address in addresses:
        _check(target, ipaddress.ip_address(address), networks)
    return Target(target.scheme, target.host, target.port, target.path, addresses)


def check_address(url: str, networks: Sequence[Network], patience: float = PATIENCE) -> None:
    """Refuse an address as early as possible; a name that does not resolve in time is checked again at the call.

    Raises
    ------
    BadWebhook
    """
    read_address(url)
    refused: list[Exception] = []

    def look() -> None:
        try:
            resolve(url, networks)
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            refused.append(error)

    looking = threading.Thread(target=look, daemon=True, name="resolve")  # the resolver has no timeout
    looking.start()
    looking.join(patience)
    for error in refused:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
            raise BadWebhook(f"The host of the callback address {url[:80]!r} is not known.", "Is it spelled so?")
        if not isinstance(error, OSError):
            raise error


def _check(target: Target, address: Address, networks: Sequence[Network]) -> None:
    inner = _inner(address)
    if any(inner in network for network in networks if network.version == inner.version):
        return
    if not _is_public(inner):
        message = f"The host {target.host[:80]!r} of the callback address is private."
        raise BadWebhook(message, "Accepted: hosts of the internet; the operator may allow others.")
    if target.scheme != "https":
        raise BadWebhook("The callback address begins with http:.", "Accepted: https.")
    if target.port != PORTS["https"] and target.port < FIRST_FREE:
        raise BadWebhook(f"The callback address has the port {target.port}.", f"Accepted: 443, {FIRST_FREE} to 65535.")


def _is_public(address: Address) -> bool:
    if any(address in network for network in _NOT_OF_HOSTS if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inner(address: Address) -> Address:
    """The IPv4 address embedded in an IPv6 address (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
