"""Path prefix of links in JSON responses, where the service runs below one."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask, Response, request

_MARK = b'"links"'


def register(app: Flask) -> None:
    """Rewrite the links of every JSON response; without a prefix nothing is parsed."""

    @app.after_request
    def lead_outside(response: Response) -> Response:
        root = request.script_root
        if root and response.mimetype == "application/json" and not response.is_streamed:
            body = response.get_data()
            if _MARK in body:
                response.set_data(orjson.dumps(outside(orjson.loads(body), root)))
        return response


def outside(node: Any, root: str) -> Any:
    """The same JSON, with the prefix before the paths of ``links`` objects."""
    if isinstance(node, list):
        return [outside(each, root) for each in node]
    if not isinstance(node, dict):
        return node
    return {name: _led(each, root) if name == "links" else outside(each, root) for name, each in node.items()}


def _led(links: Any, root: str) -> Any:
    if not isinstance(links, dict):
        return outside(links, root)
    return {
        name: root + path if isinstance(path, str) and path.startswith("/") else path for name, path in links.items()
    }
