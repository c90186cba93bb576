"""The index page with a prerendered page in it, and with the scripts of Dash deferred until that has been painted."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

from flask import request

from ml.service import Service
from prerender.within_deadline import prerender
from web.asset_bundle import stamped

SCRIPT = "bundle/prerender.js"  # of assets/: starts the deferred scripts, and takes the prerendered page away
_ADDRESSES = re.compile(r'<script\b[^>]* src="([^"]+)"')
_TAG = re.compile(r"<script\b")
_TYPE = re.compile(r' type="[^"]*"')
_WITHOUT_SCRIPTS = "<noscript><style>#prerender { display: none; }</style></noscript>"


class Prerenderer:
    """Puts prerendered pages into Dash's index page, at paths of pages that draw figures."""

    def __init__(self, service: Service, draws: Callable[[str], bool], assets: Path) -> None:
        self._service, self._draws, self._assets = service, draws, assets

    def __call__(self, index: dict[str, str]) -> dict[str, str]:
        """The parts of the index page, HTML by the names that Dash gives them, for the requested page."""
        if request.method != "GET" or not self._draws(request.path):
            return index
        query = request.query_string.decode("utf-8", "replace")
        page = prerender(self._service, request.path, f"?{query}" if query else "")
        if page is None:
            return index
        starter = request.script_root + stamped(self._assets / SCRIPT, self._assets)
        ahead = [f'<link rel="preload" as="script" href="{at}">\n' for at in _ADDRESSES.findall(index["scripts"])]
        return index | {
            "title": escape(page.title),
            "css": index["css"] + "".join(ahead),
            "app_entry": f"{index['app_entry']}\n{page.html}\n{_WITHOUT_SCRIPTS}\n",
            "scripts": f'<script src="{starter}"></script>\n{_deferred(index["scripts"])}',
            "renderer": _deferred(index["renderer"]),
        }


def _deferred(scripts: str) -> str:
    """Deferred scripts: a browser does not run types that it does not know."""
    return _TAG.sub('<script type="text/deferred"', _TYPE.sub("", scripts))
