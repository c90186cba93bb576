"""Fields of a told outcome: one validation for JSON, CSV and jobs."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from ml.data.describe_fields import describe
from ml.data.validation.bounded import FewNames

WORDS = {"1": 1, "0": 0, "true": 1, "false": 0, "yes": 1, "no": 0, "1.0": 1, "0.0": 0, "1,0": 1, "0,0": 0, "": None}
LATEST = 32_503_680_000.0  # the year 3000


def _value(given: Any) -> Any:
    if isinstance(given, bool):
        return float(given)
    return WORDS.get(given.strip().lower(), given) if isinstance(given, str) else given


def _moment(given: Any) -> Any:
    """Seconds since 1970 of a time as ISO 8601 has it; without a zone it is UTC."""
    if not isinstance(given, str):
        return given
    if not given.strip():
        return None
    try:
        read = dt.datetime.fromisoformat(given.strip())
    except ValueError:
        try:
            return float(given)
        except ValueError:
            return given
    return (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).timestamp()


Moment = Annotated[
    Annotated[float, Field(ge=0, le=LATEST)] | None,
    BeforeValidator(_moment, json_schema_input_type=str | float | None),
    Field(examples=["2026-11-27T10:15:00+01:00"]),
]
Text = Annotated[str, BeforeValidator(lambda given: "" if given is None else given)]
Id = Annotated[Text, Field(max_length=200)]


class OutcomeReport(FewNames):
    """Outcome of one decision, or another event about it."""

    model_config = ConfigDict(defer_build=True, json_schema_extra=describe, extra="forbid", frozen=True)

    decision: Annotated[Text, Field(max_length=40, examples=["019ac1f2d3e4a1b2c3d4e5f6-0"])] = ""
    """Id of the decision: `Decision-Id` of the answer, a hyphen, and the place of the record in it, from 0."""
    model: Annotated[Text, Field(max_length=63, examples=["loan"])] = ""
    """Name of the model, where no decision is named, or it is not stored yet."""
    record: Annotated[Id, Field(examples=["K-1017"])] = ""
    """Id of the record; it joins the event with the last decision about the record before the event."""
    kind: Literal["contacted", "outcome", "override", "call_back", "correction", "void"] = "outcome"
    """Kind of the event. `contacted` has the value 1 where somebody was reached; `override`: a person expects something
    else than the model; `correction` and `void` are about an earlier event."""
    outcome: Annotated[Id, Field(examples=["yes"])] = ""
    """Name of the outcome; the positive one where it is left out."""
    value: Annotated[Literal[0, 1] | None, BeforeValidator(_value, json_schema_input_type=bool | int | str | None)] = (
        None
    )
    """1 where the outcome came, 0 where it did not."""
    reason: Annotated[Text, Field(max_length=200)] = ""
    """Reason, such as that of an override; may be left out."""
    note: Annotated[Text, Field(max_length=2_000)] = ""
    """Note of a person; kept encrypted, or not at all where values are not kept."""
    happened: Moment = None
    """Time of the event: ISO 8601, or seconds since 1970; now where it is left out."""
    due: Moment = None
    """Time at which to call back."""
    key: Annotated[Id, Field(examples=["order-5512"])] = ""
    """Idempotency key: an event that is sent again under the same key is not stored again."""
    refers: Annotated[Text, Field(max_length=40)] = ""
    """Id of the event that a correction or void is about."""
    campaign: Annotated[Text, Field(max_length=32)] = ""
    """Id of the call list that the event belongs to."""
