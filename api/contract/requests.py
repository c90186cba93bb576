"""Contract of requests: models that validate JSON bodies and query parameters (``api/http/validated.py``).

A record of a model is checked by the model's own schema, and a list by
:class:`ml.campaign.list_request.ListRequest`, which the pages use, too.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, Json, WithJsonSchema

from api.contract.base import RequestModel
from ml.advice.score_known import ESTIMATOR, Blanks
from ml.data.validation.bounded import AtMost
from ml.files.table import MOST_COLUMNS

MOST = 2**53 - 1  # largest integer that is exact in JSON
CutOff = Annotated[float, Field(ge=0, le=1), AfterValidator(abs)]  # -0 is 0


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
    """Choice of an outcome."""

    outcome: Annotated[str, Field(examples=["yes"])] = ""
    """Name of the outcome; the positive one where it is left out."""


class ExtraQuery(RequestModel):
    """Treatment of fields that the model does not know."""

    extra: Annotated[Literal["ignore", "refuse"], BeforeValidator(_lower)] = "refuse"
    """Treatment of unknown fields: `ignore` leaves them out, `refuse` refuses the request."""


class FileQuery(RequestModel):
    """Read options of a file; those left out are detected."""

    encoding: Annotated[str, Field(max_length=200, examples=["windows-1252"])] = ""
    """Character encoding by its name in Python, or `ansi`, `mac`, `unicode`."""
    separator: Annotated[str, Field(max_length=200, examples=["semicolon"])] = ""
    """Field separator: comma, semicolon, tab, pipe, or one character."""
    decimal: Annotated[str, Field(max_length=200, examples=["comma"])] = ""
    """Decimal mark: comma or point; the other one is taken for the mark between thousands."""
    header_row: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Row of the file with the names of the columns, from 1."""
    sheet: Annotated[str, Field(max_length=200, examples=["Customers"])] = ""
    """Sheet of a workbook, by name or by number from 1; may be a hidden one."""
    dates: Annotated[Literal["dmy", "mdy", "ymd"] | None, BeforeValidator(_lower)] = None
    """Order of day, month and year in dates."""


class PredictQuery(OutcomeQuery, ExtraQuery, FileQuery):
    """Options of a prediction; with any of them the response is JSON."""

    explain: Flag = False
    """Contributions and reasons of each record; up to 100 records."""
    blanks: Annotated[Literal["estimator", "average", "allow", "refuse"], BeforeValidator(_lower)] = "estimator"
    """Treatment of missing values. `estimator`: passed on to the estimator (`refuse` means the same); `average`:
    averaged over likely values, up to 1,000 records; `allow`: averaged, and the answer adds the range of the
    probabilities and the features worth asking for, up to 100 records."""
    cutoff: Annotated[CutOff | Literal["chosen"] | None, Field(examples=[0.35])] = None
    """Cut-off at which to add decisions: a probability, or `chosen` for the cut-offs in use."""
    version: Annotated[str, Field(examples=["3f9a1c2b"])] = ""
    """Fingerprint or key of the version that answers; the live one where it is left out."""

    @property
    def is_plain(self) -> bool:
        """True when nothing but scores is requested."""
        return not self.has_explanations and self.cutoff is None

    @property
    def has_explanations(self) -> bool:
        """True when each record is to have contributions, or the range of its score and the questions worth asking."""
        return self.explain or self.blanks == "allow"


class ReportQuery(OutcomeQuery):
    """Outcome and language of a report."""

    language: LanguageField = ""
    """Language of sentences and numbers, a tag as in Accept-Language; English by default, and where there is no
    translation."""


