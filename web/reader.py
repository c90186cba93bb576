"""Locale of a request of the pages: language and number format from Accept-Language, and path prefix of addresses.

The API, files and addresses are for programs and are not localized; the API's application has no before_request
hooks, which would disable its fast path.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from flask import Flask, g, request

from ml.locale import preferred_format, use_number_format
from ml.translation import preferred_language, use_language


def set_reader_locale(server: Flask, under: Callable[[str], AbstractContextManager[None]]) -> None:
    """Set language, number format and path prefix before each request of the pages, and reset them after it.

    Within the context manager of `under` addresses are written with a prefix.
    """

    @server.before_request
    def begin() -> None:
        g.reader = ExitStack()
        languages = request.headers.get("Accept-Language", "")
        g.reader.enter_context(use_language(preferred_language(languages)))
        g.reader.enter_context(use_number_format(preferred_format(languages)))
        g.reader.enter_context(under(request.script_root))

    @server.teardown_request
    def end(_error: BaseException | None) -> None:
        reader = g.pop("reader", None)
        if reader is not None:
            reader.close()
