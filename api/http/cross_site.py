"""What a page of another site may have a visitor's browser do here: ask for scores, and change nothing.

A browser sends forms to any address that it reaches, an intranet's too, whoever wrote them. The page
that sends one cannot read the answer (see ``web/origins.py``), but what was changed is changed. So
all methods that may change something are refused to other sites, except at addresses that only compute.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from ml.errors import LikelyError

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "only_computes"
READS = ("GET", "HEAD", "OPTIONS")
OWN = ("same-origin", "none")  # none: typed into the address bar, or a bookmark


class ForeignSite(LikelyError):
    """A page of another site asks for a change."""

    code = "foreign_site"


def computes(view: View) -> View:
    """Mark a view that takes a POST and changes nothing: any site may send it."""
    setattr(view, _MARK, True)
    return view


def check(view: Callable[..., Any], environ: WSGIEnvironment, allowed: Collection[str]) -> None:
    """Refuse a change that a page of another site asks for.

    Raises
    ------
    ForeignSite
    """
    if environ["REQUEST_METHOD"] in READS or getattr(view, _MARK, False) or not _foreign(environ, allowed):
        return
    origin = environ.get("HTTP_ORIGIN", "another site")
    raise ForeignSite(f"A page of {origin[:200]} may not do this.", "ALLOWED_ORIGINS names the sites whose pages may.")


def _foreign(environ: WSGIEnvironment, allowed: Collection[str]) -> bool:
    """Whether a page of another site sends it. Programs send neither header; a browser cannot leave them out."""
    origin, site = environ.get("HTTP_ORIGIN", ""), environ.get("HTTP_SEC_FETCH_SITE", "")
    if origin in allowed or "*" in allowed:
        return False
    if site:  # told by the browser itself, wherever a proxy has us listen; not over plain HTTP
        return site not in OWN
    return bool(origin) and urlsplit(origin).netloc != environ.get("HTTP_HOST", "")
