"""Contract of the results of a model: the numbers of its Results page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import ModelKey, Shape
from api.contract.operation import Operation, in_json
from api.contract.requests import Flag, OutcomeQuery
from api.contract.working import LATER
from ml.data.validation.field_types import Count, Number, Seconds, Share
from ml.monitoring.adoption import Adoption
from ml.monitoring.calibration_verdict import CalibrationVerdict
from ml.monitoring.estimated_performance import EstimatedPerformance
from ml.monitoring.input_drift import InputDrift
from ml.monitoring.lift import CampaignLift, Money
from ml.monitoring.overrides import Overrides
from ml.monitoring.reliability import ReliabilityRow

TAG = "Results"


class ResultsQuery(OutcomeQuery):
    """Options of the results of a model."""

    analysts: Flag = False
    """True adds drift of the inputs and estimated performance, which take some seconds at first."""


class CountedRecords(Shape):
    """Numbers of decisions of the version: all, and those that count."""

    decisions: Count
    """Number of decisions."""
    counted: Count
    """Number of decisions whose outcome is known and final: only these count in rates."""
    unripe: Count
    """Number of decisions whose outcome may still come; they count in no rate."""
    unripe_share: Share
    """Share of the decisions whose outcome may still come; null without decisions."""
    early: Count
    """Number of the unripe decisions whose outcome came already."""
    unknown: Count
    """Number of decisions without a reported outcome although the time for it is over."""
    told: Count
    """Number of reported events of the model."""
    after: Number
    """Seconds within which the outcome may come, as the card says; null where it does not say."""
    silence: Literal["no", "unknown"]
    """Meaning of no report within the time of `after`: the outcome did not come (`no`), or is unknown."""


@dataclass(frozen=True)
class Right(CalibrationVerdict):
    """Calibration of the version over time: one sequential test, valid however often one looks at it."""

    alarm: Annotated[float, Field(ge=0)]
    """Evidence at which the alarm goes off."""
    episode: str | None
    """Id of the test's current episode; null where none is stored yet."""
    all: ReliabilityRow
    """All decisions that count, as one band."""
    bands: list[ReliabilityRow]
    """Decisions by band of probability, the lowest first."""
    path: list[list[float]]
    """Evidence over time: pairs of seconds since 1970 and the decimal logarithm of the evidence."""


class Assigned(Shape):
    """Numbers of records that lists assigned to each group."""

    call: Count
    """Number of records to be called."""
    control: Count
    """Number of records kept back at random (control group)."""


class Paid(Shape):
    """Value of the lists: what calling changed, against the control groups."""

    lists: Count
    """Number of lists about the outcome."""
    assigned: Assigned
    """Numbers of records to be called, and kept back."""
    nameless: Count
    """Number of records without an id, so that nothing can be known of them."""
    unripe: Count
    """Number of records whose outcome may still come."""
    called_told: Share
    """Share of the called records whose time is over that have a known outcome; null where none is over."""
    control_told: Share
    """Share of the records kept back whose time is over that have a known outcome; null where none is over."""
    comparable: bool
    """True where enough is known of both groups, of those kept back too, bought or not."""
    lift: CampaignLift
    """Lift of calling."""
    money: Money | None
    """Money of the calls; null where the model's card states no payoff."""
    currency: str
    """Currency of the money; empty where the card states no payoff."""


class Used(Shape):
    """Use of the model: reports, calls and overrides, none of it by person."""

    decisions: Count
    """Number of decisions; records of scored files are not among them."""
    noted: Count
    """Number of decisions about which anything was reported."""
    listed: Adoption | None
    """Records of lists; null without lists."""
    overrides: Overrides
    """Overrides of all reasons together."""
    reasons: list[Overrides]
    """Overrides by reason, the most frequent first."""


class Analysts(Shape):
    """Results for analysts, from the latest decisions of the version."""

    records: Count
    """Number of decisions that were looked at."""
    since: Seconds | None
    """Time of the first of these decisions, in seconds since 1970 (UTC); null without decisions."""
    estimated: EstimatedPerformance | None
    """Performance estimated from the probabilities alone; null without decisions."""
    drift: InputDrift | None
    """Drift of the inputs; null where too few values are kept."""


class ModelResults(Shape):
    """The results of a model."""

    model: ModelKey
    outcome: Annotated[str, Field(examples=["yes"])]
    """Name of the outcome that the results are about."""
    as_of: Seconds
    """Time of the results, in seconds since 1970 (UTC)."""
    records: CountedRecords
    right: Right
    paid: Paid
    used: Used
    analysts: Analysts | None
    """Results for analysts; null where they were not requested."""


OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/models/{name}/results",
        "get_results",
        TAG,
        "Give the results of a model: calibration, value of its lists, use",
        {200: in_json(ModelResults, "The numbers of the Results page."), 202: LATER},
        (400, 404, 503),
        query=ResultsQuery,
        description="`right` is about one version, the live one where the address names none; `paid` and `used` are "
        "about all versions. Outcomes that may still come are in no rate. Outcomes are reported by "
        "`POST /api/v1/outcomes`.",
    ),
)
