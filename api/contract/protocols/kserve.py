"""Contract of the Open Inference Protocol, version 2, of KServe, MLServer and Triton."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import MISSING, Field

from api.contract.base import Shape
from api.contract.operation import BYTES, JSON, BodySpec, Operation, ResponseSpec, in_json
from api.contract.requests import ExtraQuery

TAG = "Open Inference Protocol"
Datatype = Literal[
    "BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "FP32", "FP64", "BYTES"
]
Cell = float | str | bool | None
Data = Annotated[list[Cell | list[Cell]], Field(examples=[[5.1, 6.3]])]


class V2Error(Shape):
    """The request was refused."""

    error: Annotated[str, Field(examples=["There is no model 'lona'."])]


class Server(Shape):
    """Server metadata."""

    name: Annotated[str, Field(examples=["likely"])]
    version: str
    extensions: list[str]
    """What beyond the protocol's core is understood."""


class Live(Shape):
    """The process answers."""

    live: bool


class ServerReady(Shape):
    """Readiness of the server."""

    ready: bool


class ModelReady(ServerReady):
    """Readiness of a model."""

    name: Annotated[str, Field(examples=["iris"])]


class TensorType(Shape):
    """A tensor that a model takes or gives."""

    name: str
    datatype: Datatype
    shape: Annotated[list[int], Field(examples=[[-1, 1]])]
    """Its sides; -1 is as many as there are records."""


class Metadata(Shape):
    """The tensors of a model."""

    name: Annotated[str, Field(examples=["iris"])]
    versions: Annotated[list[str], Field(examples=[["3f9a1c2b"]])]
    """Fingerprints, the live one first."""
    platform: str
    inputs: list[TensorType]
    outputs: list[TensorType]
    parameters: Annotated[dict[str, str], Field(examples=[{"outcomes": "setosa,versicolor,virginica"}])]


class Tensor(Shape):
    """Values of one feature, or of all."""

    name: Annotated[str, Field(examples=["sepal_length"])]
    datatype: Annotated[Datatype, Field(examples=["FP64"])]
    shape: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=2, examples=[[2]])]
    data: Data | MISSING = MISSING
    """The values in row order; null where nothing is known. Left out where they follow as bytes."""
    parameters: Annotated[dict[str, Any], Field(examples=[{"binary_data_size": 16}])] | MISSING = MISSING


class WantedOutput(Shape):
    """An output that is asked for."""

    name: Literal["predict", "predict_proba"]
    parameters: Annotated[dict[str, Any], Field(examples=[{"binary_data": False}])] | MISSING = MISSING


class InferRequest(Shape):
    """Records as tensors: one a feature, or a single one with a column a feature."""

    id: str | MISSING = MISSING
    parameters: dict[str, Any] | MISSING = MISSING
    inputs: Annotated[list[Tensor], Field(min_length=1)]
    outputs: list[WantedOutput] | MISSING = MISSING
    """All that the model offers where it is left out."""


class OutputTensor(Shape):
    """Labels, or probabilities."""

    name: Literal["predict", "predict_proba"]
    datatype: Datatype
    shape: list[int]
    data: Data | MISSING = MISSING
    parameters: dict[str, Any] | MISSING = MISSING


class InferAnswer(Shape):
    """Scores as tensors."""

    model_name: Annotated[str, Field(examples=["iris"])]
    model_version: Annotated[str, Field(examples=["3f9a1c2b"])]
    id: str
    outputs: list[OutputTensor]


def _of_model(path: str, suffix: str) -> tuple[Operation, ...]:
    """The addresses of a model, or of one version of it."""
    refused = (404, 503)
    return (
        Operation(
            "GET", path, f"v2_model{suffix}", TAG, "Give the tensors of a model",
            {200: in_json(Metadata, "Its inputs and outputs.")}, refused, error=V2Error,
        ),
        Operation(
            "GET", f"{path}/ready", f"v2_model_ready{suffix}", TAG, "Tell whether a model serves",
            {200: in_json(ModelReady, "It does.")}, refused, error=V2Error,
        ),
        Operation(
            "POST", f"{path}/infer", f"v2_infer{suffix}", TAG, "Score tensors",
            {200: ResponseSpec({JSON: InferAnswer, BYTES: None}, "Scores.", ("Model", "DecisionId", "JsonLength"))},
            (400, 404, 408, 413, 415, 422, 503), query=ExtraQuery, headers=("JsonLength",), error=V2Error,
            body=BodySpec({JSON: InferRequest, BYTES: None}, "Tensors as JSON; their values may follow it as bytes."),
        ),
    )  # fmt: skip


OPERATIONS = (
    Operation("GET", "/v2", "v2_server", TAG, "Tell who answers", {200: in_json(Server, "We.")}, error=V2Error),
    Operation(
        "GET", "/v2/health/live", "v2_live", TAG, "Tell that the process answers", {200: in_json(Live, "It does.")},
        error=V2Error,
    ),
    Operation(
        "GET", "/v2/health/ready", "v2_ready", TAG, "Tell whether requests can be answered",
        {200: in_json(ServerReady, "They can."), 503: in_json(ServerReady, "They cannot.", "RetryAfter")},
        error=V2Error,
    ),
    *_of_model("/v2/models/{name}", ""),
    *_of_model("/v2/models/{name}/versions/{fingerprint}", "_version"),
)  # fmt: skip
