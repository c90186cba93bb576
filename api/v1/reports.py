"""Routes ``GET /api/v1/models/<name>/report.html`` and ``….pdf``: a version's report as a file."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, Response, request

from api.http.errors import refuse
from api.http.query import takes
from api.http.reader import in_language
from api.v1.models import PREFIX
from ml.report.files import ReportBusy, report_bytes
from ml.report.html_report import POLICY as OWN_POLICY
from ml.runtime.deadline import ANSWER_DEADLINE, strict_deadline
from ml.service import Service

TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
PAUSE = "2"  # seconds, Retry-After
# The file's own policy, sandboxed: opened from our origin it has no more rights than from disk.
POLICY = f"{OWN_POLICY}; sandbox allow-scripts"


def register(app: Flask, service: Service) -> None:
    """Add the route."""

    @app.get(f"{PREFIX}/<name>/report.<any(html, pdf):kind>")
    @takes("outcome", "language")
    @in_language
    def report(name: str, kind: str) -> Response:
        """The report on one outcome: that of ``?outcome=``, else the positive one."""
        try:
            with strict_deadline(ANSWER_DEADLINE):
                content = report_bytes(service, name, kind, request.args.get("outcome"), wait=False)
        except ReportBusy as error:
            busy = refuse(error)
            busy.headers["Retry-After"] = PAUSE
            return busy
        shown = quote(f"{service.model(name).name} report.{kind}", safe="")
        head = {"Content-Disposition": f"attachment; filename*=UTF-8''{shown}", "Content-Security-Policy": POLICY}
        return Response(content, content_type=TYPES[kind], headers=head)
