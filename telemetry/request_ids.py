"""Request ids: the client's where it sent a valid one, else made here; constant during a request."""

from __future__ import annotations

import os
import re
from wsgiref.types import WSGIEnvironment

HEADER = "X-Request-Id"
LONGEST = 64
SANE = re.compile(rf"[A-Za-z0-9._:-]{{1,{LONGEST}}}")  # what clients may send: it is written into a header and a log
KEPT = "likely.request_id"


def request_id(environ: WSGIEnvironment) -> str:
    """The client's request id if it sent a valid one, else a new one; constant during a request."""
    found = environ.get(KEPT)
    if found is None:
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        found = environ[KEPT] = sent if sent and SANE.fullmatch(sent) else os.urandom(8).hex()
    return str(found)
