"""Helpers of the protocols: JSON bodies of any content type, and results of the estimator's ``predict``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask.typing import ResponseReturnValue

from api.contract.requests import ExtraQuery
from api.http.containers import check_containers
from api.http.errors import check_count
from api.http.json_tables import drop_unknown_fields, names_of
from api.http.request_ids import MODEL
from api.http.validated import read_query
from ml.bundle.scored import Scored
from ml.data.schema import Schema
from ml.errors import NoRecords, Unreadable
from ml.files.readers.json_text import parse_json, utf8_text
from ml.metrics.evaluation import no_probabilities
from ml.service import Bundle, Service

METHODS = ("predict", "predict_proba")


def json_object(body: bytes, hint: str, schema: Schema, most: int) -> dict[str, Any]:
    """Parse a body as a JSON object, whatever its content type: ``curl -d`` declares a form.

    Parameters
    ----------
    hint : str
        The shape that the protocol takes.
    schema : Schema
        The model's.
    most : int
        Maximum number of records in one request.

    Raises
    ------
    Unreadable, TooManyRecords
    """
    text = utf8_text(body)
    check_containers(text, most, lambda: names_of(schema))
    data = parse_json(text, "The body", nan=True)
    if not isinstance(data, dict):
        raise Unreadable("The body holds no object.", hint)
    return data


def only_form(data: Any, forms: Sequence[str], hint: str) -> str:
    """Name of the form in which a body holds its records.

    Raises
    ------
    Unreadable
        It holds none or several of the forms.
    """
    present = [form for form in forms if isinstance(data, dict) and form in data]
    if len(present) != 1:
        content = ", ".join(map(str, data))[:200] if isinstance(data, dict) else "no object"
        raise Unreadable(f"The body holds {content or 'nothing'}.", hint)
    return present[0]


def score_request(service: Service, bundle: Bundle, records: list[Any], most: int) -> Scored:
    """Score the records of the current request, up to the limit; with ``extra=ignore`` without unknown fields.

    Raises
    ------
    NoRecords, TooManyRecords, InvalidRecord, BadParameter, Unreadable
    """
    if not records:
        raise NoRecords("There is no record in the body.")
    check_count(len(records), most)
    if read_query(ExtraQuery).extra == "ignore":
        records, _ = drop_unknown_fields(records, names_of(bundle.schema))
    return service.score(bundle.key, records)


def predictions(scored: Scored, method: str = METHODS[0]) -> list[Any]:
    """Results of the estimator's own ``predict`` or ``predict_proba`` as plain lists."""
    outcomes = scored.model.outcomes
    if method == METHODS[1]:
        if scored.model.offers != "probabilities":
            raise no_probabilities()
        return [score.probabilities for score in scored.scores]
    if not outcomes.exclusive:
        return [[int(name in score.labels) for name in outcomes.names] for score in scored.scores]
    values = {item.name: item.value for item in outcomes.items}
    return [values[score.labels[0]] for score in scored.scores]


def method_of(value: object, name: str = "predict_method") -> str:
    """The method that a client requests; ``predict`` by default."""
    method = METHODS[0] if value is None else value
    if method not in METHODS:
        raise Unreadable(f"{name} is {str(method)[:40]!r}.", f"Accepted: {', '.join(METHODS)}.")
    return str(method)


def in_json(data: dict[str, Any] | list[Any], scored: Scored) -> ResponseReturnValue:
    """A JSON response with the key of the version that scored."""
    return data, {MODEL: scored.model.key}
