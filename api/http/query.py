"""Query parameters: each view declares its own, and all others are refused.

An unknown parameter is a mistake of the client (``?cut_off=`` for ``?cutoff=``), and ignoring it would give another
result than intended. The check is in one place, for all addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from api.http import cross_site
from ml.errors import LikelyError

ANY = "*"  # the view accepts any names and checks them itself
_MARK = "query_names"

View = TypeVar("View", bound=Callable[..., Any])


class BadParameter(LikelyError):
    """A query parameter is unknown, or its value is not accepted."""

    code = "bad_parameter"


def takes(*names: str) -> Callable[[View], View]:
    """Declare the query parameters of a view; a view without this takes none."""

    def mark(view: View) -> View:
        setattr(view, _MARK, names)
        return view

    return mark


def taken_by(view: Callable[..., Any]) -> tuple[str, ...]:
    """The query parameters that a view declares."""
    return getattr(view, _MARK, ())


def check(names: Sequence[str], query: Mapping[str, str]) -> None:
    """Refuse unknown and repeated parameters.

    Raises
    ------
    BadParameter
    """
    for name, values in (query if isinstance(query, MultiDict) else MultiDict(query)).lists():
        if name not in names and ANY not in names:
            accepted = f"Accepted: {', '.join(names)}." if names else "This address takes none."
            raise BadParameter(f"There is no parameter {name[:80]!r}.", accepted)
        if len(values) > 1:
            raise BadParameter(f"{name[:80]} came {len(values)} times.", "Send each parameter once.")


class CheckedFlask(Flask):
    """Flask that checks each request before its view; not by a hook, which would disable the fast path."""

    origins: Collection[str] = ()
    """Other sites whose pages may change state here."""

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Run the hooks, then check parameters and origin."""
        answered = super().preprocess_request()
        view = self.view_functions.get(request.endpoint or "")
        if answered is None and view is not None and request.method != "OPTIONS":
            cross_site.check(view, request.environ, self.origins)
            check(taken_by(view), request.args)
        return answered
