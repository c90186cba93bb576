"""Addresses of clients within networks that the operator names, and who reads metrics from there without a key."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from wsgiref.types import WSGIEnvironment

from auth.caller import Caller
from auth.permissions import Permission

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
METRICS = "/metrics"
SCRAPER = Caller("metrics", frozenset({Permission.METRICS}))


def read_networks(text: str) -> list[Network]:
    """Networks that are separated by spaces or commas."""
    return [ipaddress.ip_network(each) for each in text.replace(",", " ").split()]


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """True for an address in one of the networks; False for what is no address."""
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    return any(peer in network for network in networks)


class MetricsReaders:
    """Gives the caller of a request; who asks for metrics from one of METRICS_NETWORKS needs no key."""

    def __init__(self, identify: Callable[[WSGIEnvironment], Caller], networks: str) -> None:
        self._identify, self._networks = identify, read_networks(networks)

    def __call__(self, environ: WSGIEnvironment) -> Caller:
        """The caller."""
        if self._networks and environ.get("PATH_INFO") == METRICS and self._is_near(environ):
            return SCRAPER
        return self._identify(environ)

    def _is_near(self, environ: WSGIEnvironment) -> bool:
        """True where the connection, and the client whom a proxy named, are in the networks: neither is enough."""
        before = environ.get("werkzeug.proxy_fix.orig", environ)
        return all(is_within(each.get("REMOTE_ADDR") or "", self._networks) for each in (before, environ))
