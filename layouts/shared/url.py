"""The addresses of the pages: read and written here, nowhere else.

Behind a reverse proxy they may begin with a path prefix (``/apps/likely``), another for each request: within
:func:`under` they are written with it, and :func:`inside` takes it off what a browser says.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ml.context import holding
from ml.lifecycle.model_folder import NAME

Kind = Literal["home", "gallery", "today", "predict", "insights", "performance", "campaign", "results", "versions"]
OF_A_MODEL: tuple[Kind, ...] = ("predict", "insights", "performance", "campaign", "results", "versions")
OF_ALL: dict[Kind, str] = {"home": "/", "gallery": "/gallery", "today": "/today"}
LONGEST = 512
TODAY = "today:"  # before the id of a list and the number of a row of its campaign: somebody to call
CAMPAIGN = "campaign:"  # before the id of a campaign or a list, and the number of a row: in place of a record's id
_root: ContextVar[str] = ContextVar("root", default="")


@dataclass(frozen=True)
class Page:
    """A page, as named by an address."""

    kind: Kind
    model: str | None = None
    """Name or key of a model, for the pages that are about one. Such a model need not exist."""


def parse(path: str | None) -> Page | None:
    """The page at a path such as ``/iris/predict``, or ``/iris`` for short; None where no page is."""
    if not path or len(path) > LONGEST:
        return None
    parts = unquote(path).strip("/").split("/")
    own = next((kind for kind, at in OF_ALL.items() if parts == [at[1:]]), None)
    if own is not None:
        return Page(own)
    if len(parts) == 1:
        parts.append("predict")
    if len(parts) != 2 or parts[1] not in OF_A_MODEL:
        return None
    name, at, _ = parts[0].partition("@")
    named = NAME.fullmatch(name) and (not at or len(parts[0]) < LONGEST)
    return Page(parts[1], parts[0]) if named else None


def under(root: str) -> AbstractContextManager[None]:
    """Context in which addresses begin with a prefix such as ``/apps/likely``; empty for none."""
    return holding(_root, root)


def inside(path: str) -> str:
    """A path as the browser has it, without the prefix."""
    root = _root.get()
    return path[len(root) :] or "/" if root and (path == root or path.startswith(f"{root}/")) else path


def outside(path: str) -> str:
    """A path of this service as the browser asks for it, with the prefix."""
    return _root.get() + path


def href(kind: Kind, model: str | None = None, **query: str) -> str:
    """The address of a page; the inverse of :func:`parse` of what is :func:`inside`."""
    path = OF_ALL.get(kind) or f"/{quote(model or '', safe='@')}/{kind}"
    return outside(f"{path}?{urlencode(query)}" if query else path)


def query_of(search: str | None) -> dict[str, str]:
    """Names and values of ``?name=value&…``; the last value of a repeated name."""
    return dict(parse_qsl((search or "").lstrip("?"), keep_blank_values=True))
