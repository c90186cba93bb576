"""Same-origin check (CSRF protection): whether a request was sent by a page of another site."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

OWN = ("same-origin", "none")  # none: typed into the address bar, or a bookmark
READS = ("GET", "HEAD", "OPTIONS")
# What a form of another site can send without asking first: https://fetch.spec.whatwg.org/#cors-safelisted-request-header
OF_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "")


def is_foreign(environ: WSGIEnvironment, allowed: Collection[str] = ()) -> bool:
    """True for requests of another site's page. Programs send neither header; browsers always do.

    Origins in `allowed` count as our own; ``*`` for all.
    """
    origin, site = environ.get("HTTP_ORIGIN", ""), environ.get("HTTP_SEC_FETCH_SITE", "")
    if origin in allowed or "*" in allowed:
        return False
    if site:  # reliable behind proxies, too; browsers omit it over plain HTTP
        return site not in OWN
    return bool(origin) and urlsplit(origin).netloc != environ.get("HTTP_HOST", "")


def may_be_forged(environ: WSGIEnvironment) -> bool:
    """True for a write in somebody's session that a page of another site may have sent.

    It says so, or it says nothing of where it comes from and has a content type that an HTML form can send. Browsers
    send JSON of another site's page only after a preflight request, which is not granted.
    """
    if environ.get("HTTP_ORIGIN") or environ.get("HTTP_SEC_FETCH_SITE"):
        return is_foreign(environ)
    return environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() in OF_FORMS
