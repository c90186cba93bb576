"""Reader of texts for looks: rows come from a process with limits of memory and time, see :mod:`.fork_server`.

A small file can be long to read, or one row of it be large; whoever looks into one is a process that serves others.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from types import TracebackType
from typing import Any, BinaryIO

from ml.errors import ReadersBusy, Unreadable
from ml.files.readers.excel import ENDED, ROOT
from ml.files.readers.refused import SAVE, error_of
from ml.files.readers.wire import decode, encode
from ml.files.text.begin_text import TextRequest, begin_text
from ml.files.text.encodings import TextScan
from ml.files.text.text_rows import TextRows
from ml.translation import text

log = logging.getLogger(__name__)

AT_ONCE = 4  # readings at once of one process of ours
WAIT = 8.0  # seconds for a slot
STARTS = 10.0  # seconds for a process to start
SECONDS = 30.0  # of a reading, until its process is ended, whatever it does
CAN_FORK = hasattr(os, "fork") and hasattr(socket, "send_fds")  # not on Windows
_slots = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class TextProcess:
    """A process that reads a text."""

    connection: Connection
    pid: int
    pidfd: int | None
    """File descriptor that stands for it; None where the system has none, and it ends when it cannot answer."""

    def end(self) -> None:
        """End it, whatever it does."""
        if self.connection.closed:
            return
        self.connection.close()
        if self.pidfd is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            os.close(self.pidfd)


class ForkServer:
    """The fork server of this process, started when it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0  # process id of who started it
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        """Start it, unless it runs."""
        with self._lock, contextlib.suppress(OSError):
            _ = CAN_FORK and self._running()

    def connect(self) -> TextProcess:
        """A new process; ReadersBusy where none can be started."""
        for last in (False, True):  # the server may have ended a moment ago
            try:
                return self._connected()
            except (OSError, EOFError) as error:
                if last:
                    log.warning("No process could be started to look into a file: %s", error or "it ended at once")
                self.end()
        raise ReadersBusy(text("Other files are being read here."), text("Try again in a moment."))

    def _connected(self) -> TextProcess:
        ours, theirs = socket.socketpair()
        connection = Connection(ours.detach())
        try:
            with theirs, self._lock:
                socket.send_fds(self._running(), [b"+"], [theirs.fileno()])
            if not connection.poll(STARTS):
                raise TimeoutError("it does not answer")
            pid = decode(connection.recv_bytes())
            return TextProcess(connection, pid, recv_handle(connection) if hasattr(os, "pidfd_open") else None)
        except BaseException:
            connection.close()
            raise

    def end(self) -> None:
        """End it, with all its processes."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None and self._owner == os.getpid():
                self._process.kill()
                self._process.wait()
            self._control = self._process = None

    def _running(self) -> socket.socket:
        if self._control is None or self._owner != os.getpid():  # that of a process that forked us is its own
            ours, theirs = socket.socketpair()
            command = [sys.executable, "-m", "ml.files.readers.fork_server"]
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own module
                    command,
                    cwd=ROOT,  # from where `-m` imports
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # as leader of a process group it is ended with its children
                )
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()
            self._owner, self._control = os.getpid(), ours
        return self._control


SERVER = ForkServer()
atexit.register(SERVER.end)  # it would end by itself, a moment later


class TextReader:
    """Opens texts in processes of their own, which end when it is left; in this one where the system cannot fork.

    Parameters
    ----------
    scanned : int, optional
        Bytes of a text by which its encoding is told, where not all were counted before; all by default.
    """

    def __init__(self, scanned: int | None = None) -> None:
        self._scanned = scanned
        self._processes: list[TextProcess] = []
        self._until = 0.0
        self._has_slot = False

    def __enter__(self) -> TextReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End its processes."""
        for process in self._processes:
            process.end()
        if self._has_slot:
            self._has_slot = False
            _slots.release()

    def open(self, file: BinaryIO, asked: TextRequest) -> TextRows | ServedRows:
        """Begin to read a text.

        Parameters
        ----------
        file : seekable binary file

        Raises
        ------
        Unreadable, Misread
            What is wrong with the file, or that it takes too much memory or time.
        ReadersBusy
            Too many readings at once, or no process can be started.
        """
        asked = replace(asked, scanned=self._scanned)
        if not CAN_FORK:
            return begin_text(file, asked)
        if not self._has_slot:
            if not _slots.acquire(timeout=WAIT):
                raise ReadersBusy(text("Other files are being read here."), text("Try again in a moment."))
            self._has_slot, self._until = True, time.monotonic() + SECONDS
        return ServedRows(self, file, asked)

    def answers(self, file: BinaryIO, asked: TextRequest) -> Iterator[Any]:
        """Answers of a new process: a head, then lists of rows with their lines."""
        process = SERVER.connect()
        self._processes.append(process)
        connection = process.connection
        try:
            connection.send_bytes(encode([file.seek(0, os.SEEK_END), asked.to_json()]))
            while True:
                left = self._until - time.monotonic()
                answer = decode(connection.recv_bytes()) if left > 0 and connection.poll(left) else {}
                if isinstance(answer, dict) and "read" in answer:
                    place, size = answer["read"]
                    file.seek(place)
                    connection.send_bytes(file.read(size))
                elif isinstance(answer, dict) and "error" in answer:
                    raise error_of([*answer["error"], answer["kind"]])
                elif answer is None:  # a regular end
                    return
                elif not answer:
                    break  # the deadline has passed
                else:
                    yield answer
        except (OSError, EOFError):
            pass  # the process was ended, by its limits or from outside
        finally:
            process.end()
        raise Unreadable(text(ENDED), text(SAVE))


class ServedRows:
    """Rows of a text that come from a process, as those of :class:`ml.files.text.text_rows.TextRows`.

    Attributes
    ----------
    scan, separator, stated, may_tell
        As of ``TextRows``.
    markup : str or None
        The beginning of a web page or XML, which has no rows here.
    sample : list of str
        First lines of the text, of a lenient reading.
    line : int
        The line of the file that was read last, from 1.
    """

    def __init__(self, reader: TextReader, file: BinaryIO, asked: TextRequest) -> None:
        self._reader, self._file, self._asked = reader, file, asked
        self._answers = reader.answers(file, asked)
        head = next(self._answers)
        self.scan = TextScan(**head["found"])
        self.markup: str | None = head["markup"]
        self.separator: str = head.get("separator", ",")
        self.stated: str | None = head.get("stated")
        self.may_tell = bool(head.get("may_tell"))
        self.sample: list[str] = head.get("sample", [])
        self.line = 0

    def __iter__(self) -> Iterator[list[str]]:
        """All rows, once; errors as those of ``TextRows``."""
        for some in self._answers:
            for self.line, row in some:
                yield row

    def again(self, skipped: int) -> Iterator[list[str]]:
        """All rows but the first `skipped`, while the iteration stands still in between."""
        answers = self._reader.answers(self._file, self._asked)
        next(answers)
        return islice((row for some in answers for _, row in some), skipped, None)
