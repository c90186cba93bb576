"""Contract of campaigns: a file is previewed, scored and ranked, and says from what lists can be made."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Count, Probability, Shape
from api.contract.files.dialect import Dialect, DriftedFeature, FileProblem, LeftOut, UnreadValues, UnseenFeature
from api.contract.files.jobs import Job
from api.contract.models import Named
from api.contract.operation import JSON, BodySpec, Operation, in_json
from api.contract.requests import PreviewQuery, RowsQuery, StartRequest

TAG = "Campaigns"
REFUSED = (400, 404, 408, 409, 413, 503)
Money = Annotated[float, Field(examples=[1250.0])]


class Preview(Shape):
    """Preview of a held file: its content, and how it is read."""

    dialect: Dialect
    applies: list[Literal["encoding", "separator", "decimal", "header_row", "sheet", "dates"]]
    """Read options that apply to a file of this format, with these columns."""
    top: list[list[str]]
    """The first rows of the file, those above the header too, shortened: to choose the header among them."""
    header: list[str]
    rows: list[list[str]]
    """Cells of the first records."""
    read: list[list[str | None]]
    """The same cells as they are read; null where the column gives no feature."""
    columns: Annotated[dict[str, str | None], Field(examples=[{"Yearly income": "income", "Remarks": None}])]
    """Each column, and the feature that it gives; null where it gives none."""
    near: Annotated[dict[str, str], Field(examples=[{"Aplicant income": "income"}])]
    """Columns that were taken for a feature although they are spelled otherwise."""
    features: list[Named]
    """The features that a column may give."""
    missing: list[Named]
    """Features that no column gives."""
    gaps: Annotated[dict[str, Count], Field(examples=[{"income": 12}])]
    """By feature, how many of the checked records lack its value, where in training every row had one."""
    blank: bool
    """Whether a record lacks a value, so that `blanks` makes a difference."""
    unread: list[UnreadValues]
    """Values of the checked records that cannot be read."""
    drift: list[DriftedFeature]
    """Features that differ from training, the most first: the probabilities may not hold for such a file."""
    unseen: list[UnseenFeature]
    """Features with values outside the range of training, or with levels that are new since training."""
    compared: Count
    """Records that were compared with training."""
    left_out: LeftOut
    """Lines that are no records, as far as the file was read."""
    checked: Count
    """Records that were checked: the first ones of the file."""
    refused: Count
    """Checked records that cannot be scored."""
    estimated: Count | None
    """Records of the whole file, estimated by its size; null where that is impossible."""
    whole: bool
    """Whether the file was read to its end, so that `estimated` and `left_out` are exact."""
    problems: list[FileProblem]
    """The first of each sort."""
    notes: list[str]
    """What is worth saying of the file, for people."""
    ready: bool
    """Whether it can be started."""
    why: str
    """Why it cannot; empty where it can."""
    seconds_with_reasons: Annotated[float, Field(ge=0)]
    """Seconds that one process would take for the reasons of all records."""


class Row(Shape):
    """One row of a campaign."""

    row: Annotated[int, Field(ge=1)]
    """Its place in the file, from 1."""
    cells: list[str]
    """As in the file."""
    rank: Annotated[int | None, Field(ge=1)]
    """From 1; null where the record could not be scored."""
    label: str
    probabilities: dict[str, Probability]
    """Of each outcome; empty where the record could not be scored."""
    outcome: str
    """What is best offered."""
    band: str
    """Of the probability, as the model's card names it; empty where it names none."""
    decision: bool | None
    """Whether to act on that outcome: its probability reaches the cut-off in use; null where it was not scored."""
    worth: Money | None
    """Money that acting is worth on average, after its cost; null where the card does not tell."""
    action: str
    """What to do, in words; empty where the card says nothing about decisions."""
    reasons: list[str]
    problems: str
    """Why the record could not be scored."""


class Rows(Shape):
    """Some rows of a campaign."""

    total: Count
    """Rows of the whole campaign."""
    header: list[str]
    outcomes: list[Named]
    rows: list[Row]


class Offer(Named):
    """One outcome, and what acting on it takes and brings."""

    cut_off: Probability
    """The probability from which one acts."""
    value: Money
    """Money that acting brings where the outcome comes true."""
    cost: Annotated[float, Field(ge=0)]
    """Cost of acting once."""


class Group(Shape):
    """One value of a column."""

    value: str
    records: Count


class Column(Shape):
    """A column of the file that has few values."""

    name: str
    values: list[Group]


class Choices(Shape):
    """From what lists can be made."""

    outcomes: list[Offer]
    exclusive: bool
    """Whether exactly one outcome is true of each record."""
    positive: str
    """The default outcome of a list."""
    columns: list[Column]
    records: Count
    scored: Count
    refused: Count


OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/jobs/{job}/preview",
        "preview_job",
        TAG,
        "Look into a held file",
        {200: in_json(Preview, "What it holds.")},
        REFUSED,
        query=PreviewQuery,
    ),
    Operation(
        "POST",
        "/api/v1/jobs/{job}/start",
        "start_job",
        TAG,
        "Score a held file",
        {202: in_json(Job, "It was started.", "RetryAfter")},
        (*REFUSED, 403),
        body=BodySpec({JSON: StartRequest}, "How; may be left out.", required=False),
    ),
    Operation(
        "GET",
        "/api/v1/jobs/{job}/records",
        "list_records",
        TAG,
        "Give rows that were scored",
        {200: in_json(Rows, "Some rows.")},
        REFUSED,
        query=RowsQuery,
    ),
    Operation(
        "GET",
        "/api/v1/jobs/{job}/choices",
        "list_choices",
        TAG,
        "Tell from what lists can be made",
        {200: in_json(Choices, "Outcomes and columns.")},
        REFUSED,
    ),
)
