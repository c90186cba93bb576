"""Path prefix of links in JSON responses, where the service runs below one."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask, Response, request

_MARK = b'"links"'


def register(app: Flask) -> None:
    """Rewrite the links of every JSON response; without a prefix nothing is parsed."""

    @app.after_request
    def add_prefix(response: Response) -> Response:
        root = request.script_root
        if root and response.mimetype == "application/json" and not response.is_streamed:
            body = response.get_data()
            if _MARK in body:
                response.set_data(orjson.dumps(with_prefix(orjson.loads(body), root)))
        return response


def with_prefix(node: Any, root: str) -> Any:
    """Add the path prefix to the paths of ``links`` objects in an answer."""
    if isinstance(node, list):
        return [with_prefix(each, root) for each in node]
    if not isinstance(node, dict):
        return node
    return {name: _prefixed(each, root) if name == "links" else with_prefix(each, root) for name, each in node.items()}


def _prefixed(links: Any, root: str) -> Any:
    if not isinstance(links, dict):
        return with_prefix(links, root)
    return {
        name: root + path if isinstance(path, str) and path.startswith("/") else path for name, path in links.items()
    }
