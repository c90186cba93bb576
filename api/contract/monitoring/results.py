"""Contract of the results of a model: the numbers of its Results page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Count, ModelKey, Probability, Seconds, Shape
from api.contract.monitoring.analysts import Analysts, Number
from api.contract.operation import Operation, in_json
from api.contract.requests import Flag, OutcomeQuery
from api.contract.working import LATER

TAG = "Results"
Share = Annotated[float, Field(ge=0, le=1, examples=[0.31])] | None
Verdict = Literal["people", "model", "not_told_apart"]


class ResultsQuery(OutcomeQuery):
    """The outcome, and whether what analysts look at is wanted too."""

    analysts: Flag = False
    """Drift of the inputs and estimated performance, too: these take some seconds at first."""


class CountedRecords(Shape):
    """Decisions of the version, and how many of them count."""

    decisions: Count
    counted: Count
    """The outcome is known and final: only these count in rates."""
    unripe: Count
    """The outcome may still come; they count in no rate."""
    unripe_share: Share
    early: Count
    """Unripe decisions whose outcome came already."""
    unknown: Count
    """No outcome was reported within the time."""
    told: Count
    """Events of the model."""
    after: Number
    """Seconds in which the outcome may come, as the card says; null where it does not say."""
    silence: Literal["no", "unknown"]
    """Meaning of no report within that time: the outcome did not come, or is unknown."""


class Band(Shape):
    """Decisions of one band of probability: predicted and observed share, with an interval of 95 %."""

    label: str
    start: Probability
    end: Probability
    records: Count
    came: Count
    said: Share
    share: Share
    low: Share
    high: Share
    off: bool
    """Whether the predicted share lies outside of the simultaneous interval of all bands."""


class Right(Shape):
    """Whether the version has been right: one sequential test that may be looked at after every outcome."""

    state: Literal["right", "not_enough", "off"]
    outcomes: Count
    wanted: Annotated[int, Field(ge=0)] | None
    """Outcomes after which a model that is off by 0.6 in log-odds would have been found out."""
    evidence: Annotated[float, Field(ge=0)]
    """Evidence against the probabilities; 1 at the beginning. All decisions whose outcome is known count, called or
    not: where calling changes what comes, a change in who is called can move it, too."""
    alarm: Annotated[float, Field(ge=0)]
    """Evidence at which it counts as off."""
    alarmed_at: Seconds | None
    since: Seconds | None
    """Time of the first decision after the most likely point of change."""
    direction: Literal["more", "less"] | None
    """Whether the observed share is above or below the predicted one."""
    said: Share
    came: Share
    episode: str | None
    all: Band
    bands: list[Band]
    path: list[list[float]]
    """Seconds since 1970, and the decimal logarithm of the evidence then."""


class Assigned(Shape):
    """Records of lists."""

    call: Count
    control: Count


class LiftShape(Shape):
    """Those who were assigned to be called against those kept back by chance, with intervals of 95 %."""

    called: Count
    bought: Count
    control: Count
    control_bought: Count
    left_out: Count
    """Called of lists without a control group."""
    share: Share
    control_share: Share
    difference: Number
    low: Number
    high: Number
    won: Number
    won_low: Number
    won_high: Number
    smallest: Number
    """The smallest difference that groups of these sizes detect with a power of 80 %."""
    told_apart: bool


class MoneyShape(Shape):
    """Money of the calls that are compared."""

    realised: Number
    """Won by calling: that of buyers who would not have bought otherwise, less the cost of the calls."""
    low: Number
    high: Number
    value: float
    cost: float
    forecast: Number
    """Forecast of all who buy of those called."""
    forecast_low: Number
    forecast_high: Number
    brought: float
    """Brought by all who bought of those called, less the cost of the calls."""


class Paid(Shape):
    """Whether it has paid."""

    lists: Count
    assigned: Assigned
    nameless: Count
    """Without an id, so that nothing can be known of them."""
    unripe: Count
    called_told: Share
    """Share of those called, and time is over, of whom something is known."""
    control_told: Share
    comparable: bool
    """Whether enough is known of both groups: of those kept back too, bought or not."""
    lift: LiftShape
    money: MoneyShape | None
    currency: str


class ListedRow(Shape):
    """People who were listed to be called, and what became of that."""

    name: str
    shown: Count
    contacted: Count
    recorded: Count
    due: Count
    contacted_in_time: Count
    recorded_in_time: Count
    contacted_share: Share
    recorded_share: Share


class Listed(ListedRow):
    """Of all lists, and by week."""

    days: float
    weeks: list[ListedRow]


class OverridesShape(Shape):
    """Records on which somebody disagreed with the model, and whether people were right."""

    reason: str
    records: Count
    right: Count
    share: Share
    low: Share
    high: Share
    expected: Share
    verdict: Verdict
    log_loss: Number
    expected_log_loss: Number


class Used(Shape):
    """Whether it is used."""

    decisions: Count
    noted: Count
    """Decisions about which anything was reported."""
    listed: Listed | None
    overrides: OverridesShape
    reasons: list[OverridesShape]


class ModelResults(Shape):
    """The results of a model."""

    model: ModelKey
    outcome: Annotated[str, Field(examples=["yes"])]
    as_of: Seconds
    records: CountedRecords
    right: Right
    paid: Paid
    used: Used
    analysts: Analysts | None


OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/models/{name}/results",
        "get_results",
        TAG,
        "Tell whether a model has been right, has paid, and is used",
        {200: in_json(ModelResults, "The numbers of the Results page."), 202: LATER},
        (400, 404, 503),
        query=ResultsQuery,
        description="`right` is about the version, of a name the live one; `paid` and `used` are about all versions. "
        "Outcomes that may still come are in no rate. What came is told by `POST /api/v1/outcomes`.",
    ),
)
