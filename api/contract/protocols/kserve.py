"""Contract of the Open Inference Protocol, version 2, of KServe, MLServer and Triton."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import MISSING, Field

from api.contract.base import Shape
from api.contract.operation import BYTES, JSON, BodySpec, Operation, ResponseSpec, in_json
from api.contract.requests import ExtraQuery

TAG = "Open Inference Protocol"
SCORED = ("Model", "DecisionId", "JsonLength")
Datatype = Literal[
    "BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "FP32", "FP64", "BYTES"
]
Cell = float | str | bool | None
Data = Annotated[list[Cell | list[Cell]], Field(examples=[[5.1, 6.3]])]


class V2Error(Shape):
    """The request was refused."""

    error: Annotated[str, Field(examples=["There is no model 'lona'."])]
    """Error message."""


class Server(Shape):
    """Server metadata."""

    name: Annotated[str, Field(examples=["likely"])]
    """Name of the server."""
    version: str
    """Version of the server."""
    extensions: list[str]
    """Supported extensions of the protocol."""


class Live(Shape):
    """Liveness of the server."""

    live: bool
    """True in every answer: no answer comes where the process is down."""


class ServerReady(Shape):
    """Readiness of the server."""

    ready: bool
    """True where requests can be answered."""


class ModelReady(ServerReady):
    """Readiness of a model."""

    name: Annotated[str, Field(examples=["iris"])]
    """Name of the model."""


class TensorType(Shape):
    """A tensor that a model takes or gives."""

    name: str
    """Name of the tensor."""
    datatype: Datatype
    """Type of the values."""
    shape: Annotated[list[int], Field(examples=[[-1, 1]])]
    """Shape of the tensor; -1 stands for the number of records."""


class Metadata(Shape):
    """Metadata of a model: its tensors."""

    name: Annotated[str, Field(examples=["iris"])]
    """Name of the model."""
    versions: Annotated[list[str], Field(examples=[["3f9a1c2b"]])]
    """Fingerprints of the versions, the live one first."""
    platform: str
    """Platform of the model, as the protocol asks for it."""
    inputs: list[TensorType]
    """Input tensors, one a feature."""
    outputs: list[TensorType]
    """Output tensors."""
    parameters: Annotated[dict[str, str], Field(examples=[{"outcomes": "setosa,versicolor,virginica"}])]
    """Further facts about the model, such as its outcomes."""


class Tensor(Shape):
    """Values of one feature, or of all."""

    name: Annotated[str, Field(examples=["sepal_length"])]
    """Name of the feature."""
    datatype: Annotated[Datatype, Field(examples=["FP64"])]
    """Type of the values."""
    shape: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=2, examples=[[2]])]
    """Shape of the tensor: records, or records and columns."""
    data: Data | MISSING = MISSING
    """Values in row order; null where nothing is known. Left out where they follow as bytes."""
    parameters: Annotated[dict[str, Any], Field(examples=[{"binary_data_size": 16}])] | MISSING = MISSING
    """Options of the tensor, such as the size of its bytes."""


class WantedOutput(Shape):
    """An output that is asked for."""

    name: Literal["predict", "predict_proba"]
    """Name of the output tensor."""
    parameters: Annotated[dict[str, Any], Field(examples=[{"binary_data": False}])] | MISSING = MISSING
    """Options of the output, such as whether it is sent as bytes."""


class InferRequest(Shape):
    """Records as tensors: one tensor a feature, or a single tensor with a column a feature."""

    id: str | MISSING = MISSING
    """Id of the request, which the answer repeats."""
    parameters: dict[str, Any] | MISSING = MISSING
    """Options of the request."""
    inputs: Annotated[list[Tensor], Field(min_length=1)]
    """Input tensors."""
    outputs: list[WantedOutput] | MISSING = MISSING
    """Requested output tensors; all that the model offers where it is left out."""


class OutputTensor(Shape):
    """Tensor of labels, or of probabilities."""

    name: Literal["predict", "predict_proba"]
    """Name of the output tensor: labels (`predict`) or probabilities."""
    datatype: Datatype
    """Type of the values."""
    shape: list[int]
    """Shape of the tensor."""
    data: Data | MISSING = MISSING
    """Values in row order; left out where they follow as bytes."""
    parameters: dict[str, Any] | MISSING = MISSING
    """Facts about the tensor, such as the size of its bytes."""


class InferAnswer(Shape):
    """Scores as tensors."""

    model_name: Annotated[str, Field(examples=["iris"])]
    """Name of the model."""
    model_version: Annotated[str, Field(examples=["3f9a1c2b"])]
    """Fingerprint of the version that answered."""
    id: str
    """Id of the request."""
    outputs: list[OutputTensor]
    """Output tensors."""


def _of_model(path: str, suffix: str) -> tuple[Operation, ...]:
    """The addresses of a model, or of one version of it."""
    refused = (404, 503)
    return (
        Operation(
            "GET", path, f"v2_model{suffix}", TAG, "Give the tensors of a model",
            {200: in_json(Metadata, "Metadata of the model.")}, refused, error=V2Error,
        ),
        Operation(
            "GET", f"{path}/ready", f"v2_model_ready{suffix}", TAG, "Tell whether a model serves",
            {200: in_json(ModelReady, "The model serves.")}, refused, error=V2Error,
        ),
        Operation(
            "POST", f"{path}/infer", f"v2_infer{suffix}", TAG, "Score tensors",
            {200: ResponseSpec({JSON: InferAnswer, BYTES: None}, "Scores as tensors.", SCORED)},
            (400, 404, 408, 413, 415, 422, 503), query=ExtraQuery, headers=("JsonLength",), error=V2Error,
            body=BodySpec({JSON: InferRequest, BYTES: None}, "Tensors as JSON; their values may follow it as bytes."),
        ),
    )  # fmt: skip


OPERATIONS = (
    Operation(
        "GET", "/v2", "v2_server", TAG, "Give the metadata of the server", {200: in_json(Server, "The metadata.")},
        error=V2Error,
    ),
    Operation(
        "GET", "/v2/health/live", "v2_live", TAG, "Tell that the process answers",
        {200: in_json(Live, "The process answers.")},
        error=V2Error,
    ),
    Operation(
        "GET", "/v2/health/ready", "v2_ready", TAG, "Tell whether requests can be answered",
        {
            200: in_json(ServerReady, "Requests can be answered."),
            503: in_json(ServerReady, "Requests cannot be answered now.", "RetryAfter"),
        },
        error=V2Error,
    ),
    *_of_model("/v2/models/{name}", ""),
    *_of_model("/v2/models/{name}/versions/{fingerprint}", "_version"),
)  # fmt: skip
