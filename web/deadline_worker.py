"""Gunicorn worker in which slow and idle clients hold no thread: a deadline for each request as a whole.

Gunicorn's own threaded worker gives a connection to a thread as soon as its first byte is there. Here the event loop
receives requests, and a thread gets one when it is whole, or when its body is long. Answers that a client is slow to
read are sent by the event loop, too.
"""

from __future__ import annotations

import errno
import socket
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn

from web.deadline_socket import DeadlineSocket
from web.listening import takes_no_more
from web.request_connection import Connection, state_of
from web.sending_worker import LINGER, REFUSALS, SendingWorker

AT_ONCE = 16  # connections that are ended at a sweep where all are taken
FRESH = 1.0  # seconds in which a client that connected sends its request, also on a busy machine
SWEEP = 0.25  # seconds between two looks for what is too late
CHUNKS = 1.0  # seconds for the next bytes of a body in chunks, of which only a thread can tell whether they are sound
QUEUED = 60.0  # seconds for a thread that reads long bodies
MASTER = 2.0  # seconds at a stop for the master to stop too; where it does not, a single worker is being replaced
HANDSHAKES = 0.1  # seconds for connections that are being made when the listeners take no more
PAUSE = 0.02  # seconds between two looks at a stop
UNREAD = 0.05  # seconds of waiting for the rest of a body that the application did not read
LEFT = 20.0  # seconds in which that rest is read in all, however busy the machine is


