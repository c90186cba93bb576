"""Contract of requests: models that validate JSON bodies and query parameters (``api/http/validated.py``).

A record of a model is checked by the model's own schema, and a list by
:class:`ml.campaign.list_request.ListRequest`, which the pages use, too.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Json, WithJsonSchema

from api.contract.base import RequestModel
from ml.advice.score_known import AVERAGE, ESTIMATOR, Blanks
from ml.data.validation.bounded import AtMost
from ml.files.table import MOST_COLUMNS

MOST = 2**53 - 1  # largest integer that is exact in JSON


def _lower(given: Any) -> Any:
    return given.lower() if isinstance(given, str) else given


def _flag(given: Any) -> Any:
    return {"true": True, "false": False}.get(_lower(given), given) if isinstance(given, str) else given


Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"}), Field(strict=True)]
BlanksField = Annotated[Blanks, BeforeValidator(_lower)]
Columns = Annotated[dict[str, str], AtMost(MOST_COLUMNS), Field(examples=[{"Yearly income": "income", "Remarks": ""}])]


LanguageField = Annotated[str, Field(max_length=35, examples=["de-CH"])]
"""A tag as in Accept-Language."""


class OutcomeQuery(RequestModel):
    """The outcome that is asked about."""

    outcome: Annotated[str, Field(examples=["yes"])] = ""
    """The outcome that it is about; the positive one where it is left out."""


class ExtraQuery(RequestModel):
    """Treatment of fields that the model does not know."""

    extra: Annotated[Literal["ignore", "refuse"], BeforeValidator(_lower)] = "refuse"
    """With `ignore` they are left out, instead of refused."""


class FileQuery(RequestModel):
    """Read options of a file; those left out are detected."""

    encoding: Annotated[str, Field(max_length=200, examples=["windows-1252"])] = ""
    """As Python names it, or `ansi`, `mac`, `unicode`."""
    separator: Annotated[str, Field(max_length=200, examples=["semicolon"])] = ""
    """comma, semicolon, tab, pipe, or one character."""
    decimal: Annotated[str, Field(max_length=200, examples=["comma"])] = ""
    """Mark of decimals: comma or point; the other one is taken for the mark between thousands."""
    header_row: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Row of the file with the names of the columns, from 1."""
    sheet: Annotated[str, Field(max_length=200, examples=["Customers"])] = ""
    """Sheet of a workbook, by name or by number from 1; a hidden one, too."""
    dates: Annotated[Literal["dmy", "mdy", "ymd"] | None, BeforeValidator(_lower)] = None
    """Order of day, month and year."""


class PredictQuery(OutcomeQuery, ExtraQuery, FileQuery):
    """Options of a prediction; with any of them the response is JSON."""

    explain: Flag = False
    """Contributions and reasons of each record; up to 100 records."""
    blanks: Annotated[Literal["estimator", "average", "allow", "refuse"], BeforeValidator(_lower)] = "estimator"
    """What becomes of missing values: as the estimator takes them (`refuse` says the same), or averaged over what they
    may be (`average`: up to 1,000 records). `allow` averages too, and adds the range of the probabilities and what is
    worth asking; up to 100 records."""
    cutoff: Annotated[Annotated[float, Field(ge=0, le=1)] | Literal["chosen"] | None, Field(examples=[0.35])] = None
    """Decisions at this probability, or at the cut-offs in use where it is `chosen`."""
    version: Annotated[str, Field(examples=["3f9a1c2b"])] = ""
    """Fingerprint of the version that answers; the live one where it is left out."""

    @property
    def averaged(self) -> bool:
        """True when a missing value is a blank."""
        return self.blanks in (AVERAGE, "allow")

    @property
    def only_scores(self) -> bool:
        """True when only scores are requested."""
        return not self.more and self.cutoff is None

    @property
    def more(self) -> bool:
        """True when more than scores and decisions is requested."""
        return self.explain or self.blanks == "allow"


class ReportQuery(OutcomeQuery):
    """What a report is about, and who reads it."""

    language: LanguageField = ""
    """Of its sentences and numbers; English by default, and where there is no translation."""


