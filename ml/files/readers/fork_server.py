"""Fork server of looks into texts: forks a process for each, which reads within limits of memory and time.

Run as ``python -m ml.files.readers.fork_server``, with a socket as standard input. Over that it is sent a socket for
each look; it ends when nobody holds the other end, or nobody looked for a while, and its processes with it.

A process is told over its socket what to read, asks for the bytes of the file over it, and answers with JSON: its
number, a head, lists of rows with their lines, and null at the end; or what is wrong as {"error": [message, hint],
"kind": class of error}. After its number it hands over a file descriptor by which it can be ended, on Linux: its number
may be another process's by then.
"""

from __future__ import annotations

import gc
import io
import os
import select
import signal
import socket
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from typing import Any, BinaryIO

from ml.errors import LikelyError
from ml.files.readers.process_limits import limit
from ml.files.readers.refused import SAVE, TOO_LONG
from ml.files.readers.wire import decode, encode
from ml.files.text.begin_text import TextRequest, begin_text
from ml.files.text.code_pages import WESTERN
from ml.files.text.separators import HEADER_ROWS
from ml.files.text.text_rows import TextRows
from ml.translation import ALL_READERS, serialize_messages, text, use_language

MEMORY = 512 * 1024**2  # bytes of addresses of a process
CPU = 20  # seconds of it
ALIVE = 120  # seconds after which the system ends it, whoever waits for it
IDLE = 600.0  # seconds after which the server ends, for whoever looks next starts another one
FETCHED = 256 * 1024  # bytes of the file that are fetched at a time
TOGETHER = 256 * 1024  # characters of rows that are answered at a time, and a row
MOST_CELLS, MOST_CHARACTERS = 4_200_000, 16_000_000  # of a row, whose lines have 4 MB at most


def main() -> None:
    """Fork for each socket that comes, until no more can come."""
    control = socket.socket(fileno=0)
    _warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets processes as they end
    while select.select([control], [], [], IDLE)[0]:
        came, sockets, *_ = socket.recv_fds(control, 1, 1)
        if not came:
            break
        for each in sockets:
            _fork(control, each)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with all that were forked


def _warm() -> None:
    """Do what each process would do anew: import, compile patterns, look encodings up; and keep its memory shared."""
    for encoding in ("utf-8", "utf-8-sig", WESTERN, "utf-16"):
        list(begin_text(io.BytesIO("a;b\n1;2\n".encode(encoding)), TextRequest(encoding=encoding, known={"a"})))
    gc.disable()  # each process serves one look at a file
    gc.freeze()


def _fork(control: socket.socket, number: int) -> None:
    try:
        child = os.fork()
    except OSError:  # the client sees a closed connection
        child = -1
    if child == 0:
        try:
            control.close()
            answer(Connection(number))
        finally:
            os._exit(0)
    os.close(number)


def answer(asker: Connection) -> None:
    """Read a text for whoever asks at the other end, and end."""
    signal.alarm(ALIVE)
    limit(MEMORY, CPU)
    with use_language(ALL_READERS):  # whoever asked says it to a reader
        asker.send_bytes(encode(os.getpid()))
        if hasattr(os, "pidfd_open"):
            send_handle(asker, os.pidfd_open(os.getpid()), None)
        size, asked = decode(asker.recv_bytes())
        try:
            for each in _answers(io.BufferedReader(_Served(asker, size)), TextRequest.from_json(asked)):
                asker.send_bytes(encode(each))
        except LikelyError as error:
            asker.send_bytes(encode({"error": serialize_messages(error.kept), "kind": type(error).__name__}))
        except MemoryError:
            asker.send_bytes(encode({"error": serialize_messages([text(TOO_LONG), text(SAVE)]), "kind": "Unreadable"}))


def _answers(file: BinaryIO, asked: TextRequest) -> Iterator[Any]:
    rows = begin_text(file, asked)
    head = {"found": asdict(rows.scan), "markup": rows.markup, "separator": rows.separator, "stated": rows.stated}
    yield {**head, "may_tell": rows.may_tell, "sample": rows.sample if asked.lenient else []}
    if not (rows.markup or asked.lenient):
        yield from _together(rows)
    yield None


def _together(rows: TextRows) -> Iterator[list[tuple[int, list[str]]]]:
    """Rows with their lines, some at a time."""
    some: list[tuple[int, list[str]]] = []
    size = 0
    try:
        for row in rows:
            characters = sum(map(len, row))
            if characters > MOST_CHARACTERS or len(row) > MOST_CELLS:
                raise MemoryError
            some.append((rows.line, row))
            size += characters + len(row)
            if size > TOGETHER or len(some) > HEADER_ROWS * 20:
                yield some
                some, size = [], 0
    except (LikelyError, MemoryError):
        if some:
            yield some  # what came before it
        raise
    if some:
        yield some


class _Served(io.RawIOBase):
    """The file of whoever asks, read block by block over the connection."""

    def __init__(self, asker: Connection, size: int) -> None:
        self._asker, self._size = asker, size
        self._at, self._from, self._block = 0, 0, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        if not self._from <= self._at < self._from + len(self._block):
            self._asker.send_bytes(encode({"read": [self._at, FETCHED]}))
            self._from, self._block = self._at, self._asker.recv_bytes()
        start = self._at - self._from
        part = self._block[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


if __name__ == "__main__":
    main()
