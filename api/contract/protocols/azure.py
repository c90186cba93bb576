"""Contract of the Azure Machine Learning online endpoint."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, Field

from api.contract.base import Scalar, Shape
from api.contract.operation import JSON, BodySpec, Operation, in_json
from api.contract.predict import Record
from api.contract.requests import ExtraQuery

TAG = "Azure Machine Learning"
Rows = Annotated[list[Record | list[Scalar]], Field(min_length=1)]


class AzureError(Shape):
    """The request was refused."""

    message: Annotated[str, Field(examples=["There is no model 'lona'."])]


class AzureTable(Shape):
    """A table as pandas splits it."""

    columns: list[str] | MISSING = MISSING
    index: list[Any] | MISSING = MISSING
    data: Annotated[list[list[Scalar]], Field(min_length=1)]


class AzureRequest(Shape):
    """Records in one of three forms."""

    input_data: AzureTable | Rows | MISSING = MISSING
    data: AzureTable | Rows | MISSING = MISSING
    """As the older scoring scripts take it."""
    Inputs: Annotated[dict[str, AzureTable | Rows], Field(min_length=1, max_length=1)] | MISSING = MISSING
    """As automated ML takes it."""
    params: Annotated[dict[str, Any], Field(examples=[{"predict_method": "predict_proba"}])] | MISSING = MISSING
    GlobalParameters: Annotated[dict[str, Any] | float, Field(examples=[{"method": "predict"}])] | MISSING = MISSING


class AzureResults(Shape):
    """The answer to Inputs."""

    Results: list[Scalar | list[float]]


OPERATIONS = tuple(
    Operation(
        "POST",
        f"{path}/score",
        operation,
        TAG,
        f"Score records of {said}",
        {
            200: in_json(
                list[Scalar | list[float]] | AzureResults,
                "What the estimator's own predict gives.",
                "Model",
                "DecisionId",
            )
        },
        (400, 404, 408, 413, 415, 422, 503),
        query=ExtraQuery,
        body=BodySpec({JSON: AzureRequest}, "Records in one of three forms."),
        error=AzureError,
    )
    for path, operation, said in (
        ("", "azure_score", "the default model"),
        ("/api/v1/models/{name}", "azure_score_of_model", "a model"),
    )
)
