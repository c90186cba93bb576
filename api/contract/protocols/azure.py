"""Contract of the Azure Machine Learning online endpoint."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, Field

from api.contract.base import Scalar, Shape
from api.contract.operation import JSON, BodySpec, Operation, in_json
from api.contract.predict import Record
from api.contract.protocols.mlflow import Split
from api.contract.requests import ExtraQuery

TAG = "Azure Machine Learning"
Rows = Annotated[list[Record | list[Scalar]], Field(min_length=1)]


class AzureError(Shape):
    """The request was refused."""

    message: Annotated[str, Field(examples=["There is no model 'lona'."])]
    """Error message."""


class AzureRequest(Shape):
    """Records in one of three forms."""

    input_data: Split | Rows | MISSING = MISSING
    """Records to score, as MLflow models on Azure take them."""
    data: Split | Rows | MISSING = MISSING
    """Records to score, as the older scoring scripts take them."""
    Inputs: Annotated[dict[str, Split | Rows], Field(min_length=1, max_length=1)] | MISSING = MISSING
    """Records to score under one name, as automated ML takes them."""
    params: Annotated[dict[str, Any], Field(examples=[{"predict_method": "predict_proba"}])] | MISSING = MISSING
    """Options of MLflow models, such as `predict_method`."""
    GlobalParameters: Annotated[dict[str, Any] | float, Field(examples=[{"method": "predict"}])] | MISSING = MISSING
    """Options of automated ML, such as `method`."""


class AzureResults(Shape):
    """Answer to a request with `Inputs`."""

    Results: list[Scalar | list[float]]
    """Predictions, in the order of the records."""


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
                "Predictions of the estimator's own predict, in the order of the records.",
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
