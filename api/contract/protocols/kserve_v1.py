"""Contract of KServe's first protocol, and of TensorFlow Serving's REST API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import MISSING, Field

from api.contract.base import Scalar, Shape
from api.contract.operation import JSON, BodySpec, Operation, in_json
from api.contract.predict import Record
from api.contract.requests import ExtraQuery

TAG = "KServe version 1"
Cells = Annotated[dict[str, list[Scalar | list[Scalar]] | Scalar], Field(min_length=1)]
Rows = Annotated[list[Record | list[Scalar] | Scalar], Field(min_length=1)]
Predicted = Annotated[list[Scalar | list[float]], Field(examples=[["yes", "no"]])]


class V1Error(Shape):
    """The request was refused."""

    error: Annotated[str, Field(examples=["There is no model 'lona'."])]
    """Error message."""


class V1Models(Shape):
    """Names of the models."""

    models: Annotated[list[str], Field(examples=[["iris", "loan"]])]
    """Names of all models."""


class V1Status(Shape):
    """Status of a version that serves."""

    error_code: Literal["OK"]
    """Error code; always `OK`."""
    error_message: str
    """Error message; always empty."""


class V1Version(Shape):
    """Status of one version of a model, as TensorFlow Serving gives it."""

    version: Annotated[str, Field(examples=["3f9a1c2b"])]
    """Fingerprint of the version."""
    state: Literal["AVAILABLE"]
    """State of the version; always `AVAILABLE`."""
    status: V1Status


class V1Model(Shape):
    """A model that serves."""

    name: Annotated[str, Field(examples=["iris"])]
    """Name of the model."""
    ready: bool
    """True where the model serves."""
    model_version_status: list[V1Version]
    """Status of each version."""


class V1Request(Shape):
    """Records by row, or by column."""

    instances: Rows | MISSING = MISSING
    """Records by row; the answer has `predictions`."""
    inputs: Cells | Rows | MISSING = MISSING
    """Records by column; the answer has `outputs`."""


class V1Predicted(Shape):
    """Results of the estimator's own predict."""

    predictions: Predicted | MISSING = MISSING
    """Predictions of a request by row, in the order of the records."""
    outputs: Predicted | MISSING = MISSING
    """Predictions of a request by column, in the order of the records."""


def _of_model(path: str, suffix: str) -> tuple[Operation, ...]:
    """The addresses of a model, or of one version of it."""
    return (
        Operation(
            "GET", path, f"v1_model{suffix}", TAG, "Tell whether a model serves",
            {200: in_json(V1Model, "The model serves.")}, (404, 503), error=V1Error,
        ),
        Operation(
            "POST", f"{path}:predict", f"v1_predict{suffix}", TAG, "Score records",
            {200: in_json(V1Predicted, "Predictions in the order of the records.", "Model", "DecisionId")},
            (400, 404, 408, 413, 415, 422, 503), query=ExtraQuery, error=V1Error,
            body=BodySpec({JSON: V1Request}, "Records by row or by column."),
        ),
    )  # fmt: skip


OPERATIONS = (
    Operation(
        "GET", "/v1/models", "v1_models", TAG, "List the models",
        {200: in_json(V1Models, "Names of the models.")}, error=V1Error,
    ),
    *_of_model("/v1/models/{name}", ""),
    *_of_model("/v1/models/{name}/versions/{fingerprint}", "_version"),
)  # fmt: skip
