"""A client's connection as the event loop of the worker receives its requests, and when one is whole."""

from __future__ import annotations

import re
from typing import Any

from gunicorn.workers.gthread import TConn

from web.deadline_socket import DeadlineSocket

MOST_HEAD = 64 * 1024  # bytes of a request line and headers
MOST_BUFFERED = 64 * 1024  # bytes of a body that the event loop receives; a thread reads what is longer

_LENGTH = re.compile(rb"\r\ncontent-length:([^\r\n]*)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")
_SIZE_BEGUN = re.compile(rb"(?:[0-9a-fA-F]{1,15}[ \t]*(?:;[^\r\n]*)?\r?)?")
_LF = re.compile(rb"(?<!\r)\n")
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
_NO_HEAD = re.compile(rb"\A[^!-~\r]|(?<!\r)\n")  # it begins as no method does, as TLS; or a line ends without CR


class Connection(TConn):
    """A client's connection.

    Attributes
    ----------
    is_long : bool
        The body is longer than what the event loop receives.
    is_over : bool
        The worker counts it no more.
    """

    sock: DeadlineSocket

    def __init__(self, cfg: Any, sock: DeadlineSocket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.is_long = self.is_over = False

    def is_open(self) -> bool:
        """False once it was closed, as by an event before another of the same turn of the event loop."""
        return self.sock.fileno() >= 0

    def is_chunked(self) -> bool:
        """True where the head says that the body comes in chunks."""
        received = self.sock.received
        return bool(_CHUNKED.search(bytes(received[: received.find(b"\r\n\r\n") + 2])))

    def has_head(self) -> bool:
        """True where the head of a request is there."""
        return b"\r\n\r\n" in self.sock.received

    def begin(self) -> None:
        """Wait for the next request, a part of which may have come with the last one."""
        self.is_long = False
        self.sock.received = bytearray(self.parser.unreader.take_buffered()) + self.sock.received
        self.sock.begin()


def state_of(received: bytes | bytearray) -> str:
    """State of the beginning of a request: ``wait``, ``whole``, ``long``; ``large`` or ``malformed`` is refused.

    It only decides when a thread takes the request; what it says is read by Gunicorn's parser.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        if _NO_HEAD.search(received):
            return "malformed"  # the end of the head would never come
        return "large" if len(received) > MOST_HEAD else "wait"
    head, body = bytes(received[: end + 2]), len(received) - end - 4
    if _EXPECTS.search(head):
        return "long"  # it sends its body when it is told to
    if _CHUNKED.search(head):
        if chunks_end(memoryview(received)[end + 4 :]):
            return "whole"  # or malformed: the parser refuses it
        return "long" if body > MOST_BUFFERED else "wait"
    lengths = [found.strip() for found in _LENGTH.findall(head)]
    if not all(each.isdigit() and len(each) < 16 for each in lengths):
        return "long"  # the parser refuses it
    wanted = max(map(int, lengths), default=0)
    if body >= wanted:
        return "whole"
    return "long" if wanted > MOST_BUFFERED else "wait"


def chunks_end(body: memoryview) -> bool:
    """True where a body in chunks is there with its last chunk and its trailers, or is none whatever follows."""
    data, at = bytes(body), 0
    while size := _SIZE.match(data, at):
        at = size.end()
        if int(size[1], 16) == 0:
            return data.startswith(b"\r\n", at) or b"\r\n\r\n" in data[at:] or bool(_LF.search(data, at))
        at += int(size[1], 16) + 2
        if not b"\r\n".startswith(data[at - 2 : at]):
            return True
    return at < len(data) and not _SIZE_BEGUN.fullmatch(data, at)
