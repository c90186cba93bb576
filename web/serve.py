"""``python app.py``: Gunicorn with its own options, or a debug server that reloads on changes."""

import argparse
import re
import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from dash import Dash
from gunicorn.app.base import Application
from gunicorn.config import Config
from werkzeug.serving import is_running_from_reloader, run_simple

from web.address import check_hosts, joined, listened_on
from web.reload import keep_running

CreateDebugServer = Callable[[Callable[[Dash], None] | None], WSGIApplication]
CreateApplication = Callable[[Sequence[object]], WSGIApplication]

_RANGES = {"port": (1, 65535), "workers": (1, 64), "threads": (1, 256)}  # Gunicorn accepts any number and fails later
# Options that --help lists; all others of Gunicorn are accepted, too
_LISTED = {
    "bind", "workers", "threads", "worker_class", "timeout", "graceful_timeout", "keepalive", "loglevel", "accesslog",
    "errorlog", "proc_name", "pythonpath", "user", "forwarded_allow_ips", "certfile", "keyfile", "daemon", "config",
    "print_config",
}  # fmt: skip
_REFERENCE = re.compile(r":ref:`([^`<]+)(?:<[^>]*>)?`")  # Sphinx roles in Gunicorn's help
_ABOUT = """\
Serve Likely with Gunicorn. Its options work as Gunicorn's own, short ones too, here and in GUNICORN_CMD_ARGS;
those that are not listed are in its documentation. What is not given comes from gunicorn.conf.py and from the
environment (docs/DEPLOYING.md lists the settings); the defaults in brackets are those that hold here and now."""


def read_options(config_file: Path, host: str, port: int, arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Parse the command line.

    Parameters
    ----------
    config_file : Path
        Gunicorn's; its values are the defaults that ``--help`` shows.
    host, port
        Default address to listen on.
    arguments : sequence of str, optional
        Command-line arguments; those of the process by default.

    Returns
    -------
    dict
        The options given, by Gunicorn's names of settings and ours: host, port, debug.
    """
    config = Config(usage="%(prog)s [options]", prog="app.py")
    for name, value in runpy.run_path(str(config_file)).items():
        if name in config.settings:
            config.settings[name].default = value
    parser = _parser(config, host, port)
    options = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    if unknown := options.pop("args", None):
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    for name, (low, high) in _RANGES.items():
        if not low <= options.get(name, low) <= high:
            parser.error(f"argument --{name}: {options[name]} is no whole number from {low} to {high}")
    return options


def _parser(config: Config, host: str, port: int) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = config.parser()
    parser.description, parser.formatter_class = _ABOUT, argparse.RawDescriptionHelpFormatter
    for action in parser._actions:
        help_text = action.dest in (*_LISTED, "help", "version") and action.help
        action.help = _REFERENCE.sub(r"\1", help_text) if help_text else argparse.SUPPRESS
    own = parser.add_argument_group("Likely")
    own.add_argument("--host", help=f"Address to listen on. [{host}, HOST]")
    own.add_argument("--port", type=int, help=f"Port to listen on. [{port}, PORT]")
    own.add_argument(
        "--debug",
        action="store_true",
        default=None,
        help="One process that follows your edits, without Gunicorn. [off]",
    )
    return parser


class Gunicorn(Application):
    """Gunicorn for one application, configured by its files, then ``GUNICORN_CMD_ARGS``, then our options.

    `create` gets the addresses; it is called once where Gunicorn preloads, else once a worker. The file of ``--config``
    is read after `config_file`.
    """

    def __init__(self, create: CreateApplication, config_file: Path, options: dict[str, Any]) -> None:
        self._create = create
        self._config_file = config_file
        self._options = options
        super().__init__(prog="app.py")

    def load_config(self) -> None:
        """Read the files, the environment, and the options."""
        self.chdir()
        parsed = vars(self.cfg.parser().parse_args(self.cfg.get_cmd_args_from_env()))
        given = {name: value for name, value in parsed.items() if value is not None and name != "args"} | self._options
        self.load_config_from_file(str(self._config_file))
        if more := given.pop("config", None):
            self.load_config_from_file(more)
        for name, value in given.items():
            self.cfg.set(name, value)
        self.chdir()

    def load(self) -> WSGIApplication:
        """Create the application."""
        return self._create(listened_on(self.cfg))


def serve(create: CreateApplication, config_file: Path, options: dict[str, Any]) -> None:
    """Serve with Gunicorn until stopped; BadAddress where it cannot listen."""
    gunicorn = Gunicorn(create, config_file, options)
    check_hosts(gunicorn.cfg.address)
    gunicorn.run()


def debug(create: CreateDebugServer, folder: Path, host: str, port: int, *, tools: bool) -> None:
    """Serve with one process that restarts when code changes and reloads the page when assets do.

    A syntax error does not end it: the next change restarts it. With `tools`, tracebacks and Dash's developer tools are
    in the browser.
    """
    if is_running_from_reloader():
        server = create(lambda app: _follow_assets(app, tools=tools))
        run_simple(host, port, server, use_reloader=True, use_debugger=False, threaded=True)
        return
    check_hosts([(host, port)])
    sys.stdout.write(f"Debugging on http://{joined(host, port)}\n")
    sys.stdout.flush()
    sys.exit(keep_running(folder, host, port))


def _follow_assets(app: Dash, *, tools: bool) -> None:
    app.enable_dev_tools(
        debug=True,
        dev_tools_ui=tools,
        dev_tools_props_check=tools,
        dev_tools_prune_errors=tools,
        dev_tools_hot_reload=True,
        dev_tools_serve_dev_bundles=False,  # they need eval, which the Content-Security-Policy forbids
        dev_tools_disable_version_check=True,  # it would send a request to Dash's makers
    )
