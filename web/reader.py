"""Who reads: the marks of their numbers, from Accept-Language, for the pages only.

The API, files and addresses are for programs and stay as they are; its application has no hooks
before its requests, which would close its short way.
"""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, request

from ml.marks import preferred, reading


def write_as_readers_do(server: Flask) -> None:
    """Set the reader's marks before each request of the pages, and take them back after it."""

    @server.before_request
    def begin() -> None:
        g.reader = ExitStack()
        g.reader.enter_context(reading(preferred(request.headers.get("Accept-Language", ""))))

    @server.teardown_request
    def end(_error: BaseException | None) -> None:
        reader = g.pop("reader", None)
        if reader is not None:
            reader.close()
