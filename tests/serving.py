"""Starting the service as people start it, and asking it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO

from werkzeug.serving import make_server
from werkzeug.test import Client

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


class OwnPage(Client):
    """A client whose requests come from a page of the service itself, unless their headers say otherwise."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, environ_base={"HTTP_ORIGIN": "http://localhost"}, **kwargs)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address, without a slash at the end, at which a thread of this process serves a WSGI application."""
    httpd = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        thread.join(timeout=10)


def status(port: int, path: str = "/healthz", *, patience: float = 60.0) -> int:
    """The status of an answer, 0 for none within ``patience`` seconds: long, because a machine may be busy."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=patience) as answer:
            code: int = answer.status
            return code
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for(port: int, seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while status(port, patience=5) != 200:
        assert time.monotonic() < until, "did not answer in time"
        time.sleep(0.05)


class Start(Protocol):
    """Starts a command; gives its process, and its log."""

    def __call__(
        self, command: Sequence[str], cwd: Path = ROOT, **environ: str
    ) -> tuple[subprocess.Popen[bytes], TextIO]: ...


@contextmanager
def starter(models_dir: Path, folder: Path) -> Iterator[Start]:
    """Gives what starts a command in the project's folder, or in another; what it started is stopped at the end."""
    started: list[tuple[subprocess.Popen[bytes], TextIO]] = []

    def run(command: Sequence[str], cwd: Path = ROOT, **environ: str) -> tuple[subprocess.Popen[bytes], TextIO]:
        log = (folder / f"log{len(started)}").open("w+")
        environ = {"MODELS_DIR": str(models_dir), "VAR_DIR": str(folder / "var")} | environ
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"} | environ,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append((process, log))
        return process, log

    try:
        yield run
    finally:
        for process, log in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=30)
            log.close()


def wait_for_text(log: TextIO, text: str, times: int = 1) -> None:
    until = time.monotonic() + 120
    while text_of(log).count(text) < times:
        assert time.monotonic() < until, f"{text!r} was not logged {times} times: {text_of(log)}"
        time.sleep(0.05)


def text_of(log: TextIO) -> str:
    log.seek(0)
    return log.read()


def app(*flags: str) -> list[str]:
    return [sys.executable, "app.py", *flags]
