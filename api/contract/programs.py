"""Contract of POST at page addresses: a form gets the bare label, JSON gets JSON."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, Field

from api.contract.base import Probability, Scalar, Shape
from api.contract.errors import Error
from api.contract.operation import CSV, JSON, TEXT, BodySpec, Operation, ResponseSpec, in_json
from api.contract.predict import OTHERS, PREDICT_BODY, PREDICT_ERRORS, Predictions, Record
from api.contract.predict import TAG as PREDICT
from api.contract.requests import PredictQuery
from api.contract.working import LATER

TAG = "Short addresses"
Columns = dict[str, list[Scalar]]


class LabelsBeside(Predictions):
    """Scores, and the labels alone under the names under which clients look for them."""

    prediction: list[str | list[str]] | MISSING = MISSING
    """The labels, in the order of the records."""
    results: list[str | list[str]] | MISSING = MISSING
    """The same."""


class HuggingFaceTable(Shape):
    """A table by its columns."""

    data: Columns


class HuggingFaceRequest(Shape):
    """Records, as an inference endpoint of Hugging Face takes them."""

    inputs: (
        HuggingFaceTable | Columns | Record | Annotated[list[Record | list[Scalar]], Field(min_length=1)] | MISSING
    ) = MISSING
    table: Columns | MISSING = MISSING
    parameters: Annotated[dict[str, Any], Field(examples=[{"top_k": 1}])] | MISSING = MISSING
    options: dict[str, Any] | MISSING = MISSING


class RankedLabel(Shape):
    """A label, and how likely it is."""

    label: str
    score: Probability


class HuggingFaceError(Shape):
    """The request was refused, to a client of Hugging Face."""

    error: str


BODY = {JSON: PREDICT_BODY[JSON] | HuggingFaceRequest} | {
    key: kind for key, kind in PREDICT_BODY.items() if key != JSON
}
ANSWER = ResponseSpec(
    {JSON: LabelsBeside | list[str | list[RankedLabel]], TEXT: None, CSV: None},
    "Scores in the order of the records; of a form the bare label.",
    ("Model", "DecisionId"),
)
ADDRESSES = (
    ("/{name}/predict", "predict_at_page", "Score records of a model"),
    ("/predict", "predict_default", "Score records of the default model"),
    ("/", "predict_root", "Score records of the default model"),
    ("/api", "predict_api", "Score records of the default model"),
)

LATER_ANSWER = Operation(
    "GET",
    "/api/v1/answers/{answer}",
    "get_answer",
    PREDICT,
    "Fetch an answer that was to come later",
    {200: in_json(LabelsBeside, "The answer that the request would have had.", "Model", "DecisionId"), 202: LATER},
    (400, 404, 422, 503),
    description="Answers are kept as long as jobs.",
)

OPERATIONS = (
    LATER_ANSWER,
    *(
        Operation(
            "POST",
            path,
            operation,
            TAG,
            summary,
            {200: ANSWER, 202: LATER},
            PREDICT_ERRORS,
            query=PredictQuery,
            body=BodySpec(
                BODY, "One record, a list of them, a table, or what a client of Hugging Face sends.", also=OTHERS
            ),
            error=Error | HuggingFaceError,
        )
        for path, operation, summary in ADDRESSES
    ),
)
