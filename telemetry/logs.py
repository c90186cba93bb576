"""Logs: one line a record, as text or JSON, in which nothing that a client sent begins a line or steers a terminal."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any

from telemetry.log_context import fields
from telemetry.tracing import ids

TEXT, JSON = "text", "json"
OF_LINES = "%(levelname)s %(name)s %(message)s"
SHOWN = ("request_id", "job", "chunk")  # fields that a line of text ends with
# Control characters of ASCII and Latin-1, separators of lines, marks that turn the direction of writing, half pairs
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTINUED = "  | "  # begins the further lines of a traceback

log = logging.getLogger("likely")


def one_line(text: str) -> str:
    r"""A text with all that could end a line or steer a terminal written out: ``\n``, ``\x1b``, ``\u202e``."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class TextFormatter(logging.Formatter):
    """Formatter of a line for people, which ends with the ids of the request or the job.

    Tracebacks are indented, and so are further lines of what is told for debugging, as Gunicorn's configuration is.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, and those of a traceback."""
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        whole = self.formatMessage(record)
        parts = whole.split("\n") if record.levelno <= logging.DEBUG else [whole]
        line, *more = map(one_line, parts)
        known = {name: str(value) for name, value in fields().items() if name in SHOWN}
        ids = " ".join(f"{name}={value}" for name, value in known.items() if value not in line)
        first = f"{line} [{one_line(ids)}]" if ids else line
        return "\n".join([first, *(_CONTINUED + each for each in [*more, *self._traceback(record)])])

    def _traceback(self, record: logging.LogRecord) -> list[str]:
        traced = self.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return [one_line(line) for line in f"{traced}\n{stack}".split("\n") if line]


class JsonFormatter(logging.Formatter):
    """Formatter of one JSON object a line, in ASCII: time, level, logger, message, and what is being worked on."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        line |= fields() | ids()
        more = getattr(record, "fields", None)
        line |= more if isinstance(more, Mapping) else {}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str).replace("\x7f", "\\u007f")


def formatter(form: str, line: str | None = OF_LINES, times: str | None = None) -> logging.Formatter:
    """The formatter of a format: :data:`JSON`, or lines of text with times in this form."""
    return JsonFormatter() if form == JSON else TextFormatter(line, times)


def set_up_logs(level: str, form: str, stream: IO[str] | None = None) -> None:
    """Send the log of this process to a stream or standard error, unless somebody has seen to that already.

    With the form "json" (else "text") warnings and uncaught errors come as lines of the log, too.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(form))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    if form == JSON:
        logging.captureWarnings(True)
        sys.excepthook = lambda kind, error, trace: log.critical("It ends.", exc_info=(kind, error, trace))
        threading.excepthook = _thread_ended


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and ended.exc_type is not SystemExit:
        name = ended.thread.name if ended.thread else "?"
        log.error("A thread ended: %s", name, exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback))
