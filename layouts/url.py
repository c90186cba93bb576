"""The addresses of the pages: read and written here, nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ml.registry import NAME

Kind = Literal["home", "gallery", "predict", "insights", "performance", "campaign"]
OF_A_MODEL: tuple[Kind, ...] = ("predict", "insights", "performance", "campaign")
LONGEST = 512


@dataclass(frozen=True)
class Page:
    """What an address names.

    Attributes
    ----------
    kind : {"home", "gallery", "predict", "insights", "performance", "campaign"}
    model : str or None
        Name or key of a model, for the pages that are about one. Whether there is such a model,
        the service knows.
    """

    kind: Kind
    model: str | None = None


def parse(path: str | None) -> Page | None:
    """The page at a path such as ``/iris/predict``, or ``/iris`` for short; None where no page is."""
    if not path or len(path) > LONGEST:
        return None
    parts = unquote(path).strip("/").split("/")
    if parts == [""]:
        return Page("home")
    if parts == ["gallery"]:
        return Page("gallery")
    if len(parts) == 1:
        parts.append("predict")
    if len(parts) != 2 or parts[1] not in OF_A_MODEL:
        return None
    name, at, _ = parts[0].partition("@")
    named = NAME.fullmatch(name) and (not at or len(parts[0]) < LONGEST)
    return Page(parts[1], parts[0]) if named else None


def href(kind: Kind, model: str | None = None, **query: str) -> str:
    """The address of a page; the inverse of :func:`parse`."""
    path = {"home": "/", "gallery": "/gallery"}.get(kind) or f"/{quote(model or '', safe='@')}/{kind}"
    return f"{path}?{urlencode(query)}" if query else path


def query_of(search: str | None) -> dict[str, str]:
    """Names and values of ``?name=value&…``; of a name that comes twice the last counts."""
    return dict(parse_qsl((search or "").lstrip("?"), keep_blank_values=True))
