"""Contract of POST at page addresses: a form gets the bare label, JSON gets JSON."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, Field

from api.contract.base import Scalar, Shape
from api.contract.errors import Error
from api.contract.operation import CSV, JSON, TEXT, BodySpec, Operation, ResponseSpec, in_json
from api.contract.predict import OTHERS, PREDICT_BODY, PREDICT_ERRORS, Predictions, Record
from api.contract.predict import TAG as PREDICT
from api.contract.requests import PredictQuery
from api.contract.working import LATER
from ml.data.validation.field_types import Probability

TAG = "Short addresses"
Columns = dict[str, list[Scalar]]


class LabelsBeside(Predictions):
    """Scores, and the labels alone in the two fields in which clients of other services look for them."""

    prediction: list[str | list[str]] | MISSING = MISSING
    """Labels alone, in the order of the records."""
    results: list[str | list[str]] | MISSING = MISSING
    """Labels alone, in the order of the records, under another name."""


class HuggingFaceTable(Shape):
    """A table by its columns."""

    data: Columns
    """Values by column, each a list with a value a row."""


class HuggingFaceRequest(Shape):
    """Records, as an inference endpoint of Hugging Face takes them."""

    inputs: (
        HuggingFaceTable | Columns | Record | Annotated[list[Record | list[Scalar]], Field(min_length=1)] | MISSING
    ) = MISSING
    """Records to score: a table by its columns, one record, or a list of records."""
    table: Columns | MISSING = MISSING
    """Records to score, as a table by its columns, where `inputs` is left out."""
    parameters: Annotated[dict[str, Any], Field(examples=[{"top_k": 1}])] | MISSING = MISSING
    """Options of the client, such as `top_k`."""
    options: dict[str, Any] | MISSING = MISSING
    """Options of a hosted endpoint; not used."""


class RankedLabel(Shape):
    """A label with its probability."""

    label: str
    """Name of the outcome."""
    score: Probability
    """Probability of the outcome."""


class HuggingFaceError(Shape):
    """The request was refused, to a client of Hugging Face."""

    error: str
    """Error message."""


BODY = {JSON: PREDICT_BODY[JSON] | HuggingFaceRequest} | {
    key: kind for key, kind in PREDICT_BODY.items() if key != JSON
}
ANSWER = ResponseSpec(
    {JSON: LabelsBeside | list[str | list[RankedLabel]], TEXT: None, CSV: None},
    "Scores in the order of the records; the bare label for a form.",
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
    "Fetch a deferred answer",
    {200: in_json(LabelsBeside, "The answer to the original request.", "Model", "DecisionId"), 202: LATER},
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
