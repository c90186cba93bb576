"""The Dash subclass that we serve: without unused scripts, with the asset bundle, and 404 where there is no page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dash_ag_grid  # type: ignore[import-untyped]  # noqa: F401 - its scripts can be asked for
from dash import Dash
from dash._utils import interpolate_str
from flask import Flask, Response, request

from web.asset_bundle import APART, VENDOR, AssetBundle
from web.mount import prefixed_addresses
from web.plotly_bundle import PlotlyBundle

# Dash always sends these. No page holds a DataTable, and the polyfill is for browsers before 2018
# (the one thing that dcc wants of it, regeneratorRuntime, comes with dash-bootstrap-components too):
# 37 of 285 kB, brotli.
_NOT_NEEDED = re.compile(r'<script src="[^"]*/(?:deps/polyfill@|dash_table/)[^"]*"></script>\n?')

# AG Grid, the table of a campaign's result: 2 MB that only that page needs. The
# script of that page (assets/ts/campaign/table.ts) asks for it at the address that this leaves.
_GRID = re.compile(r'<script src="([^"]*/dash_ag_grid/[^"]*)"></script>\n?')


class LeanDash(Dash):
    """Dash without the scripts that no page uses, and with the asset bundle.

    Parameters
    ----------
    draws : callable, optional
        True when the page at a path draws figures; without it none does.
    change_index : callable, optional
        Changes the parts of the index (HTML by name) before they are sent.
    index_texts : callable
        Gives what stands in the index by name, as HTML in the reader's language.
    """

    def __init__(
        self,
        *args: Any,
        draws: Callable[[str], bool] | None = None,
        change_index: Callable[[dict[str, str]], dict[str, str]] = lambda parts: parts,
        index_texts: Callable[[], dict[str, str]] = dict,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, assets_path_ignore=[f"^{VENDOR}$"], assets_ignore=f"^{APART}$", **kwargs)
        self.change_index, self.index_texts = change_index, index_texts
        self.asset_bundle = AssetBundle(Path(self.config.assets_folder))
        self.plotly_bundle = PlotlyBundle(Path(self.config.assets_folder), draws) if draws else None

    def interpolate_index(self, **kwargs: Any) -> str:
        """Render the index page."""
        if self.plotly_bundle:
            kwargs["metas"] += self.plotly_bundle.meta_tag()
            kwargs["css"] += self.plotly_bundle.preload_link(request.path)
        if grid := _GRID.search(kwargs["scripts"]):
            kwargs["metas"] += f'<meta name="likely-grid" content="{grid[1]}">\n'
            kwargs["scripts"] = _GRID.sub("", kwargs["scripts"])
        kwargs["css"] = self.asset_bundle.link_bundle(kwargs["css"], "css")
        kwargs["scripts"] = self.asset_bundle.link_bundle(_NOT_NEEDED.sub("", kwargs["scripts"]), "js")
        root = request.script_root
        kwargs |= {part: prefixed_addresses(kwargs[part], root) for part in ("metas", "css", "scripts")}
        kwargs = self.change_index(kwargs)
        kwargs["metas"] += f'<meta name="likely-root" content="{root}/">\n'
        entry = kwargs.pop("app_entry")  # last: its texts about models are not searched for placeholders
        index: str = interpolate_str(self.index_string, root=root, **self.index_texts(), **kwargs, app_entry=entry)
        return index

    def _config(self) -> dict[str, Any]:
        """Configuration of Dash's script, with the path prefix of this request."""
        config: dict[str, Any] = super()._config()
        return config | {"requests_pathname_prefix": f"{request.script_root}/"}


def answer_404_where_no_page_is(app: Dash, is_page: Callable[[str], bool]) -> None:
    """Answer 404 where a path is no page's address: Dash gives its index with 200 for every path."""
    index_endpoints = {app.config.routes_pathname_prefix, f"{app.config.routes_pathname_prefix}<path:path>"}

    server: Flask = app.server

    @server.after_request
    def set_status(response: Response) -> Response:
        if request.endpoint in index_endpoints and response.status_code == 200:
            response.headers["Cache-Control"] = "no-cache"  # unlike no-store, keeps the browser's back/forward cache
            response.vary.add("Accept-Language")  # sentences and numbers are in the reader's language
            if not is_page(request.path):
                response.status_code = 404
        return response
