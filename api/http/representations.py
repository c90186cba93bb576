"""Representations of scores, by content negotiation: JSON, plain labels, or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from api.http.statuses import NotAcceptable
from ml.batch.result_columns import score_cells, score_header, unique_names
from ml.bundle.score_json import prediction
from ml.bundle.scored import AT_ONCE, Score, Scored
from ml.files.cells.safe_cells import safe_cell

Writer = Callable[[Scored], bytes]
JSON, TEXT = "application/json", "text/plain"
PARAMETERS = {"charset": ("utf-8", "utf8"), "header": ("present",)}  # of the types that are answered


class ResponseBody(NamedTuple):
    """Body of a response with its content type and model key."""

    content_type: str
    body: bytes
    key: str
    """Key of the version that scored."""

    @classmethod
    def of(cls, scored: Scored, accept: str, notes: Sequence[str] = ()) -> ResponseBody:
        """Scores in the representation that an Accept header asks for; notes on a table are in JSON only."""
        content_type, write = choose(accept)
        if notes and content_type == JSON:
            return cls(JSON, as_json(scored, notes), scored.model.key)
        return cls(content_type, write(scored), scored.model.key)

    @classmethod
    def in_json(cls, data: dict[str, Any], key: str) -> ResponseBody:
        """Any data as JSON."""
        return cls(JSON, orjson.dumps(data), key)


def accepted(accept: str) -> MIMEAccept:
    """The types of an Accept header, without their parameters; one that contradicts ours is left out.

    Many clients name the charset, and some ask for more than there is, such as an indent of JSON.
    """
    ranges = []
    for each, weight in parse_accept_header(accept, MIMEAccept):
        kind, options = parse_options_header(each)
        if all(options.get(name, ours[0]).lower() in ours for name, ours in PARAMETERS.items()):
            ranges.append((kind, weight))
    return MIMEAccept(ranges)


def choose(accept: str, first: str = JSON) -> tuple[str, Writer]:
    """Choose content type and writer by an Accept header.

    Parameters
    ----------
    accept : str
        The header's value.
    first : str
        The default content type.

    Raises
    ------
    NotAcceptable
        The client accepts none of the supported types.
    """
    if accept in ("", "*/*", first):
        return _WRITERS[first]
    chosen = accepted(accept).best_match([first, *_WRITERS])
    if chosen is None:
        raise NotAcceptable(f"No answer can be given as {accept[:80]!r}.", f"Accepted: {', '.join(_WRITERS)}.")
    return _WRITERS[chosen]


def as_json(scored: Scored, notes: Sequence[str] = ()) -> bytes:
    """Serialize scores as JSON, as :func:`whole` gives them, some at a time; probabilities with all digits."""
    outcomes = scored.model.outcomes
    file = io.BytesIO()
    file.write(orjson.dumps({"model": scored.model.key, "outcomes": outcomes.names})[:-1] + b',"predictions":[')
    for at, some in enumerate(_parts(scored.scores)):
        content = orjson.dumps([prediction(outcomes.names, outcomes.exclusive, score) for score in some])
        file.write((b"," if at else b"") + content[1:-1])
    file.write(b"]" + (b',"notes":' + orjson.dumps(notes) if notes else b"") + b"}")
    return file.getvalue()  # which copies nothing


def _parts(scores: Sequence[Score]) -> Iterator[list[Score]]:
    """Scores as JSON text, a thousand at a time: as objects they take many times the memory."""
    rest = iter(scores)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def whole(scored: Scored) -> dict[str, Any]:
    """Scores as JSON values."""
    outcomes = scored.model.outcomes
    predictions = [prediction(outcomes.names, outcomes.exclusive, score) for score in scored.scores]
    return {"model": scored.model.key, "outcomes": outcomes.names, "predictions": predictions}


def as_text(scored: Scored) -> bytes:
    """Serialize labels, a line a record; an empty line where none of several outcomes is predicted."""
    lines = (" ".join(", ".join(score.labels).splitlines()) for score in scored.scores)
    return "".join(f"{line}\n" for line in lines).encode()


def as_csv(scored: Scored) -> bytes:
    """Serialize scores as CSV, with formulas escaped for spreadsheets."""
    record_id, outcomes = scored.model.schema.record_id, scored.model.outcomes
    given = [record_id] if record_id else []
    file = io.BytesIO()
    file.write(_lines([[*map(safe_cell, given), *unique_names(score_header(outcomes), given)]]))
    for some in _parts(scored.scores):
        file.write(_lines(_row(scored, score) for score in some))
    return file.getvalue()


def _row(scored: Scored, score: Score) -> list[str]:
    own = [safe_cell(score.id or "")] if scored.model.schema.record_id else []
    return [*own, *score_cells(scored.model.outcomes, score)]


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


_WRITERS: dict[str, tuple[str, Writer]] = {
    JSON: (JSON, as_json),
    TEXT: ("text/plain; charset=utf-8", as_text),
    "text/csv": ("text/csv; charset=utf-8; header=present", as_csv),
}
