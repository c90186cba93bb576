"""The address to listen on: formatted, checked before the server fails on it, and found out."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.config import Config
from gunicorn.systemd import listen_fds

# Hosts that mean every interface
_EVERY = ("", "*", "0.0.0.0", "::", "[::]")  # noqa: S104


class BadAddress(Exception):
    """The host cannot be listened on; the message says what to do."""


def joined(host: str, port: int) -> str:
    """Host and port as one address: ``127.0.0.1:8000``, ``[::1]:8000``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_every(host: str) -> bool:
    """True for a host that means every interface of this machine."""
    return host in _EVERY


def most_open(addresses: Iterable[object], port: int, is_loopback: Callable[[str], bool]) -> tuple[str, int]:
    """Host and port of the address that lets most in; the host is "" where it is not known who can connect.

    Unix sockets and file descriptors, behind which there is a proxy, count as open. `port` is given back where no
    address has one.
    """
    pairs = [(str(each[0]), int(each[1])) if isinstance(each, (tuple, list)) else ("", port) for each in addresses]
    return min(pairs, key=lambda each: is_loopback(each[0]), default=("", port))


def addresses_of_gunicorn() -> list[object]:
    """Addresses of the Gunicorn whose command started this process; none where another program did.

    Gunicorn creates the application before it listens, and does not tell it where; its own reader of command line,
    environment and configuration file is asked a second time.
    """
    program = Path(sys.argv[0])
    name = program.parent.name if program.name == "__main__.py" else program.stem
    return listened_on(WSGIApplication().cfg) if name == "gunicorn" else []


def listened_on(config: Config) -> list[object]:
    """Addresses on which Gunicorn is going to listen; none where systemd hands it the sockets."""
    return [] if listen_fds(unset_environment=False) else list(config.address)


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
            if not is_every(host) and (fault := _fault(host)):
                raise BadAddress(
                    f"HOST is {host!r}, on which nothing here can listen ({fault}). Accepted: 127.0.0.1 for this "
                    "machine only, 0.0.0.0 for every interface, or an address of this machine. If you did not set it, "
                    "another program did (conda names its compilers' target so): put HOST=127.0.0.1 before the "
                    "command, or unset HOST."
                )


def _fault(host: str) -> str:
    """Reason why the host cannot be listened on; empty where it can."""
    try:
        addresses = socket.getaddrinfo(host.strip("[]"), 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    faults = []
    for family, kind, protocol, _, address in addresses:
        with socket.socket(family, kind, protocol) as probe:
            try:
                probe.bind(address)
            except OSError as error:
                faults.append(error.strerror or str(error))
            else:
                return ""
    return faults[0]
