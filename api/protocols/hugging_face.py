"""``{"inputs": …}``, as an inference endpoint of Hugging Face takes it, at the addresses for programs.

https://huggingface.co/docs/inference-providers/tasks. A table (``{"table": {column: […]}}`` or
``{"inputs": {"data": {column: […]}}}``) gets a list of labels, as tabular classification has it;
other inputs get a list of labels with scores for each record, the likeliest first, as text
classification has it. Errors are ``{"error": "…"}``.
"""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from api.http.errors import refusal_of
from api.http.json_tables import in_columns, names_of, rows_or_records
from api.protocols.common import in_json, json_object, score_request
from api.v1.predict import Predict
from ml.bundle.scored import Score, Scored
from ml.data.schema import Schema
from ml.errors import LikelyError, Unreadable

INPUTS, TABLE = "inputs", "table"
OPTION_KEYS = {"parameters", "options"}  # may stand beside them; of these top_k alone is read
HINT = 'Send {"inputs": {"data": {"feature": [value, …]}}}, or {"inputs": [{"feature": value}, …]}.'


def parse_body(body: bytes, schema: Schema, most: int) -> dict[str, Any] | None:
    """Parse a body of this protocol, whatever its content type; None where it is of another."""
    if not body.lstrip().startswith(b"{") or not any(f'"{key}"'.encode() in body for key in (INPUTS, TABLE)):
        return None
    try:
        data = json_object(body, HINT, schema, most)
    except LikelyError:
        return None  # reported by the next reader
    keys = data.keys() - OPTION_KEYS
    return data if keys in ({INPUTS}, {TABLE}) and not keys & names_of(schema) else None


def respond(predict: Predict, name: str, data: dict[str, Any]) -> ResponseReturnValue:
    """Response to a body of this protocol."""
    try:
        bundle = predict.service.model(name)
        records, tabular = _records(data, bundle.schema.names, predict.most)
        scored = score_request(predict.service, bundle, records, predict.most)
        if tabular or bundle.offers != "probabilities":
            return in_json([", ".join(score.labels) for score in scored.scores], scored)
        most = _top(data.get("parameters"))
        return in_json([_ranked(scored, score)[:most] for score in scored.scores], scored)
    except LikelyError as error:
        refusal = refusal_of(error)
        return {"error": refusal.words}, refusal.status


def _records(data: dict[str, Any], names: tuple[str, ...], most: int) -> tuple[list[Any], bool]:
    """The records, and True when they came as a table."""
    inputs = data.get(INPUTS, data.get(TABLE))
    table = inputs.get("data") if isinstance(inputs, dict) and inputs.keys() == {"data"} and INPUTS in data else None
    if isinstance(table, dict):
        return in_columns(table, most), True
    if isinstance(inputs, dict):
        return in_columns(inputs, most), TABLE in data
    return rows_or_records(inputs if isinstance(inputs, list) else [inputs], names, most), False


def _ranked(scored: Scored, score: Score) -> list[dict[str, Any]]:
    pairs = zip(scored.model.outcomes.names, score.probabilities or (), strict=True)
    return [{"label": name, "score": p} for name, p in sorted(pairs, key=lambda pair: -pair[1])]


def _top(parameters: Any) -> int | None:
    most = parameters.get("top_k") if isinstance(parameters, dict) else None
    if most is None:
        return None
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise Unreadable(f"top_k is {str(most)[:40]!r}.", "It is a whole number from 1.")
    return most
