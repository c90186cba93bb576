"""The address to listen on: formatted, and checked before the server fails on it with a less helpful message."""

from __future__ import annotations

import socket
from collections.abc import Iterable

# Hosts that mean every interface
_EVERY = ("", "*", "0.0.0.0", "::", "[::]")  # noqa: S104


class BadAddress(Exception):
    """The host cannot be listened on; the message says what to do."""


def joined(host: str, port: int) -> str:
    """Host and port as one address: ``127.0.0.1:8000``, ``[::1]:8000``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check_hosts(addresses: Iterable[object]) -> None:
    """Check that each host is one of this machine.

    Parameters
    ----------
    addresses : iterable
        Pairs of host and port; Unix sockets and file descriptors are skipped.

    Raises
    ------
    BadAddress
        Names the host that is not, and the setting that it probably comes from.
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
    """Reason why the host cannot be listened on; empty where it can."""
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
