"""CSRF protection: requests of other sites' pages may compute scores, but not change any state.

A browser sends another site's forms to any address that it reaches, in an intranet too. That site cannot read
the response (CORS, see ``web/origins.py``), but the change would be made. So all methods that may change state are
refused to other sites, except at addresses that only compute.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar
from wsgiref.types import WSGIEnvironment

from auth.same_origin import READS, is_foreign
from ml.errors import LikelyError

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "only_computes"


class ForeignSite(LikelyError):
    """A page of another site requests a change of state."""

    code = "foreign_site"


def computes(view: View) -> View:
    """Mark a view as free of side effects: pages of any site may POST to it."""
    setattr(view, _MARK, True)
    return view


def check(view: Callable[..., Any], environ: WSGIEnvironment, allowed: Collection[str]) -> None:
    """Refuse a request of another site's page that would change state.

    Raises
    ------
    ForeignSite
    """
    if environ["REQUEST_METHOD"] in READS or getattr(view, _MARK, False) or not is_foreign(environ, allowed):
        return
    origin = environ.get("HTTP_ORIGIN", "another site")
    raise ForeignSite(f"A page of {origin[:200]} may not do this.", "ALLOWED_ORIGINS names the sites whose pages may.")