class JobQuery(FileQuery):
    """Options of scoring a file."""

    name: Annotated[str, Field(max_length=200, examples=["march.csv"])] = "records.csv"
    """Name of the file, for people."""
    columns: Annotated[Json[Columns] | None, Field(examples=['{"Yearly income": "income"}'])] = None
    """JSON object that maps columns of the file to the features that they give."""
    held: Flag = False
    """True keeps the file until it is started, to preview it first and to make lists afterwards."""
    blanks: BlanksField = ESTIMATOR
    """Treatment of missing values: passed on to the estimator, or averaged over likely values, as on the Prediction
    page. For a held file it is the default of `start`."""
    decisions: Flag = False
    """True records each record as a decision, whose id stands in the column `decision` of the result: outcomes can be
    reported for it. Not for a held file, whose call lists record their own decisions."""
    callback_url: Annotated[str, Field(json_schema_extra={"format": "uri"}, examples=["https://example.com/done"])] = ""
    """Address that is called, with a signature, when the job is over."""
    language: LanguageField = ""
    """Language of the reason for which a file is refused; English by default."""


class JobsQuery(RequestModel):
    """Filter and page size of the list of jobs."""

    model: Annotated[str, Field(examples=["loan"])] = ""
    """Only jobs of this model: a name, or the key of a version."""
    state: Annotated[str, Field(examples=["waiting,running"])] = ""
    """Only jobs in one of these states, separated by commas."""
    kind: Literal["score", "campaign", "list"] | None = None
    """Only jobs of this kind."""
    created_after: Annotated[str, Field(examples=["2026-03-01T09:00:00Z"])] = ""
    """Only jobs created later than this: seconds since 1970, or a date and time of ISO 8601."""
    created_before: Annotated[str, Field(examples=["1772355600"])] = ""
    """Only jobs created earlier than this: seconds since 1970, or a date and time of ISO 8601."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Number of jobs on a page."""
    cursor: Annotated[str, Field(examples=["WzE3NzIzNTU2MDAuMCwiMGY4YyJd"])] = ""
    """Position in the list, from links.next of the previous page."""


class ResultQuery(RequestModel):
    """Format of a result."""

    format: Literal["csv", "csv-excel", "xlsx", "parquet"] | None = None
    """CSV for programs, CSV that Excel opens, a workbook, or Parquet; chosen by Accept where it is left out."""
    separator: Literal["comma", "semicolon", "tab"] | None = None
    """Field separator of CSV for Excel; chosen by the reader's language where it is left out."""
    decimal: Literal["point", "comma"] | None = None
    """Decimal mark of CSV for Excel."""
    compression: Literal["gzip", "none"] | None = None
    """Compressed file, or bytes that are not compressed; chosen by Accept-Encoding where it is left out."""


class PreviewQuery(FileQuery):
    """Read options and column matches of a held file."""

    columns: Annotated[Json[Columns] | None, Field(examples=['{"Yearly income": "income"}'])] = None
    """JSON object that maps columns of the file to the features that they give, or to an empty text where they give
    none."""
    blanks: BlanksField | None = None
    """Treatment of missing values, as in `start`; the one sent with the file where it is left out."""


class RowsQuery(RequestModel):
    """Order and range of a campaign's rows."""

    order: Literal["rank", "file"] = "rank"
    """Order of the rows: by rank, or as in the file."""
    outcome: Annotated[str, Field(examples=["yes"])] = ""
    """Outcome by whose probability the rows are ranked; the one of the campaign where it is left out."""
    start: Annotated[int, Field(ge=0, le=MOST)] = 0
    """Position of the first row, from 0."""
    end: Annotated[int, Field(ge=0, le=MOST)] = 100
    """Position after the last row; at most 1,000 rows are given."""


class StartRequest(FileQuery):
    """Options of reading and scoring a held file."""

    columns: Columns | None = None
    """Map of columns of the file to the features that they give, or to an empty text where they give none. Columns that
    are not named are matched by their names."""
    reasons: Annotated[bool, Field(strict=True)] = False
    """True adds the three strongest reasons of each record."""
    blanks: BlanksField | None = None
    """Treatment of missing values: passed on to the estimator, or averaged over likely values, as on the Prediction
    page; the one sent with the file where it is left out."""
