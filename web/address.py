"""The address to listen on: written as servers take it, and looked at before they fail at it in words of their own."""

from __future__ import annotations

import socket
from collections.abc import Iterable

# Left out of an address, and what a host may be called that is every interface
_EVERY = ("", "*", "0.0.0.0", "::", "[::]")  # noqa: S104


class BadAddress(Exception):
    """Nothing can listen on this host; the message says what to do."""


def joined(host: str, port: int) -> str:
    """``127.0.0.1:8000``, ``[::1]:8000``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check_hosts(addresses: Iterable[object]) -> None:
    """See whether each host is one of this machine.

    Parameters
    ----------
    addresses : iterable
        Pairs of host and port; what is none, a Unix socket or a file descriptor, is left alone.

    Raises
    ------
    BadAddress
        Names the host that is not, and the setting it probably came by.
    """
    for address in addresses:
        if isinstance(address, (tuple, list)):
            host = str(address[0])
            if host not in _EVERY and (fault := _fault(host)):
                raise BadAddress(
                    f"HOST is {host!r}, on which nothing here can listen ({fault}). Accepted: 127.0.0.1 for this "
                    "machine only, 0.0.0.0 for every interface, or an address of this machine. If you did not set it, "
                    "another program did (conda names its compilers' target so): put HOST=127.0.0.1 before the "
                    "command, or unset HOST."
                )


def _fault(host: str) -> str:
    """Why nobody can listen there; the empty text where one can."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    faults = []
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            try:
                probe.bind(address)
            except OSError as error:
                faults.append(error.strerror or str(error))
            else:
                return ""
    return faults[0]