class DeadlineWorker(SendingWorker):
    """Threaded worker whose event loop receives requests and sends what clients are slow to read.

    A request has to come within `STALL_SECONDS` from its first byte, plus a second for each 50 kB. At most half of the
    threads read long bodies at a time, so that others are answered meanwhile. Where all connections are taken, the one
    that is idle longest is closed for a new one; where none is idle, one that is slow or unread.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._long, self._most_long = 0, max(1, self.cfg.threads // 2)
        self._waiting_long: deque[Connection] = deque()
        self._next_sweep = 0.0
        self.max_keepalived = self.worker_connections  # idle ones give way to new ones, so none is ended for being kept

    # ---- receiving ---------------------------------------------------------------------------------
    def accept(self, listener: socket.socket) -> None:
        """Accept a connection and receive what is there of its first request."""
        if self.cfg.is_ssl:  # the handshake needs a thread
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, DeadlineSocket(client, self.grace, self._budget), address, listener.getsockname())
        self._receive(conn)
        if self.nr_conns >= self.worker_connections:
            self._make_room()

    def _make_room(self) -> bool:
        """End the connection that has been idle, slow or unread longest; False where all are being answered.

        One that became idle just now goes last: its client is about to send.
        """
        idle, others = self.keepalived_conns, [self._lingering, self._flushing, self.pending_conns]
        is_fresh = idle and idle[0].timeout - self.cfg.keepalive > time.monotonic() - FRESH
        for table in [*others, idle] if is_fresh else [idle, *others]:
            if table:
                conn = next(iter(table))
                table.remove(conn) if isinstance(table, deque) else table.pop(conn)
                self._drop(conn)
                return True
        return False

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept or not; at a stop accept who has connected, and close the listeners, so that nobody connects any more.

        As long as a process has a listener open, the kernel takes connections to it, and resets them when the last one
        closes it. The master, where it stops too, has them take no more first; all are served until it does.
        """
        if enabled or self.alive:
            super().set_accept_enabled(enabled)
            return
        if self._accepting:
            self._serve_until(time.monotonic() + MASTER, lambda: all(map(takes_no_more, self.sockets)))
            self._serve_until(time.monotonic() + HANDSHAKES, lambda: False)
        super().set_accept_enabled(False)
        for listener in self.sockets:
            before = -1
            while before != self.nr_conns < self.worker_connections:
                before = self.nr_conns
                self.accept(listener)
            listener.close()

    def _serve_until(self, end: float, is_so: Callable[[], bool]) -> None:
        """Go on for some moments, with the loop of a worker."""
        while time.monotonic() < end and not is_so():
            self.notify()
            self.wait_for_and_dispatch_events(PAUSE)
            self.murder_keepalived()
            self.murder_pending()

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """Receive the next request of a connection that was kept."""
        if not isinstance(conn, Connection):
            super().on_client_socket_readable(conn, client)
            return
        if conn.is_open():
            self.poller.unregister(client)
            self.keepalived_conns.remove(conn)
            self._receive(conn)

    def _on_more(self, conn: Connection, client: Any) -> None:
        if conn.is_open():
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self._receive(conn)

    def _receive(self, conn: Connection) -> None:
        """Receive what is there; hand a request over when it is whole, else wait for more."""
        is_first = not conn.sock.received
        if not conn.sock.receive_now():
            self._on_end(conn)
            return
        if not conn.sock.received:
            self._keep(conn)
            return
        state = state_of(conn.sock.received)
        if state == "wait":
            if is_first:
                conn.timeout = time.monotonic() + self.grace
            if conn.is_chunked():
                conn.timeout = min(conn.timeout, time.monotonic() + CHUNKS)
            self._wait_for_more(conn)
        elif state in REFUSALS:
            self._refuse(conn, REFUSALS[state])
        else:
            conn.is_long, conn.sock.is_whole = state == "long", state == "whole"
            self._dispatch(conn)

    def _on_end(self, conn: Connection) -> None:
        """The client sends no more: what there is of a request is answered, as far as it goes."""
        if conn.has_head():
            self._dispatch(conn)
        else:
            self._close(conn)

    def _keep(self, conn: Connection) -> None:
        """Keep an idle connection."""
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + LINGER)
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_client_socket_readable, conn))

    def _wait_for_more(self, conn: Connection) -> None:
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_more, conn))

    def _dispatch(self, conn: Connection) -> None:
        """Give a request to a thread; long ones wait for one of theirs."""
        if conn.is_long:
            if self._long >= self._most_long:
                conn.timeout = time.monotonic() + QUEUED
                self._waiting_long.append(conn)
                return
            self._long += 1
        conn.init()
        self.enqueue_req(conn)

    def murder_pending(self) -> None:
        """End what did not come in time; requests with a head are answered, by a thread that waits no more."""
        now = time.monotonic()
        if self.cfg.is_ssl:
            super().murder_pending()
        if now < self._next_sweep or self.cfg.is_ssl:
            return
        self._next_sweep = now + SWEEP
        for conn in [each for each in self.pending_conns if each.timeout <= now]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            if not conn.has_head():
                self._close(conn)
                continue
            conn.is_long = conn.is_chunked()  # a thread finds out whether the chunks end, or are none
            conn.sock.late = not conn.is_long
            self._dispatch(conn)
        for conn in [each for each in self._waiting_long if each.timeout <= now]:
            self._waiting_long.remove(conn)
            conn.is_long, conn.sock.late = False, True
            self._dispatch(conn)
        self._end_late_answers(now)
        for _ in range(AT_ONCE):
            if self.nr_conns < self.worker_connections or not self._make_room():
                break

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for events; an error with one connection ends that connection, and not the worker."""
        for key, _ in self.poller.select(min(timeout, SWEEP)):
            try:
                key.data(key.fileobj)
            except Exception:
                self.log.exception("A connection failed in the event loop.")
                for table in (self.keepalived_conns, self.pending_conns):
                    for conn in [each for each in table if each.sock is key.fileobj]:
                        table.remove(conn)
                        self._drop(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """Keep a connection whose request was read; what is left of a long body is hardly waited for.

        The answer has told the client that the connection is kept: a deadline that passes while the machine is busy
        would close it before the next request, though nothing is left to read.
        """
        if not keepalive:
            return False
        if isinstance(conn, Connection):
            conn.sock.wait_at_most(UNREAD)
        return bool(conn.parser.finish_body(deadline=time.monotonic() + LEFT))

    # ---- after an answer ---------------------------------------------------------------------------
    def finish_request(self, conn: TConn, fs: Any) -> None:
        """Send what the client has not read yet, then keep or close its connection."""
        if not isinstance(conn, Connection):
            super().finish_request(conn, fs)
            return
        if conn.is_long:
            self._long -= 1
            if self._waiting_long:
                self._dispatch(self._waiting_long.popleft())
        try:
            keeps = bool(fs.result()) if not fs.cancelled() else False
        except Exception:  # noqa: BLE001 - it was logged where it came from
            self._close(conn)
            return
        self._flush(conn, keeps)

    def _next(self, conn: Connection) -> None:
        """Wait for the next request, or answer it where it came with the last one."""
        conn.begin()
        conn.timeout = time.monotonic() + self.grace
        state = state_of(conn.sock.received)
        if state in ("whole", "long"):
            conn.is_long, conn.sock.is_whole = state == "long", state == "whole"
            self._dispatch(conn)
        else:
            self._receive(conn)