class JobQuery(FileQuery):
    """Options of scoring a file."""

    name: Annotated[str, Field(max_length=200, examples=["march.csv"])] = "records.csv"
    """Of the file, for people."""
    columns: Annotated[Json[Columns] | None, Field(examples=['{"Yearly income": "income"}'])] = None
    """A JSON object: column of the file to the feature that it gives."""
    held: Flag = False
    """Keep the file, and score it when it is started: to look into it first, and to make lists afterwards."""
    blanks: BlanksField = ESTIMATOR
    """What becomes of missing values: as the estimator takes them, or averaged over what they may be, as the Prediction
    page does with blanks. Of a held file it is what `start` does where nothing else is said there."""
    decisions: Flag = False
    """Record each record as a decision, whose id stands in the column `decision` of the result: outcomes can be told of
    it. Not of a held file, whose call lists record whom they are about."""
    callback_url: Annotated[str, Field(json_schema_extra={"format": "uri"}, examples=["https://example.com/done"])] = ""
    """Called when the job is over, with a signature."""
    language: LanguageField = ""
    """Language of the reason for which a file is refused; English by default."""


class JobsQuery(RequestModel):
    """Filter and page size of the list of jobs."""

    model: Annotated[str, Field(examples=["loan"])] = ""
    """Of this model: a name, or the key of a version."""
    state: Annotated[str, Field(examples=["waiting,running"])] = ""
    """In one of these states, separated by commas."""
    kind: Literal["score", "campaign", "list"] | None = None
    """Of this kind."""
    created_after: Annotated[str, Field(examples=["2026-03-01T09:00:00Z"])] = ""
    """Seconds since 1970, or a date and time of ISO 8601."""
    created_before: Annotated[str, Field(examples=["1772355600"])] = ""
    """As created_after."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Jobs of a page."""
    cursor: Annotated[str, Field(examples=["WzE3NzIzNTU2MDAuMCwiMGY4YyJd"])] = ""
    """Position in the list, from links.next of the previous page."""


class ResultQuery(RequestModel):
    """Format of a result."""

    format: Literal["csv", "csv-excel", "xlsx", "parquet"] | None = None
    """CSV for programs, CSV that Excel opens, a workbook, or Parquet; as Accept says where it is left out."""
    separator: Literal["comma", "semicolon", "tab"] | None = None
    """Of CSV for Excel; as the language of the reader has it where it is left out."""
    decimal: Literal["point", "comma"] | None = None
    """Decimal mark of CSV for Excel."""
    compression: Literal["gzip", "none"] | None = None
    """A file that is compressed, or bytes as they are; as Accept-Encoding says where it is left out."""


class PreviewQuery(FileQuery):
    """Read options and column matches of a held file."""

    columns: Annotated[Json[Columns] | None, Field(examples=['{"Yearly income": "income"}'])] = None
    """A JSON object: column of the file to the feature that it gives, or to an empty text where it gives none."""
    blanks: BlanksField | None = None
    """Treatment of missing values, as in `start`; as sent with the file where it is left out."""


class RowsQuery(RequestModel):
    """Order and range of a campaign's rows."""

    order: Literal["rank", "file"] = "rank"
    """By rank, or as in the file."""
    outcome: Annotated[str, Field(examples=["yes"])] = ""
    """By whose probability the ranks go; as the campaign ranks where it is left out."""
    start: Annotated[int, Field(ge=0, le=MOST)] = 0
    """The first row, from 0."""
    end: Annotated[int, Field(ge=0, le=MOST)] = 100
    """The row after the last; at most 1,000 are given."""


class StartRequest(FileQuery):
    """Options of reading and scoring a held file."""

    columns: Columns | None = None
    """Column of the file to the feature that it gives, or to an empty text where it gives none. Columns that are not
    named are matched by their names."""
    reasons: Annotated[bool, Field(strict=True)] = False
    """Whether each record gets its three strongest reasons."""
    blanks: BlanksField | None = None
    """What becomes of missing values: as the estimator takes them, or averaged over what they may be, as the Prediction
    page does with blanks; as it was sent where it is left out."""
