"""Dash as we serve it: nothing sent that no page needs, and 404 where there is no page."""

import re
from collections.abc import Callable
from typing import Any

from dash import Dash
from flask import Response, request

# Dash always sends these. No page holds a DataTable, and the polyfill is for browsers before 2018
# (the one thing that dcc wants of it, regeneratorRuntime, comes with dash-bootstrap-components too):
# 37 of 285 kB, brotli.
_NOT_NEEDED = re.compile(r'<script src="[^"]*/(?:deps/polyfill@|dash_table/)[^"]*"></script>\n?')


class LeanDash(Dash):
    """Dash without the scripts that no page of ours uses."""

    def interpolate_index(self, *args: Any, **kwargs: Any) -> str:
        """Write the index page."""
        kwargs["scripts"] = _NOT_NEEDED.sub("", kwargs["scripts"])
        return super().interpolate_index(*args, **kwargs)


def answer_404_where_no_page_is(app: Dash, is_page: Callable[[str], bool]) -> None:
    """Dash gives its index for every path; where no page is, the status says so and the page too.

    Parameters
    ----------
    app : Dash
    is_page : callable
        Whether a path is the address of a page.
    """
    index_endpoints = {app.config.routes_pathname_prefix, f"{app.config.routes_pathname_prefix}<path:path>"}

    @app.server.after_request
    def set_status(response: Response) -> Response:
        if request.endpoint in index_endpoints and response.status_code == 200:
            response.headers["Cache-Control"] = "no-cache"  # unlike no-store, Back stays instant
            if not is_page(request.path):
                response.status_code = 404
        return response
