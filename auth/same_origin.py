"""Same-origin check (CSRF protection): whether a request was sent by a page of another site."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

OWN = ("same-origin", "none")  # none: typed into the address bar, or a bookmark
READS = ("GET", "HEAD", "OPTIONS")


def is_foreign(environ: WSGIEnvironment, allowed: Collection[str] = ()) -> bool:
    """True for requests of another site's page. Programs send neither header; browsers always do.

    Parameters
    ----------
    environ : dict
    allowed : collection of str
        Origins that count as our own; ``*`` for all.
    """
    origin, site = environ.get("HTTP_ORIGIN", ""), environ.get("HTTP_SEC_FETCH_SITE", "")
    if origin in allowed or "*" in allowed:
        return False
    if site:  # reliable behind proxies, too; browsers omit it over plain HTTP
        return site not in OWN
    return bool(origin) and urlsplit(origin).netloc != environ.get("HTTP_HOST", "")
