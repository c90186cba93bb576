"""Static files: cache headers by fingerprint, bodies compressed once a process."""

import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from dash.fingerprint import build_fingerprint, check_fingerprint
from flask import Flask, Response, request
from flask_compress import Compress

from web.asset_bundle import serve_asset_bundle
from web.pages import LeanDash

_ONE_YEAR = "public, max-age=31536000, immutable"
_ONE_HOUR = "public, max-age=3600"
_SUITES = "/_dash-component-suites/"
_ASSETS = "/assets/"
_ICON = "/assets/icon.svg"


def compress_text(server: Flask, *, register: bool = True) -> Compress:
    """Compress the text responses of a Flask application, each time."""
    server.config.update(
        COMPRESS_REGISTER=register,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_MIN_SIZE=1000,
        COMPRESS_STREAMS=False,
    )
    return Compress(server)


def serve_static_files(app: LeanDash) -> None:
    """Compress the text responses of the pages, and let browsers cache fingerprinted files for a year.

    Files do not change while a process lives, so each is compressed once. The fingerprint is checked: during a
    roll-out an old process may be asked for a new file, and its old answer must not be cached for a year.
    """
    server: Flask = app.server
    each_time = compress_text(server, register=False)
    once = _compress_once(server.config)
    if app.plotly_bundle and once.cache:
        once.cache.set(f"br;{app.plotly_bundle.address()}", app.plotly_bundle.compressed())
    serve_asset_bundle(server, app.asset_bundle)
    fingerprints = _Fingerprints(app)

    @server.after_request
    def compress(response: Response) -> Response:
        fingerprinted = fingerprints.match(request.path, request.args.get("m"))
        if request.path == _ICON and response.status_code in (200, 304):
            # Browsers request the icon at each change of the address, which is each change of a value
            response.headers["Cache-Control"] = _ONE_HOUR
        if response.status_code != 200 or not (fingerprinted or request.path.startswith(_SUITES)):
            return each_time.after_request(response)
        response.direct_passthrough = False
        response.get_data()  # reads the file's stream into a body
        # Scripts that other scripts load carry no fingerprint: browsers revalidate them by ETag
        response.headers["Cache-Control"] = _ONE_YEAR if fingerprinted else "no-cache"
        response.headers.pop("Expires", None)
        return once.after_request(response)


def _compress_once(config: Mapping[str, Any]) -> Compress:
    """Flask-Compress with a cache and a higher level: 8 % smaller than level 4; the first request waits for it."""
    settings = Flask("static", static_folder=None)
    settings.config.update(config)
    settings.config.update(
        COMPRESS_BR_LEVEL=6,
        COMPRESS_CACHE_BACKEND=_Memory,
        COMPRESS_CACHE_KEY=lambda asked: f"{asked.path}?m={asked.args.get('m')}",
    )
    return Compress(settings)


class _Memory:
    """Cache of compressed bodies by address. Bounded by the number of files: only status 200 is stored."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._bodies.get(key)

    def set(self, key: str, value: bytes) -> None:
        self._bodies[key] = value


class _Fingerprints:
    """Checks whether an address carries the fingerprint of the file that this process would serve."""

    def __init__(self, app: LeanDash) -> None:
        self._app = app
        self._assets = Path(app.config.assets_folder)

    def match(self, path: str, modified: str | None) -> bool:
        """True when the path, or its ``?m=`` for our own assets, carries the file's present fingerprint."""
        if path.startswith(_SUITES):
            package, _, name = path.removeprefix(_SUITES).partition("/")
            parts = name.rpartition("/")[2].split(".")
            return check_fingerprint(name)[1] and (package, parts[1]) in self._stamps
        if self._app.asset_bundle.matches(path, modified):
            return True
        if path.startswith(_ASSETS) and modified is not None:
            file = self._assets / path.removeprefix(_ASSETS)
            return file.is_file() and modified == str(file.stat().st_mtime)
        return False

    @cached_property
    def _stamps(self) -> frozenset[tuple[str, str]]:
        """Fingerprints of all registered files; a script that loads another passes its own on."""
        registered = self._app.registered_paths
        return frozenset(
            (package, stamp)
            for package, paths in registered.items()
            for path in paths
            if (stamp := _stamp(package, path))
        )


def _stamp(package: str, path: str) -> str:
    """Fingerprint such as ``v4_4_1m1795226782``: version and modification time, as in Dash's addresses."""
    folder = Path(sys.modules[package].__file__ or "").parent
    if not (folder / path).is_file():
        return ""
    # dcc, html and dash_table have versions of their own
    modules = (sys.modules.get(f"{package}.{Path(path).parent}"), sys.modules[package])
    version = next(found for module in modules if (found := getattr(module, "__version__", None)))
    address: str = build_fingerprint("name.js", version, int((folder / path).stat().st_mtime))
    return address.split(".")[1]
