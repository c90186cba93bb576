"""A report as a file: HTML or PDF, kept in the cache by version, outcome and cut-off.

A report takes some seconds of a processor, so a process makes one at a time: whoever asks for another
meanwhile is told to come again, and no thread waits.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ml.errors import LikelyError
from ml.report.contents import Report, report_contents
from ml.report.html_report import html_report, with_library
from ml.service import Service
from ml.translation import reader_language, text, use_language

REVISION = 3  # raise it when a report's form changes: cached ones of the old form are then not served
KINDS = ("html", "pdf")
_making = threading.Lock()


class ReportBusy(LikelyError):
    """Another report is being made here."""

    code = "report_busy"


class UnknownReport(LikelyError):
    """No report has that ending."""

    code = "unknown_report"


def report_bytes(
    service: Service, name_or_key: str, kind: str, outcome: str | None = None, *, wait: bool = True
) -> bytes:
    """The report of one outcome, from the cache or made.

    Parameters
    ----------
    kind : {"html", "pdf"}
    outcome : str or None
        Name of an outcome; None is the positive one.
    wait : bool
        False raises where another report is being made in this process.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownOutcome, UnknownReport, ReportBusy
    StillWorking
        Within a deadline; it goes on, and who asks again gets it.
    """
    if kind not in KINDS:
        raise UnknownReport(f"A report cannot be made as {kind[:40]!r}.", f"Accepted: {', '.join(KINDS)}.")
    bundle = service.model(name_or_key)
    name = bundle.outcomes.positive if outcome is None else bundle.outcomes[outcome].name
    language = reader_language()
    key = (bundle.key, "report", REVISION, kind, name, service.cut_off(bundle, name), language)

    def make() -> str:
        with _alone(wait), use_language(language):  # a report is kept for the readers of one language
            return _WRITERS[kind](report_contents(service, bundle.key, name))

    encoded = str(service.result(key, make))
    return with_library(encoded) if kind == "html" else base64.b64decode(encoded)


def write(service: Service, name_or_key: str, target: Path, outcome: str | None = None) -> int:
    """Write a report, HTML or PDF by the ending; gives its length in bytes. Errors as :func:`report_bytes`."""
    kind = target.suffix.lower().removeprefix(".")
    content = report_bytes(service, name_or_key, kind, outcome)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise LikelyError(
            f"{target} cannot be written: {error.strerror}.", "Name a file in a folder that is."
        ) from None
    return len(content)


@contextmanager
def _alone(wait: bool) -> Iterator[None]:
    """Make no other report in this process meanwhile, also where whoever asked no longer waits for it."""
    if not _making.acquire(blocking=wait):
        raise ReportBusy(text("A report is being made."), text("Ask again in some seconds."))
    try:
        yield
    finally:
        _making.release()


def _pdf(report: Report) -> str:
    from ml.report.one_page_pdf import one_page_pdf  # reportlab is imported for PDF only

    return base64.b64encode(one_page_pdf(report)).decode("ascii")


_WRITERS: dict[str, Callable[[Report], str]] = {"html": html_report, "pdf": _pdf}
