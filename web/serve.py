"""``python app.py``: Gunicorn with its own options, or one process that follows your edits."""

import argparse
import ipaddress
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from wsgiref.types import WSGIApplication

from dash import Dash
from gunicorn.app.base import Application
from werkzeug.serving import is_running_from_reloader, run_simple

CreateServer = Callable[[Callable[[Dash], None] | None], WSGIApplication]


def _from(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers in a range; Gunicorn takes any and fails later, in its own words."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return read


# Our option, Gunicorn's setting, how its text is read, what it is for
_OPTIONS: tuple[tuple[str, str, Callable, str], ...] = (
    ("--workers", "workers", _from(1, 64), "worker processes"),
    ("--threads", "threads", _from(1, 256), "threads of each worker"),
    ("--worker-class", "worker_class", str, "Gunicorn's worker class"),
    ("--log-level", "loglevel", str, "debug, info, warning, error or critical"),
    ("--access-logfile", "accesslog", str, "file for the access log, - for stdout"),
    ("--error-logfile", "errorlog", str, "file for the error log, - for stderr"),
    ("--name", "proc_name", str, "name of the processes"),
    ("--pythonpath", "pythonpath", str, "folders to import from, separated by commas"),
    ("--user", "user", str, "user to run the workers as"),
    ("--forwarded-allow-ips", "forwarded_allow_ips", str, "proxies whose X-Forwarded-Proto is believed"),
)


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; what is not given is absent, so that gunicorn.conf.py decides."""
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Serve Likely. What is not given here comes from gunicorn.conf.py and the environment.",
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=_from(1, 65535), help="port to listen on")
    for flag, setting, kind, text in _OPTIONS:
        parser.add_argument(flag, dest=setting, type=kind, help=text)
    parser.add_argument("--daemon", action="store_true", help="leave the terminal and run on")
    parser.add_argument("--debug", action="store_true", default=False, help="one process that follows your edits")
    return parser.parse_args(arguments)


class Gunicorn(Application):
    """Gunicorn for one application, set by its configuration file and then by our options.

    Parameters
    ----------
    create : callable
        Makes the WSGI application; called once where Gunicorn preloads, else once a worker.
    config_file : Path
    options : dict
        Gunicorn's settings by name; they win over the file.
    """

    def __init__(self, create: Callable[[], WSGIApplication], config_file: Path, options: dict[str, object]) -> None:
        self._create = create
        self._config_file = config_file
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Read the file, then the options."""
        self.load_config_from_file(str(self._config_file))
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Make the application."""
        return self._create()


def serve(create: Callable[[], WSGIApplication], config_file: Path, host: str, port: int, options: dict) -> None:
    """Serve with Gunicorn until it is told to stop."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    Gunicorn(create, config_file, {"bind": address, **options}).run()


def debug(create: CreateServer, host: str, port: int) -> None:
    """Serve with one process that starts again when code changes and reloads the page when assets do.

    Tracebacks go to the browser only when nobody but this machine can ask.
    """
    if is_running_from_reloader():
        server = create(lambda app: _follow_assets(app, tools=_is_this_machine(host)))
    else:
        sys.stdout.write(f"Debugging on http://{host}:{port}\n")
        server = _not_served  # this process only watches; its child serves
    run_simple(host, port, server, use_reloader=True, use_debugger=False, threaded=True)


def _not_served(_environ: dict, start_response: Callable) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return []


def _follow_assets(app: Dash, *, tools: bool) -> None:
    app.enable_dev_tools(
        debug=True,
        dev_tools_ui=tools,
        dev_tools_props_check=tools,
        dev_tools_prune_errors=tools,
        dev_tools_hot_reload=True,
        dev_tools_serve_dev_bundles=False,  # they need eval, which our Content-Security-Policy forbids
        dev_tools_disable_version_check=True,  # it would ask a server of Dash's makers
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
