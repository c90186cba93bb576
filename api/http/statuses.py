"""The only mapping of errors to HTTP status codes, and to the seconds of Retry-After."""

from __future__ import annotations

from api.http.cross_site import ForeignSite
from auth.access import NotAllowed
from auth.versions.changes import NoReason, NotPromoted
from feedback.errors import BadChallenger, BadEvent, UnknownDecision
from feedback.niced_process import ProcessFailed
from jobs import errors as job_errors
from jobs.work import call_lists as lists
from ml import errors
from ml.errors import LikelyError
from ml.files.write.xlsx import TooLarge
from ml.lifecycle.history import ChangedMeanwhile, NotWritten
from ml.report.files import ReportBusy


class UnsupportedContent(LikelyError):
    """The body's content type, charset or encoding is not supported."""

    code = "unsupported_content"


class NotAcceptable(LikelyError):
    """The client accepts none of the supported content types."""

    code = "not_acceptable"


class StoreAway(LikelyError):
    """The database does not answer, and the request needs it."""

    code = "store_away"


STATUS: dict[type[LikelyError], int] = {
    errors.UnknownModel: 404,
    errors.UnknownPlot: 404,
    errors.BrokenModel: 503,
    errors.UntrustedModel: 503,
    errors.InvalidRecord: 422,
    errors.Unreadable: 400,
    errors.NoRecords: 400,
    errors.TooManyRecords: 413,
    ReportBusy: 429,
    StoreAway: 503,
    errors.ReadersBusy: 503,
    ProcessFailed: 503,
    job_errors.UnknownJob: 404,
    job_errors.NotDone: 409,
    job_errors.KeyTaken: 409,
    job_errors.NoRoom: 507,
    job_errors.TooMuchOpen: 429,
    job_errors.NoTable: 415,
    job_errors.FileTooLarge: 413,
    job_errors.NotHeld: 409,
    job_errors.NoCampaign: 409,
    job_errors.CampaignThere: 409,
    job_errors.DecisionsOff: 409,
    lists.CampaignGone: 404,
    job_errors.ResultGone: 404,
    job_errors.NotMade: 422,
    TooLarge: 422,
    UnknownDecision: 404,
    BadEvent: 422,
    BadChallenger: 422,
    NoReason: 422,
    NotPromoted: 422,
    ChangedMeanwhile: 409,
    NotWritten: 503,
    ForeignSite: 403,
    NotAllowed: 403,
    UnsupportedContent: 415,
    NotAcceptable: 406,
    LikelyError: 400,
}
RETRY_AFTER: dict[type[LikelyError], int] = {
    ReportBusy: 5,
    StoreAway: 5,
    errors.ReadersBusy: 5,
    ProcessFailed: 60,
    job_errors.TooMuchOpen: 60,
}
"""Retry-After of an error, in seconds; others have none."""


def status_of(error: LikelyError) -> int:
    """HTTP status of an error: that of its class, else of its nearest base class."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
