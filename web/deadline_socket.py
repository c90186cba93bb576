"""Socket of a client with deadlines for what it sends and reads in all, and a buffer for what it has not read yet."""

from __future__ import annotations

import errno
import select
import socket
import threading
import time
from typing import Any

RATE = 50_000  # bytes a second that a client sends or reads at least, once its grace is used up
WAIT = 0.25  # seconds
PIECE = 65_536
MOST_OF_ONE = 4 * 1024 * 1024  # bytes that wait for one client
MOST_OF_ALL = 64 * 1024 * 1024  # bytes that wait for all clients of a process


class Budget:
    """Bytes that wait for all clients of a process. Thread-safe.

    Attributes
    ----------
    is_short : bool
        Somebody did not get all that was asked for.
    """

    def __init__(self, most: int = MOST_OF_ALL) -> None:
        self._most, self._taken, self._lock = most, 0, threading.Lock()
        self.is_short = False

    def take(self, size: int) -> int:
        """Take so much of the budget, or what is left of it; the number of bytes."""
        with self._lock:
            granted = min(size, self._most - self._taken)
            self._taken += granted
            self.is_short = self.is_short or granted < size
            return granted

    def give_back(self, size: int) -> None:
        """Give a part back."""
        with self._lock:
            self._taken -= size


class DeadlineSocket(socket.socket):
    """A socket on which a request as a whole has a deadline, not each byte of it.

    Waiting for the client is added up over a request: `grace` seconds, and one more for each `RATE` bytes that came or
    went. What the client does not read at once waits in a buffer, and holds no thread while there is room. What the
    event loop has received stands in another, from which the thread reads first.

    Parameters
    ----------
    client : socket.socket
        Is detached.
    grace : float
        Seconds.

    Attributes
    ----------
    is_whole : bool
        All of a request was received: whoever asks for more is not kept waiting.
    late : bool
        The client has used its time up.
    """

    def __init__(self, client: socket.socket, grace: float, budget: Budget) -> None:
        super().__init__(client.family, client.type, client.proto, client.detach())
        self._grace, self._budget = grace, budget
        self.received, self.outgoing = bytearray(), bytearray()
        self.begin()

    def begin(self) -> None:
        """Begin to count anew: the next request."""
        self._waited, self._moved = 0.0, 0
        self._most_waited: float | None = None
        self.late = self.is_whole = False

    def wait_at_most(self, seconds: float) -> None:
        """Wait for the rest of the request so long in all, until the next begins: TimeoutError then.

        Only waiting counts, not the time in which a busy machine does not let this thread run.
        """
        self._most_waited = self._waited + seconds

    def recv(self, size: int, *flags: int) -> bytes:
        """Receive bytes.

        Raises
        ------
        BlockingIOError
            Nothing has come in time.
        OSError
            The request is malformed: its parser does not find the end that was received.
        TimeoutError
            As :meth:`wait_at_most` says.
        """
        if self.received:
            there = bytes(self.received[:size])
            del self.received[:size]
            return there
        if self.is_whole:
            raise OSError(errno.EBADMSG, "more is asked for than the request is")
        if self.late:
            raise BlockingIOError(errno.EAGAIN, "the request did not come in time")
        if self._most_waited is not None:
            left = self._most_waited - self._waited
            if left <= 0:
                raise TimeoutError(errno.ETIMEDOUT, "the rest of the request did not come in time")
            self.settimeout(left)
        began = time.monotonic()
        data = super().recv(size, *flags)
        self._count(began, len(data))
        return data

    def receive_now(self) -> bool:
        """Receive what is there; False where the client sends no more or is gone."""
        self.setblocking(False)
        try:
            data = super().recv(PIECE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.received += data
        return data != b""

    def sendall(self, data: Any, *_flags: int) -> None:
        """Send bytes: as many as go at once, others later from the buffer, which the worker empties.

        Raises
        ------
        BrokenPipeError
            The client reads too slowly.
        """
        rest = memoryview(data)
        if not self.outgoing:
            rest = rest[self._send_at_once(rest) :]
        while rest:
            room = self._budget.take(min(len(rest), MOST_OF_ONE - len(self.outgoing)))
            if room:
                self.outgoing += rest[:room]
                rest = rest[room:]
            else:
                self.flush(wait=True)
                if not self.outgoing:
                    rest = rest[self._send_at_once(rest) :]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Send a file in its place behind what waits; the kernel's own way would overtake it."""
        file.seek(offset)
        sent = 0
        while count is None or sent < count:
            piece = file.read(PIECE if count is None else min(PIECE, count - sent))
            if not piece:
                break
            self.sendall(piece)
            sent += len(piece)
        return sent

    def flush(self, *, wait: bool = False) -> None:
        """Send of the buffer what goes at once; with `wait` something at least.

        Raises
        ------
        BrokenPipeError
        """
        if wait:
            began = time.monotonic()
            select.select([], [self], [], min(WAIT, max(0.0, self._left())))  # there may be room in the buffer soon
            self._count(began, 0)
        sent = self._send_at_once(memoryview(bytes(self.outgoing[:PIECE])))
        del self.outgoing[:sent]
        self._budget.give_back(sent)

    def close(self) -> None:
        """Close, and drop what waits."""
        self._budget.give_back(len(self.outgoing))
        self.outgoing = bytearray()
        super().close()

    def _send_at_once(self, data: memoryview) -> int:
        try:
            sent = super().send(data[:MOST_OF_ONE], socket.MSG_DONTWAIT)
        except BlockingIOError:
            if self._left() <= 0:
                raise BrokenPipeError(errno.EPIPE, "the client reads too slowly") from None
            return 0
        self._moved += sent
        return sent

    def _left(self) -> float:
        return self._grace + self._moved / RATE - self._waited

    def _count(self, began: float, moved: int) -> None:
        self._waited += time.monotonic() - began
        self._moved += moved
        self.late = self._left() <= 0
