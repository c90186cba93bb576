"""Representations of scores, by content negotiation: JSON, plain labels, or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from api.http.errors import NotAcceptable, short
from ml.batch.result_columns import score_cells, score_header, unique_names
from ml.bundle.scored import Score, Scored
from ml.errors import Problem
from ml.files.cells.safe_cells import safe_cell

Writer = Callable[[Scored], bytes]
JSON, TEXT = "application/json", "text/plain"


class Answer(NamedTuple):
    """Body of a response with its content type and model key.

    Attributes
    ----------
    content_type : str
    body : bytes
    key : str
        Key of the version that scored.
    """

    content_type: str
    body: bytes
    key: str

    @classmethod
    def of(cls, scored: Scored, accept: str, notes: Sequence[str] = ()) -> Answer:
        """Scores in the representation that an Accept header asks for; notes on a table are in JSON only."""
        content_type, write = choose(accept)
        if notes and content_type == JSON:
            return cls.in_json(whole(scored) | {"notes": notes}, scored.model.key)
        return cls(content_type, write(scored), scored.model.key)

    @classmethod
    def in_json(cls, data: dict[str, Any], key: str) -> Answer:
        """Any data as JSON."""
        return cls(JSON, orjson.dumps(data), key)


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
    found = parse_accept_header(accept, MIMEAccept).best_match([first, *_WRITERS])
    if found is None:
        raise NotAcceptable(f"No answer can be given as {accept[:80]!r}.", f"Accepted: {', '.join(_WRITERS)}.")
    return _WRITERS[found]


def as_json(scored: Scored) -> bytes:
    """Serialize scores as JSON; probabilities with all digits."""
    return orjson.dumps(whole(scored))


def whole(scored: Scored) -> dict[str, Any]:
    """Scores as JSON values."""
    outcomes = scored.model.outcomes
    predictions = [prediction(outcomes.names, outcomes.exclusive, score) for score in scored.scores]
    return {"model": scored.model.key, "outcomes": outcomes.names, "predictions": predictions}


def labels_beside(data: dict[str, Any]) -> dict[str, Any]:
    """Add the labels alone, under the two names that older clients expect."""
    labels = [each["label"] for each in data["predictions"]]
    return data | {"prediction": labels, "results": labels}


def prediction(names: tuple[str, ...], exclusive: bool, score: Score) -> dict[str, Any]:
    """One score as JSON values; the label is null where a value is blank, for then the estimator was not called."""
    given = score.probabilities
    label = score.labels if not exclusive else score.labels[0] if score.labels else None
    made: dict[str, Any] = {
        "id": score.id,
        "label": label,
        "probabilities": None if given is None else dict(zip(names, given, strict=True)),
    }
    return made | notes_of(score.notes)


def notes_of(notes: Sequence[Problem]) -> dict[str, Any]:
    """Notes on a record's values as JSON; empty where there are none."""
    said = [{"feature": note.feature, "value": short(note.value), "message": note.message} for note in notes]
    return {"notes": said} if said else {}


def as_text(scored: Scored) -> bytes:
    """Serialize labels, a line a record; an empty line where none of several outcomes is predicted."""
    lines = (" ".join(", ".join(score.labels).splitlines()) for score in scored.scores)
    return "".join(f"{line}\n" for line in lines).encode()


def as_csv(scored: Scored) -> bytes:
    """Serialize scores as CSV, with formulas escaped for spreadsheets."""
    record_id, outcomes = scored.model.schema.record_id, scored.model.outcomes
    file = io.StringIO()
    writer = csv.writer(file)
    given = [record_id] if record_id else []
    writer.writerow([*map(safe_cell, given), *unique_names(score_header(outcomes), given)])
    for score in scored.scores:
        writer.writerow([*([safe_cell(score.id or "")] if record_id else []), *score_cells(outcomes, score)])
    return file.getvalue().encode()


_WRITERS: dict[str, tuple[str, Writer]] = {
    JSON: (JSON, as_json),
    TEXT: ("text/plain; charset=utf-8", as_text),
    "text/csv": ("text/csv; charset=utf-8; header=present", as_csv),
}
