"""Contract of MLflow's scoring server: ``/invocations``, ``/ping`` and ``/version``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import MISSING, Field

from api.contract.base import Scalar, Shape
from api.contract.operation import CSV, JSON, TEXT, BodySpec, Operation, ResponseSpec, as_text
from api.contract.predict import Record
from api.contract.requests import ExtraQuery

TAG = "MLflow"
Rows = list[list[Scalar]]
Cells = Annotated[dict[str, list[Scalar | list[Scalar]] | Scalar], Field(min_length=1)]


class InvocationsError(Shape):
    """The request was refused."""

    error_code: Annotated[str, Field(pattern="^[A-Z0-9_]+$", examples=["INVALID_RECORD"])]
    """Error code, for programs."""
    message: str
    """Error message."""


class Split(Shape):
    """Table as pandas writes it with orient="split"."""

    columns: list[str] | MISSING = MISSING
    """Names of the columns; the features in the order of the model where it is left out."""
    index: list[Any] | MISSING = MISSING
    """Labels of the rows; not used."""
    data: Annotated[Rows, Field(min_length=1)]
    """Rows of values, in the order of the columns."""


class Params(Shape):
    """Options of scoring."""

    predict_method: Literal["predict", "predict_proba"] = "predict"
    """Method of the estimator that answers."""


class InvocationsRequest(Shape):
    """Records in one of four forms."""

    dataframe_split: Split | MISSING = MISSING
    """Records to score, as a table that pandas splits into columns and data."""
    dataframe_records: Annotated[list[Record], Field(min_length=1)] | MISSING = MISSING
    """Records to score, each with its values by feature."""
    instances: Annotated[list[Record | list[Scalar]], Field(min_length=1)] | Cells | MISSING = MISSING
    """Records to score by row, as TensorFlow Serving takes them."""
    inputs: Annotated[list[Record | list[Scalar]], Field(min_length=1)] | Cells | MISSING = MISSING
    """Records to score by column, as TensorFlow Serving takes them."""
    params: Params | MISSING = MISSING


class Invoked(Shape):
    """Results of the estimator's own predict, or predict_proba."""

    predictions: Annotated[list[str | float | bool | list[float]], Field(examples=[["yes", "no"]])]
    """Predictions, in the order of the records."""


def _at(path: str, suffix: str, refused: tuple[int, ...]) -> tuple[Operation, ...]:
    """The addresses of the model that the service names, or of any."""
    return (
        Operation(
            "POST", f"{path}/invocations", f"invocations{suffix}", TAG, "Score records as MLflow does",
            {200: ResponseSpec({JSON: Invoked, CSV: None}, "Predictions in the order of the records.", DECIDED)},
            (400, 404, 408, 413, 415, 422, 503), query=ExtraQuery, error=InvocationsError,
            body=BodySpec({JSON: InvocationsRequest}, "Records in one of four forms, or a table.", also=(CSV,)),
        ),
        Operation(
            "GET", f"{path}/ping", f"ping{suffix}", TAG, "Tell whether requests can be sent",
            {
                200: as_text(TEXT, "Requests can be sent."),
                503: ResponseSpec({TEXT: None, JSON: InvocationsError}, "Requests cannot be sent.", ("RetryAfter",)),
            },
            refused, error=InvocationsError,
        ),
        Operation(
            "GET", f"{path}/version", f"mlflow_version{suffix}", TAG, "Give the version of MLflow's protocol",
            {200: as_text(TEXT, "Version of the protocol.")}, error=InvocationsError,
        ),
    )  # fmt: skip


DECIDED = ("Model", "DecisionId")

OPERATIONS = (*_at("", "", ()), *_at("/api/v1/models/{name}", "_of_model", (404,)))
