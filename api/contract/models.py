"""Contract of models: their list, and the schema of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.contract.base import ModelKey, Scalar, Shape
from api.contract.errors import Fault
from api.contract.operation import Operation, in_json

TAG = "Models"
Number = Annotated[float | str | None, Field(examples=[0])]  # of a date the text


class Named(Shape):
    """A name for programs, and the label for people."""

    name: Annotated[str, Field(examples=["setosa"])]
    label: Annotated[str, Field(examples=["Setosa"])]


class Choice(Shape):
    """A value that is accepted, and what people call it."""

    value: str | float | bool
    label: str


class Links(Shape):
    """Addresses of a model."""

    self: Annotated[str, Field(examples=["/api/v1/models/iris"])]
    predict: Annotated[str, Field(examples=["/api/v1/models/iris/predict"])]


class ServingModel(Shape):
    """A model that serves."""

    status: Literal["serving"]
    name: Annotated[str, Field(examples=["iris"])]
    model: ModelKey
    title: Annotated[str, Field(examples=["Iris"])]
    """What people call it."""
    description: str
    exclusive: bool
    """Whether exactly one outcome is true of each record; their probabilities add up to 1 then."""
    outcomes: list[Named]
    offers: Literal["probabilities", "scores", "labels"]
    """What the estimator gives."""
    links: Links


class BrokenModel(Shape):
    """A model that does not serve, and why."""

    status: Literal["broken"]
    name: str
    error: Fault
    links: Links


ListedModel = Annotated[ServingModel | BrokenModel, Field(discriminator="status")]


class Models(Shape):
    """All models."""

    models: list[ListedModel]


class Feature(Shape):
    """One value that the model asks for."""

    name: Annotated[str, Field(examples=["income"])]
    label: Annotated[str, Field(examples=["Yearly income"])]
    kind: Literal["number", "integer", "category", "boolean", "date", "text"]
    required: bool
    """Whether the model cannot do without the value."""
    low: Number
    """The least value that is accepted; null where there is none."""
    high: Number
    """The greatest value that is accepted; null where there is none."""
    seen: Annotated[list[float | str | None] | None, Field(examples=[[12, 180]])]
    """The range in training: a value beyond it is accepted with a note."""
    choices: list[Choice] | None
    """The only values that are accepted; null where there is no such list."""
    codes: list[Choice] | None
    """Numbers that have a name; others are accepted, too."""
    unit: Annotated[str, Field(examples=["k€"])]
    help: str
    group: str
    """The heading under which a form shows it."""
    aliases: list[str]
    """Other names under which it may be sent."""
    default: Annotated[Scalar, Field(examples=[None])]
    """Initial value in a form; null is “not known”."""


class OneHot(Shape):
    """A choice that a record may bring in place of its columns of 0 and 1."""

    name: str
    label: str
    choices: list[Scalar]
    columns: list[str]


class Model(ServingModel):
    """A model that serves, with its features."""

    record_id: str | None
    """Field in which a record may have an id of its own, which the response repeats; null where there is none."""
    features: list[Feature]
    one_hot: list[OneHot]
    example: dict[str, Any]
    """A record that is accepted."""


OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/models",
        "list_models",
        TAG,
        "List the models",
        {200: in_json(Models, "All models; one that is broken comes with what is wrong.")},
    ),
    Operation(
        "GET",
        "/api/v1/models/{name}",
        "get_model",
        TAG,
        "Give outcomes and features of a model",
        {200: in_json(Model, "The model.")},
        (404, 503),
    ),
    Operation(
        "GET",
        "/api/v1/models/{name}/openapi.json",
        "model_contract",
        TAG,
        "Give the document of one model",
        {200: in_json(dict[str, Any], "Its addresses, with the types of its very features and outcomes.")},
        (404, 503),
    ),
)
