"""Contract of predictions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, ConfigDict, Field, RootModel

from api.contract.base import ModelKey, Probability, Scalar, Shape
from api.contract.operation import CSV, JSON, TEXT, BodySpec, Operation, ResponseSpec
from api.contract.requests import PredictQuery
from api.contract.working import LATER

TAG = "Predict"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
TSV = "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ByOutcome = Annotated[dict[str, Probability], Field(examples=[{"yes": 0.73, "no": 0.27}])]
ByFeature = Annotated[dict[str, dict[str, float]], Field(examples=[{"yes": {"income": 0.12, "debt": -0.05}}])]


class Record(RootModel[Annotated[dict[str, Any], Field(min_length=1)]]):
    """Values by the names of the features, as the model's own address lists them.

    Numbers, texts, true or false; null, or nothing, where a value is not known. The document of a model tells the very
    type of each.
    """

    model_config = ConfigDict(
        defer_build=True,
        json_schema_extra={
            "examples": [{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}]
        },
    )


class Records(Shape):
    """Several records in an envelope."""

    records: Annotated[list[Record], Field(min_length=1)]


class Note(Shape):
    """A remark on a value that was accepted."""

    feature: Annotated[str | None, Field(examples=["income"])]
    value: Annotated[Scalar, Field(examples=[900.0])]
    """What came, cut at 100 characters."""
    message: Annotated[str, Field(examples=["In training it was from 12 to 180."])]


class Question(Shape):
    """A feature that is not known yet, and how much its value is expected to change the prediction."""

    feature: str
    move: Annotated[float, Field(ge=0)]
    """How far the probability is expected to move once it is known."""
    crossing: Probability
    """How likely the probability then lies on the other side of the cut-off in use."""


class Reasons(Shape):
    """The strongest reasons, in words."""

    for_: Annotated[list[str], Field(alias="for")]
    """What raises the probability, the strongest first."""
    against: list[str]
    """What lowers it, the strongest first."""


class Prediction(Shape):
    """The score of one record."""

    id: str | None
    """The record's own name that was sent, or null."""
    label: Annotated[str | list[str] | None, Field(examples=["yes"])]
    """What the estimator decides for: one outcome, or a list of them where outcomes are independent; null where
    something is blank."""
    probabilities: ByOutcome | None
    """Of each outcome, with all digits; null where the estimator offers none."""
    notes: list[Note] | MISSING = MISSING
    """Values that are accepted, but are not as in training."""
    low: ByOutcome | MISSING = MISSING
    """With blanks: 8 of 10 full answers lie between low and high."""
    high: ByOutcome | MISSING = MISSING
    """The upper end of that range."""
    blanks: list[str] | MISSING = MISSING
    """The features that are not known."""
    questions: list[Question] | MISSING = MISSING
    """What is worth asking, the best first."""
    base: ByOutcome | MISSING = MISSING
    """With reasons: the probability of which nothing is known."""
    contributions: ByFeature | MISSING = MISSING
    """Of each outcome what each feature adds; with base they add up to the probability."""
    standard_errors: ByFeature | MISSING = MISSING
    """Of the contributions; 0 where they are exact."""
    reasons: Reasons | MISSING = MISSING
    decisions: Annotated[dict[str, bool], Field(examples=[{"yes": True, "no": False}])] | MISSING = MISSING
    """Whether one acts on each outcome: its probability reaches its cut-off."""
    worths: Annotated[dict[str, float], Field(examples=[{"yes": 58.4}])] | MISSING = MISSING
    """Money that acting is worth on average, after its cost, rather than not acting; of the outcomes with a payoff."""
    actions: Annotated[dict[str, str], Field(examples=[{"yes": "Offer it."}])] | MISSING = MISSING
    """What to do about each outcome, in words, where the model's card says anything about decisions."""


class Predictions(Shape):
    """Scores, in the order of the records."""

    model: ModelKey
    outcomes: Annotated[list[str], Field(examples=[["yes", "no"]])]
    """Names of the outcomes."""
    predictions: list[Prediction]
    cutoffs: ByOutcome | MISSING = MISSING
    """The cut-offs at which was decided."""
    ignored: Annotated[list[str], Field(examples=[["remarks"]])] | MISSING = MISSING
    """With extra=ignore: the fields that were left out."""
    notes: Annotated[list[str], Field(examples=[["No column gives income."]])] | MISSING = MISSING
    """Of a table: what is worth saying of how it was read."""
    about: Annotated[str, Field(examples=["yes"])] | MISSING = MISSING
    """The outcome that the reasons are about."""
    remark: str | MISSING = MISSING
    """What reasons are not."""


class SplitFrame(Shape):
    """A table as pandas writes it with orient="split"."""

    columns: list[str]
    index: list[Any] | MISSING = MISSING
    data: Annotated[list[list[Scalar]], Field(min_length=1)]


PREDICT_BODY: dict[str, Any] = {JSON: Record | Annotated[list[Record], Field(min_length=1)] | Records | SplitFrame}
OTHERS = (FORM, MULTIPART, CSV, TSV, XLSX)  # types of bodies, see api.contract.operation.BodySpec


PREDICT_RESPONSES = {
    200: ResponseSpec(
        {JSON: Predictions, TEXT: None, CSV: None}, "Scores, in the order of the records.", ("Model", "DecisionId")
    ),
    202: LATER,
}
PREDICT_ERRORS = (400, 404, 406, 408, 413, 415, 422, 503, 507)

OPERATIONS = (
    Operation(
        "POST",
        "/api/v1/models/{name}/predict",
        "predict",
        TAG,
        "Score records",
        PREDICT_RESPONSES,
        PREDICT_ERRORS,
        query=PredictQuery,
        body=BodySpec(
            PREDICT_BODY,
            "One record, a list of them, or a table with a header and a line for each record.",
            also=OTHERS,
        ),
        description="The model is a parameter: a new model needs no new client. Accept chooses what comes back: JSON, "
        "the bare label, or a table.",
    ),
)
