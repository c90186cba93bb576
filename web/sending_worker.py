"""The sending side of the worker: what clients are slow to read, and the end of their connections."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from web.deadline_socket import RATE, Budget
from web.request_connection import Connection

LINGER = 2.0  # seconds for a client to close, after an answer that ends its connection
REFUSALS = {"large": b"431 Request Header Fields Too Large", "malformed": b"400 Bad Request"}  # by state of a request


class SendingWorker(ThreadWorker):
    """Threaded worker whose event loop sends what clients are slow to read, and closes connections without waiting."""

    grace = 20.0  # seconds; gunicorn.conf.py sets STALL_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._budget = Budget()
        self._flushing: dict[Connection, float] = {}
        self._lingering: dict[Connection, float] = {}

    def _next(self, conn: Connection) -> None:
        """Wait for the next request of a connection."""
        raise NotImplementedError

    def _end_late_answers(self, now: float) -> None:
        """Close who reads too slowly; where threads wait for room in the buffers, the slowest first."""
        if self._budget.is_short and self._flushing:  # threads wait for room
            self._budget.is_short = False
            for conn in list(self._flushing)[: max(1, len(self._flushing) // 4)]:
                self._forget(self._flushing, conn)
        for table in (self._flushing, self._lingering):
            for conn in [each for each, until in table.items() if until <= now]:
                self._forget(table, conn)

    def _flush(self, conn: Connection, keeps: bool) -> None:
        """Send of the answer what goes; go on when the client reads more."""
        if not conn.is_open():
            self._forget(self._flushing, conn)
            return
        try:
            if conn.sock.outgoing:
                conn.sock.flush()
        except OSError:
            self._forget(self._flushing, conn)
            return
        if conn.sock.outgoing:
            if conn not in self._flushing:
                self._flushing[conn] = time.monotonic() + self.grace + len(conn.sock.outgoing) / RATE
                conn.sock.setblocking(False)
                self.poller.register(conn.sock, EVENT_WRITE, lambda _: self._flush(conn, keeps))
            return
        if conn in self._flushing:
            del self._flushing[conn]
            self.poller.unregister(conn.sock)
        if keeps:
            self._next(conn)
        else:
            self._linger(conn)

    def _linger(self, conn: Connection) -> None:
        """End a connection: nothing more is sent, what still comes is dropped (RFC 9112, section 9.6)."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, lambda _: self._drain(conn))
        except (OSError, ValueError):
            self._close(conn)
            return
        self._lingering[conn] = time.monotonic() + LINGER

    def _drain(self, conn: Connection) -> None:
        if not conn.is_open():
            return
        if not conn.sock.receive_now():
            self._forget(self._lingering, conn)
        conn.sock.received.clear()

    def _refuse(self, conn: Connection, status: bytes) -> None:
        try:
            conn.sock.send(b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status)
        except OSError:
            self._close(conn)
            return
        self._linger(conn)

    def _forget(self, table: dict[Connection, float], conn: Connection) -> None:
        table.pop(conn, None)
        self._drop(conn)

    def _drop(self, conn: Connection) -> None:
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        if not conn.is_over:
            conn.is_over = True
            self.nr_conns -= 1
        conn.close()
