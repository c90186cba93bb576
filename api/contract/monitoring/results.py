"""Contract of the results of a model: the numbers of its Results page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import ModelKey, Shape
from api.contract.monitoring.analysts import Analysts
from api.contract.monitoring.campaign_lift import Paid
from api.contract.monitoring.usage import Used
from api.contract.operation import Operation, in_json
from api.contract.requests import Flag, OutcomeQuery
from api.contract.working import LATER
from ml.data.validation.field_types import Count, Number, Seconds, Share
from ml.monitoring.calibration_verdict import CalibrationVerdict
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
