"""``python app.py --debug``: the watching process, which outlives what it watches.

Werkzeug's own gives up when its child ends by itself, as it does at the first saved file with a typing error.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import make_server

AGAIN = 3  # the exit code with which Werkzeug's child asks to be started again
PAUSE = 0.3  # seconds between two looks at the files
_NOT_OURS = {"models", "var", "tests"}

Stamps = dict[Path, int]


def keep_running(folder: Path, host: str, port: int) -> int:
    """Run this very command as a child that serves, again and again, until it ends well or is stopped.

    Parameters
    ----------
    folder : Path
        Of the program: after a start that failed, the next change of a file below it is waited for.
    host, port
        Where to listen. The socket is opened here and handed on, so that nobody is refused while the child starts.

    Returns
    -------
    int
        Exit code.
    """
    listener = make_server(host, port, _not_served)
    listener.socket.set_inheritable(True)
    os.environ["WERKZEUG_SERVER_FD"] = str(listener.fileno())
    os.environ["WERKZEUG_RUN_MAIN"] = "true"
    try:
        while True:
            before = stamps(folder)
            code = _run_once()
            if code == AGAIN:
                continue
            if code <= 0:
                return 0
            sys.stderr.write("It did not start. It is tried again when a file is saved.\n")
            sys.stderr.flush()
            while stamps(folder) == before:
                time.sleep(PAUSE)
    except KeyboardInterrupt:
        return 0


def _not_served(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """The child serves; this process only watches."""
    start_response("503 Service Unavailable", [])
    return []


def stamps(folder: Path) -> Stamps:
    """The program's files below a folder, and when each was written."""
    found: Stamps = {}
    for path in folder.glob("*"):
        if path.suffix == ".py":
            found |= _stamp(path)
        elif path.is_dir() and path.name[0] != "." and path.name not in _NOT_OURS:
            for file in path.rglob("*.py"):
                found |= _stamp(file)
    return found


def _stamp(file: Path) -> Stamps:
    try:
        return {file: file.stat().st_mtime_ns}
    except OSError:  # gone since it was listed: editors swap files
        return {}


def _run_once() -> int:
    child = subprocess.Popen([sys.executable, *sys.orig_argv[1:]], close_fds=False)  # noqa: S603 - as we were started

    def stop(*_: object) -> None:
        child.terminate()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.wait()
        raise
