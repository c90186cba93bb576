"""Contract of campaigns: a file is previewed, scored and ranked, and says from what lists can be made."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Shape
from api.contract.files.dialect import Dialect, DriftedFeature, FileProblem, LeftOut, UnreadValues, UnseenFeature
from api.contract.files.jobs import Job
from api.contract.models import Named
from api.contract.operation import JSON, BodySpec, Operation, in_json
from api.contract.requests import PreviewQuery, RowsQuery, StartRequest
from ml.data.validation.field_types import Count, Money, Probability

TAG = "Campaigns"
REFUSED = (400, 404, 408, 409, 413, 503)


class Preview(Shape):
    """Preview of a held file: its content, and how it is read."""

    dialect: Dialect
    applies: list[Literal["encoding", "separator", "decimal", "header_row", "sheet", "dates"]]
    """Read options that apply to a file of this format, with these columns."""
    top: list[list[str]]
    """First rows of the file, those above the header too, shortened: to choose the header among them."""
    header: list[str]
    """Names of the columns."""
    rows: list[list[str]]
    """Cells of the first records, as they stand in the file."""
    read: list[list[str | None]]
    """Cells of the first records, as they are read; null where the column gives no feature."""
    columns: Annotated[dict[str, str | None], Field(examples=[{"Yearly income": "income", "Remarks": None}])]
    """Feature that each column of the file gives; null where it gives none."""
    near: Annotated[dict[str, str], Field(examples=[{"Aplicant income": "income"}])]
    """Columns that were taken for a feature although they are spelled otherwise, with the feature."""
    features: list[Named]
    """Features that a column may give."""
    missing: list[Named]
    """Features that no column gives."""
    gaps: Annotated[dict[str, Count], Field(examples=[{"income": 12}])]
    """Number of checked records without a value which every row of training had, by feature."""
    blank: bool
    """True where a record lacks a value, so that `blanks` makes a difference."""
    unread: list[UnreadValues]
    """Values of the checked records that cannot be read."""
    drift: list[DriftedFeature]
    """Features that differ from training, the most first: the probabilities may not hold for such a file."""
    unseen: list[UnseenFeature]
    """Features with values outside the range of training, or with levels that are new since training."""
    compared: Count
    """Number of records that were compared with training."""
    left_out: LeftOut
    """Lines that are no records, as far as the file was read."""
    checked: Count
    """Number of records that were checked: the first ones of the file."""
    refused: Count
    """Number of checked records that cannot be scored."""
    estimated: Count | None
    """Number of records of the whole file, estimated by its size; null where that is impossible."""
    whole: bool
    """True where the file was read to its end, so that `estimated` and `left_out` are exact."""
    problems: list[FileProblem]
    """First problem of each sort."""
    notes: list[str]
    """Remarks on the file, for people."""
    ready: bool
    """True where the job can be started."""
    why: str
    """Reason why the job cannot be started; empty where it can."""
    seconds_with_reasons: Annotated[float, Field(ge=0)]
    """Seconds that one process would take for the reasons of all records."""


class Row(Shape):
    """One row of a campaign."""

    row: Annotated[int, Field(ge=1)]
    """Position of the record in the file, from 1."""
    cells: list[str]
    """Cells of the record, as they stand in the file."""
    rank: Annotated[int | None, Field(ge=1)]
    """Rank of the record, from 1; null where the record could not be scored."""
    label: str
    """Decision of the estimator itself; empty where the record could not be scored."""
    probabilities: dict[str, Probability]
    """Probability of each outcome, by name; empty where the record could not be scored."""
    outcome: str
    """Outcome that is best offered."""
    band: str
    """Band of the probability, as the model's card names it; empty where it names none."""
    decision: bool | None
    """True where to act on that outcome: its probability reaches the cut-off in use; null where the record was not
    scored."""
    worth: Money | None
    """Money that acting is worth on average, after its cost; null where the card does not tell."""
    action: str
    """Action in words; empty where the card says nothing about decisions."""
    reasons: list[str]
    """Strongest reasons in words; empty where none were requested."""
    problems: str
    """Reason why the record could not be scored; empty where it was."""


class Rows(Shape):
    """Some rows of a campaign."""

    total: Count
    """Number of rows of the whole campaign."""
    header: list[str]
    """Names of the file's columns."""
    outcomes: list[Named]
    """Outcomes of the model."""
    rows: list[Row]
    """Requested rows, in the requested order."""


class Offer(Named):
    """One outcome, with the value and the cost of acting on it."""

    cut_off: Probability
    """Probability from which one acts."""
    value: Money
    """Money that acting brings where the outcome comes true."""
    cost: Annotated[float, Field(ge=0)]
    """Cost of acting once."""


class Group(Shape):
    """One value of a column."""

    value: str
    """Value of the column."""
    records: Count
    """Number of records with the value."""


class Column(Shape):
    """A column of the file that has few values."""

    name: str
    """Name of the column."""
    values: list[Group]
    """Values of the column, with their numbers of records."""


class Choices(Shape):
    """Choices for call lists: outcomes that can be offered, and columns by which records can be limited."""

    outcomes: list[Offer]
    """Outcomes that can be offered."""
    exclusive: bool
    """True where exactly one outcome is true of each record."""
    positive: str
    """Default outcome of a list."""
    columns: list[Column]
    """Columns whose values can have limits and quotas."""
    records: Count
    """Number of records in the file."""
    scored: Count
    """Number of records that were scored."""
    refused: Count
    """Number of records that could not be scored."""


OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/jobs/{job}/preview",
        "preview_job",
        TAG,
        "Preview a held file",
        {200: in_json(Preview, "Preview of the file: how it is read, and its problems.")},
        REFUSED,
        query=PreviewQuery,
    ),
    Operation(
        "POST",
        "/api/v1/jobs/{job}/start",
        "start_job",
        TAG,
        "Score a held file",
        {202: in_json(Job, "The job was started.", "RetryAfter")},
        (*REFUSED, 403),
        body=BodySpec({JSON: StartRequest}, "Options of reading and scoring; may be left out.", required=False),
    ),
    Operation(
        "GET",
        "/api/v1/jobs/{job}/records",
        "list_records",
        TAG,
        "Give scored rows of a campaign",
        {200: in_json(Rows, "Requested rows of the campaign.")},
        REFUSED,
        query=RowsQuery,
    ),
    Operation(
        "GET",
        "/api/v1/jobs/{job}/choices",
        "list_choices",
        TAG,
        "Give outcomes and columns from which call lists can be made",
        {200: in_json(Choices, "Outcomes and columns of the campaign.")},
        REFUSED,
    ),
)
