"""Gunicorn's own log in the format of ours: of errors, and of access where ``--access-logfile`` asks for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from wsgiref.types import WSGIEnvironment

from gunicorn.glogging import Logger

from telemetry.log_context import of_request
from telemetry.logs import TEXT, formatter


class GunicornLog(Logger):
    """Logger of Gunicorn whose lines are safe, or JSON."""

    form = TEXT  # gunicorn.conf.py sets LOG_FORMAT

    def setup(self, cfg: Any) -> None:
        """Set the handlers up, and their format."""
        super().setup(cfg)
        for handler in [*self.error_log.handlers, *self.access_log.handlers]:
            given = handler.formatter
            line, times = (given._fmt, given.datefmt) if given else (None, None)
            handler.setFormatter(formatter(self.form, line, times))

    def access(self, resp: Any, req: Any, environ: WSGIEnvironment, request_time: timedelta) -> None:
        """Log an answered request; as JSON with its fields."""
        if not self.access_log_enabled:
            return
        atoms = self.atoms_wrapper_class(self.atoms(resp, req, environ, request_time))
        fields = {name: value for name, value in of_request(environ).items() if value}
        fields |= {"status": int(str(resp.status).split(None, 1)[0]), "bytes": getattr(resp, "sent", None)}
        fields |= {"duration_seconds": request_time.total_seconds(), "client": environ.get("REMOTE_ADDR", "")}
        self.access_log.info(self.cfg.access_log_format, atoms, extra={"fields": fields})
