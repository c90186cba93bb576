"""The Open Inference Protocol, version 2, of KServe, MLServer and Triton.

https://github.com/kserve/open-inference-protocol. Inputs are one tensor a feature; outputs are
called as MLServer's scikit-learn runtime calls them, `predict` and `predict_proba`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, request

from api.http.containers import check_containers
from api.http.cross_site import computes
from api.http.errors import register_error_shape
from api.http.json_tables import names_of
from api.http.query import takes
from api.http.request_ids import MODEL
from api.protocols.common import predictions, score_request
from api.protocols.kserve_v1 import versioned
from api.protocols.tensors import Tensor, as_bytes, read_tensors, records_of
from api.v1.health import serves
from ml.bundle.scored import Scored
from ml.data.feature import Feature
from ml.data.outcomes import Outcomes
from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.readers.json_text import parse_json, repeated
from ml.lifecycle.versions import others
from ml.metrics.evaluation import no_probabilities
from ml.service import Bundle, Service

LABELS, PROBABILITIES = "predict", "predict_proba"
JSON_SIZE = "Inference-Header-Content-Length"
_DATATYPES = {"number": "FP64", "integer": "INT64", "boolean": "BOOL"}


@dataclass(frozen=True)
class RequestedOutput:
    """A requested output: its name, and True for binary data."""

    name: str
    binary: bool


def register(app: Flask, service: Service, ready: Callable[[], Mapping[str, str | None]], most: int) -> None:
    """Add the routes under ``/v2``.

    Parameters
    ----------
    ready : callable
        Health check: each part of the service and its fault, None where it is well.
    most : int
        Maximum number of records in one request.
    """
    v2 = Blueprint("v2", __name__, url_prefix="/v2")

    @v2.get("")
    def about() -> dict[str, Any]:
        """Server metadata, with the supported extensions."""
        return {"name": "likely", "version": "1", "extensions": ["binary_tensor_data"]}

    @v2.get("/health/live")
    def live() -> dict[str, Any]:
        """Liveness: the process answers."""
        return {"live": True}

    @v2.get("/health/ready")
    def is_ready() -> tuple[dict[str, Any], int]:
        """Readiness, as ``/readyz``."""
        yes = serves(ready())
        return {"ready": yes}, 200 if yes else 503

    @v2.get("/models/<name>")
    @v2.get("/models/<name>/versions/<fingerprint>")
    def metadata(name: str, fingerprint: str = "") -> dict[str, Any]:
        """Model metadata: its input and output tensors."""
        return _metadata(versioned(service, name, fingerprint))

    @v2.get("/models/<name>/ready")
    @v2.get("/models/<name>/versions/<fingerprint>/ready")
    def model_ready(name: str, fingerprint: str = "") -> dict[str, Any]:
        """Readiness of a model."""
        bundle = versioned(service, name, fingerprint)
        _ = bundle.predictor  # opening it is the check
        return {"ready": True, "name": bundle.name}

    @v2.post("/models/<name>/infer")
    @v2.post("/models/<name>/versions/<fingerprint>/infer")
    @takes("extra")
    @computes
    def infer(name: str, fingerprint: str = "") -> Response:
        """Score the records of the inputs."""
        return _infer(service, versioned(service, name, fingerprint), request.get_data(cache=False), most)

    register_error_shape(app, r"/v2(/|$)", lambda refusal: {"error": refusal.words})
    app.register_blueprint(v2)


def _infer(service: Service, bundle: Bundle, body: bytes, most: int) -> Response:
    document, tail = _parts(body, request.headers.get(JSON_SIZE), bundle.schema, most)
    wanted = _requested_outputs(document, bundle)
    records = records_of(read_tensors(document, tail, most), bundle.schema.names)
    scored = score_request(service, bundle, records, most)
    by_name = {tensor.name: tensor for tensor in outputs(scored)}
    answer = {
        "model_name": bundle.name,
        "model_version": bundle.fingerprint,
        "id": document.get("id") if isinstance(document.get("id"), str) else uuid.uuid4().hex,
        "outputs": [_described(by_name[each.name], each.binary) for each in wanted],
    }
    response = _written(answer, [as_bytes(by_name[each.name]) for each in wanted if each.binary])
    response.headers[MODEL] = bundle.key
    return response


def _parts(body: bytes, size: str | None, schema: Schema, most: int) -> tuple[dict[str, Any], bytes]:
    """Split a body into its JSON part and the binary data after it."""
    length = len(body) if size is None else int(size) if size.isascii() and size.isdecimal() else -1
    if not 0 <= length <= len(body):
        raise Unreadable(f"{JSON_SIZE} is {str(size)[:40]!r}; the body has {len(body):,} bytes.")
    try:
        text = body[:length].decode()
        check_containers(text, most, lambda: names_of(schema))
        document = parse_json(text, "The JSON part", nan=True)
    except UnicodeDecodeError:
        raise Unreadable("The JSON part is not UTF-8 text.", f"{JSON_SIZE} says where binary data begins.") from None
    if not isinstance(document, dict):
        raise Unreadable("The JSON part is no object.", 'Send {"inputs": […]}.')
    return document, body[length:]


def _requested_outputs(document: Mapping[str, Any], bundle: Bundle) -> list[RequestedOutput]:
    offered = [LABELS, PROBABILITIES] if bundle.offers == "probabilities" else [LABELS]
    asked, binary = document.get("outputs"), _parameter(document, "binary_data_output")
    if not asked:
        return [RequestedOutput(name, binary) for name in offered]
    if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
        raise Unreadable('"outputs" is a list of objects with a name.')
    names = [str(each.get("name")) for each in asked]
    twice = repeated(names)
    for name in names:
        if name == PROBABILITIES and name not in offered:
            raise no_probabilities()
        if name not in offered or name in twice:
            raise Unreadable(f"Output {name[:80]!r} is unknown or came twice.", f"Known: {', '.join(offered)}.")
    return [
        RequestedOutput(name, binary or _parameter(each, "binary_data"))
        for name, each in zip(names, asked, strict=True)
    ]


def _parameter(entry: Mapping[str, Any], key: str) -> bool:
    parameters = entry.get("parameters")
    return isinstance(parameters, dict) and parameters.get(key) is True


def outputs(scored: Scored) -> list[Tensor]:
    """The scores of n records as output tensors.

    `predict` is the estimator's own ``predict``: the class for exclusive outcomes, shape (n,); 1 or 0 for each
    of k independent ones, shape (n, k). `predict_proba` has a column per outcome, shape (n, k).
    """
    outcomes, count = scored.model.outcomes, len(scored.scores)
    columns = len(outcomes)
    labels = predictions(scored)
    if outcomes.exclusive:
        datatype = label_type(outcomes)
        made = [str(value) for value in labels] if datatype == "BYTES" else labels
        tensors = [Tensor(LABELS, datatype, (count,), made)]
    else:
        tensors = [Tensor(LABELS, "INT64", (count, columns), list(chain.from_iterable(labels)))]
    if scored.model.offers == "probabilities":
        numbers = [number for score in scored.scores for number in score.probabilities or ()]
        tensors.append(Tensor(PROBABILITIES, "FP64", (count, columns), numbers))
    return tensors


def label_type(outcomes: Outcomes) -> str:
    """The datatype of the class labels."""
    kinds = {type(item.value) for item in outcomes.items}
    by_kind = {bool: "BOOL", int: "INT64", float: "FP64"}
    return by_kind.get(kinds.pop(), "BYTES") if len(kinds) == 1 and outcomes.exclusive else "BYTES"


def _described(tensor: Tensor, binary: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"name": tensor.name, "datatype": tensor.datatype, "shape": tensor.shape}
    if binary:
        return said | {"parameters": {"binary_data_size": len(as_bytes(tensor))}}
    return said | {"data": tensor.values}


def _written(answer: dict[str, Any], tails: Sequence[bytes]) -> Response:
    head = orjson.dumps(answer)
    if not tails:
        return Response(head, content_type="application/json")
    made = Response(b"".join([head, *tails]), content_type="application/octet-stream")
    made.headers[JSON_SIZE] = str(len(head))
    return made


def _metadata(bundle: Bundle) -> dict[str, Any]:
    outcomes = bundle.outcomes
    wide = [-1, len(outcomes)]
    tensors = [{"name": LABELS, "datatype": label_type(outcomes), "shape": [-1]}]
    if not outcomes.exclusive:
        tensors = [{"name": LABELS, "datatype": "INT64", "shape": wide}]
    if bundle.offers == "probabilities":
        tensors.append({"name": PROBABILITIES, "datatype": "FP64", "shape": wide})
    return {
        "name": bundle.name,
        "versions": [bundle.fingerprint, *(version.fingerprint for version in others(bundle))],
        "platform": "scikit-learn",
        "inputs": [
            {"name": feature.name, "datatype": datatype_of(feature), "shape": [-1, 1]}
            for feature in bundle.schema.features
        ],
        "outputs": tensors,
        "parameters": {"outcomes": ",".join(outcomes.names)},
    }


def datatype_of(feature: Feature) -> str:
    """The preferred datatype of a feature; numbers may be sent in any numeric type, all features as text."""
    return _DATATYPES.get(feature.kind, "BYTES")
