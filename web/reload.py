"""Auto-reload of ``python app.py --debug``: the parent process, which survives failed starts of its child.

Werkzeug's reloader gives up when its child exits, as it does at the first saved file with a syntax error.
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

AGAIN = 3  # exit code with which Werkzeug's child asks for a restart
PAUSE = 0.3  # seconds between two polls of the files
_NOT_OURS = {"models", "var", "tests"}

Stamps = dict[Path, int]


def keep_running(folder: Path, host: str, port: int) -> int:
    """Run this same command as a serving child, and restart it until it exits with 0 or is stopped.

    Parameters
    ----------
    folder : Path
        The program's: after a failed start, wait for the next change of a file below it.
    host, port
        Address to listen on. The socket is opened here and inherited, so that no connection is refused meanwhile.

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
    """Placeholder application: this process does not serve."""
    start_response("503 Service Unavailable", [])
    return []


def stamps(folder: Path) -> Stamps:
    """Modification times of the program's files below a folder."""
    times: Stamps = {}
    for path in folder.glob("*"):
        if path.suffix == ".py":
            times |= _stamp(path)
        elif path.is_dir() and path.name[0] != "." and path.name not in _NOT_OURS:
            for file in path.rglob("*.py"):
                times |= _stamp(file)
    return times


def _stamp(file: Path) -> Stamps:
    try:
        return {file: file.stat().st_mtime_ns}
    except OSError:  # deleted since it was listed: editors replace files
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
