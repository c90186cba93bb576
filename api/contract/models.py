"""Contract of models: their list, and the schema of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.contract.base import ModelKey, Scalar, Shape
from api.contract.errors import Fault
from api.contract.operation import Operation, in_json
from ml.data.feature import Choice

TAG = "Models"
Number = Annotated[float | str | None, Field(examples=[0])]  # of a date the text


class Named(Shape):
    """A name for programs, and the label for people."""

    name: Annotated[str, Field(examples=["setosa"])]
    """Name for programs."""
    label: Annotated[str, Field(examples=["Setosa"])]
    """Label for people."""


class Links(Shape):
    """Addresses of a model."""

    self: Annotated[str, Field(examples=["/api/v1/models/iris"])]
    """Address of the model: its outcomes and features."""
    predict: Annotated[str, Field(examples=["/api/v1/models/iris/predict"])]
    """Address that scores records."""


class ServingModel(Shape):
    """A model that serves."""

    status: Literal["serving"]
    """State of the model; `serving`."""
    name: Annotated[str, Field(examples=["iris"])]
    """Name of the model, for addresses."""
    model: ModelKey
    title: Annotated[str, Field(examples=["Iris"])]
    """Display name."""
    description: str
    """Description of the model, from its card; may be empty."""
    exclusive: bool
    """True where exactly one outcome is true of each record; their probabilities add up to 1 then."""
    outcomes: list[Named]
    """Outcomes of the model."""
    offers: Literal["probabilities", "scores", "labels"]
    """Output of the estimator: probabilities, scores that are no probabilities, or labels alone."""
    links: Links


class BrokenModel(Shape):
    """A model that does not serve, and why."""

    status: Literal["broken"]
    """State of the model; `broken`."""
    name: str
    """Name of the model."""
    error: Fault
    links: Links


ListedModel = Annotated[ServingModel | BrokenModel, Field(discriminator="status")]


class Models(Shape):
    """Response with all models."""

    models: list[ListedModel]
    """All models, serving and broken."""


class Feature(Shape):
    """One value that the model asks for."""

    name: Annotated[str, Field(examples=["income"])]
    """Name of the feature in a record."""
    label: Annotated[str, Field(examples=["Yearly income"])]
    """Label of the feature for people."""
    kind: Literal["number", "integer", "category", "boolean", "date", "text"]
    """Kind of the values."""
    required: bool
    """True where the model cannot score a record without the value."""
    low: Number
    """Least accepted value; null where there is none."""
    high: Number
    """Greatest accepted value; null where there is none."""
    seen: Annotated[list[float | str | None] | None, Field(examples=[[12, 180]])]
    """Range of the values in training: a value beyond it is accepted with a note."""
    choices: list[Choice] | None
    """Only accepted values; null where there is no such list."""
    codes: list[Choice] | None
    """Numbers that have a name; others are accepted, too."""
    unit: Annotated[str, Field(examples=["k€"])]
    """Unit of the values; empty where there is none."""
    help: str
    """Explanation of the feature for people; may be empty."""
    group: str
    """Heading of the part of a form that shows the feature."""
    aliases: list[str]
    """Other names under which the value may be sent."""
    default: Annotated[Scalar, Field(examples=[None])]
    """Initial value in a form; null is “not known”."""


class OneHot(Shape):
    """A choice that a record may bring in place of its columns of 0 and 1."""

    name: str
    """Name under which the choice may be sent."""
    label: str
    """Label of the choice for people."""
    choices: list[Scalar]
    """Accepted values, one for each column."""
    columns: list[str]
    """Features of 0 and 1 that the choice replaces."""


class Model(ServingModel):
    """A model that serves, with its features."""

    record_id: str | None
    """Name of the field that may hold a record's id, which the response repeats; null where there is none."""
    features: list[Feature]
    """Features of the model, in order."""
    one_hot: list[OneHot]
    """Groups of features of 0 and 1 that a record may replace by one choice."""
    example: dict[str, Any]
    """Example of an accepted record."""


OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/models",
        "list_models",
        TAG,
        "List the models",
        {200: in_json(Models, "All models; a broken one with its error.")},
    ),
    Operation(
        "GET",
        "/api/v1/models/{name}",
        "get_model",
        TAG,
        "Give outcomes and features of a model",
        {200: in_json(Model, "The model, its outcomes and its features.")},
        (404, 503),
    ),
    Operation(
        "GET",
        "/api/v1/models/{name}/openapi.json",
        "model_contract",
        TAG,
        "Give the OpenAPI document of one model",
        {
            200: in_json(
                dict[str, Any],
                "OpenAPI document of the model's addresses, with the types of its own features and outcomes.",
            )
        },
        (404, 503),
    ),
)
