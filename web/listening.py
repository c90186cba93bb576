"""Listening sockets at a stop: they take no new connection, what they took is accepted, and only then they close.

All processes of a server share the socket. The kernel completes a connection to it whether or not anybody accepts, and
resets what was not accepted when the last of them closes it. Between the last accept and that close there is always a
moment. On Linux a filter on the socket leaves new connections unanswered from before: their client asks again within a
second, and is refused then, or finds the server that came after.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from functools import partial
from typing import Any

# asm-generic/socket.h; Python does not name them
_ATTACH_FILTER, _LOCK_FILTER = 26, 44
_FLAGS, _SYN, _ACK = 13, 0x02, 0x10  # byte of the TCP header (RFC 9293, 3.1), where a filter of a TCP socket begins
# Classic BPF, as (code, jump if true, jump if false, value): of what comes only a SYN without ACK begins a connection.
# Packets of connections that are being made pass through the filter too, and those of the ones made since inherit it
_NO_NEW = (
    (0x30, 0, 0, _FLAGS),  # load the byte
    (0x54, 0, 0, _SYN | _ACK),  # and
    (0x15, 1, 0, _SYN),  # equal: skip one
    (0x06, 0, 0, 0xFFFFFFFF),  # pass all of it
    (0x06, 0, 0, 0),  # drop
)


def take_no_more(listener: Any) -> bool:
    """Leave new connections to a listening socket unanswered, in all processes that share it, for good.

    Parameters
    ----------
    listener : socket.socket
        Or one of Gunicorn's, around it.

    Returns
    -------
    bool
        False where this system, or this kind of socket, has no such filter.
    """
    if sys.platform != "linux" or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _NO_NEW))
    try:
        where = struct.pack("HP", len(_NO_NEW), ctypes.addressof(program))
        listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, where)
        listener.setsockopt(socket.SOL_SOCKET, _LOCK_FILTER, 1)
    except OSError:
        return False
    return True


def takes_no_more(listener: Any) -> bool:
    """True when some process has told a listening socket to take no more."""
    try:
        return sys.platform == "linux" and bool(listener.getsockopt(socket.SOL_SOCKET, _LOCK_FILTER))
    except OSError:
        return False


def take_no_more_at_close(server: Any) -> None:
    """Have the master's listeners take no more before it closes them: at a stop it does so before workers hear of it.

    Not where others listen on: systemd, which opened them, or the master before or after this one at an upgrade (USR2).
    """
    for listener in server.LISTENERS:
        listener.close = partial(_close, server, os.getpid(), listener)


def _close(server: Any, master: int, listener: Any) -> None:
    """Close a listener; workers, which inherit this at the fork, close their own descriptor only."""
    others = server.systemd or server.reexec_pid or server.master_pid
    if os.getpid() == master and listener.sock is not None and not others:
        take_no_more(listener.sock)
    type(listener).close(listener)
