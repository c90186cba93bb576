"""Contract of predictions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import MISSING, ConfigDict, Field, RootModel

from api.contract.base import ModelKey, Scalar, Shape
from api.contract.operation import CSV, JSON, TEXT, BodySpec, Operation, ResponseSpec
from api.contract.requests import PredictQuery
from api.contract.working import LATER
from ml.advice.next_question import Question
from ml.data.validation.field_types import Probability

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
    """Records to score, in order."""


class Note(Shape):
    """A remark on a value that was accepted."""

    feature: Annotated[str | None, Field(examples=["income"])]
    """Name of the feature; null where the whole record is meant, or more than twelve features of one kind."""
    value: Annotated[Scalar, Field(examples=[900.0])]
    """Value that was sent, cut at 100 characters."""
    message: Annotated[str, Field(examples=["In training it was from 12 to 180."])]
    """Remark in words."""


class Reasons(Shape):
    """The strongest reasons, in words."""

    for_: Annotated[list[str], Field(alias="for")]
    """Reasons that raise the probability, the strongest first."""
    against: list[str]
    """Reasons that lower the probability, the strongest first."""


class Prediction(Shape):
    """The score of one record."""

    id: str | None
    """Id of the record as it was sent; null where none was."""
    label: Annotated[str | list[str] | None, Field(examples=["yes"])]
    """Decision of the estimator itself: one outcome, or a list of them where outcomes are independent; null where
    something is blank."""
    probabilities: ByOutcome | None
    """Probability of each outcome, by name, with all digits; null where the estimator offers none."""
    notes: list[Note] | MISSING = MISSING
    """Remarks on values that are accepted, but differ from those in training."""
    low: ByOutcome | MISSING = MISSING
    """Lower end of the range of each probability, where something is blank: 8 of 10 complete records lie between low
    and high."""
    high: ByOutcome | MISSING = MISSING
    """Upper end of the range of each probability, where something is blank."""
    blanks: list[str] | MISSING = MISSING
    """Names of the features that are not known."""
    questions: list[Question] | MISSING = MISSING
    """Unknown features that are worth asking for, the most informative first."""
    base: ByOutcome | MISSING = MISSING
    """With reasons: probability of each outcome where no feature is known, from which the contributions count."""
    contributions: ByFeature | MISSING = MISSING
    """Contribution (Shapley value) of each feature to the probability of each outcome; with base they add up to the
    probability."""
    standard_errors: ByFeature | MISSING = MISSING
    """Standard errors of the contributions; 0 where they are exact."""
    reasons: Reasons | MISSING = MISSING
    """Strongest reasons in words; with explain=true."""
    decisions: Annotated[dict[str, bool], Field(examples=[{"yes": True, "no": False}])] | MISSING = MISSING
    """By outcome, true where its probability reaches its cut-off, so that one acts on it."""
    worths: Annotated[dict[str, float], Field(examples=[{"yes": 58.4}])] | MISSING = MISSING
    """Money that acting on an outcome is worth on average, after its cost, rather than not acting; by outcome, of those
    with a payoff."""
    actions: Annotated[dict[str, str], Field(examples=[{"yes": "Offer it."}])] | MISSING = MISSING
    """Action for each outcome in words, where the model's card says anything about decisions."""


class Predictions(Shape):
    """Scores, in the order of the records."""

    model: ModelKey
    outcomes: Annotated[list[str], Field(examples=[["yes", "no"]])]
    """Names of the outcomes."""
    predictions: list[Prediction]
    """One prediction a record, in the order of the records."""
    cutoffs: ByOutcome | MISSING = MISSING
    """Cut-off of each outcome, by which the decisions were made."""
    ignored: Annotated[list[str], Field(examples=[["remarks"]])] | MISSING = MISSING
    """With extra=ignore: names of the fields that were left out."""
    notes: Annotated[list[str], Field(examples=[["No column gives income."]])] | MISSING = MISSING
    """Remarks on reading the table."""
    about: Annotated[str, Field(examples=["yes"])] | MISSING = MISSING
    """Outcome that the reasons explain."""
    remark: str | MISSING = MISSING
    """Caution about the reasons: they do not tell causes."""


class SplitFrame(Shape):
    """A table as pandas writes it with orient="split"."""

    columns: list[str]
    """Names of the columns."""
    index: list[Any] | MISSING = MISSING
    """Labels of the rows; not used."""
    data: Annotated[list[list[Scalar]], Field(min_length=1)]
    """Rows of values, in the order of the columns."""


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
        description="The model is a parameter: a new model needs no new client. Accept chooses the form of the answer: "
        "JSON, the bare label, or a table.",
    ),
)
