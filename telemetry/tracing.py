"""Traces by OpenTelemetry: of requests, predictions and chunks of jobs, where its environment variables ask for them.

Its packages are optional (requirements/traces.in). Without them, or unless traces are asked for, nothing of theirs is
imported, and each place that would make a span asks one question.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import Any
from wsgiref.types import WSGIEnvironment

from telemetry.log_context import ROUTE
from telemetry.request_ids import request_id

log = logging.getLogger(__name__)

NAME = "likely"
PACKAGES = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
_tracers: list[Any] = []  # the one in use; none without traces


def set_up_traces(exporters: Sequence[str]) -> bool:
    """Send traces from now on, to exporters by their names among OpenTelemetry's entry points; False where that fails.

    What else its variables say (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, …) its packages read.
    """
    if not exporters or _tracers:
        return bool(_tracers)
    try:
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        installed = {each.name: each for each in entry_points(group="opentelemetry_traces_exporter")}
        processors = [BatchSpanProcessor(installed[name].load()()) for name in exporters]
    except (ImportError, KeyError) as error:
        log.error("Traces are asked for by OTEL_…, and cannot be sent: %s. pip install %s", error, PACKAGES)
        return False
    use(processors)
    return True


def use(processors: Sequence[Any]) -> None:
    """Give spans to these processors; without any, make none."""
    _tracers.clear()
    if not processors:
        return
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    resource = Resource.create()
    if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": NAME}))
    provider = TracerProvider(resource=resource)
    for each in processors:
        provider.add_span_processor(each)
    _tracers.append(provider.get_tracer(NAME))


def is_on() -> bool:
    """True where traces are sent."""
    return bool(_tracers)


@contextmanager
def request_span(environ: WSGIEnvironment, answered: list[str]) -> Iterator[None]:
    """The span of a request, below that of the client where it sent one (W3C Trace Context).

    `answered` has the status at the end of the block.
    """
    from opentelemetry import propagate, trace

    sent = {name: environ[f"HTTP_{name.upper()}"] for name in _PROPAGATED if f"HTTP_{name.upper()}" in environ}
    method, kind = environ.get("REQUEST_METHOD", ""), trace.SpanKind.SERVER
    with _tracers[0].start_as_current_span(method, propagate.extract(sent), kind=kind) as span:
        try:
            yield
        finally:
            route, status = environ.get(ROUTE, ""), int(answered[-1])
            span.update_name(f"{method} {route}".strip())
            span.set_attributes({"http.request.method": method, "http.response.status_code": status})
            span.set_attributes({"http.route": route, "likely.request_id": request_id(environ)})
            if status >= 500:
                span.set_status(trace.StatusCode.ERROR)


_PROPAGATED = ("traceparent", "tracestate", "baggage")


@contextmanager
def job_span(name: str, parent: str, attributes: Mapping[str, Any]) -> Iterator[None]:
    """The span of work on a job, below that of the request which sent it (its traceparent, or empty)."""
    if not _tracers:
        yield
        return
    from opentelemetry import propagate, trace

    above = propagate.extract({"traceparent": parent} if parent else {})
    with _tracers[0].start_as_current_span(name, above, kind=trace.SpanKind.CONSUMER, attributes=attributes):
        yield


def record(name: str, seconds: float, attributes: Mapping[str, Any]) -> None:
    """Record a span that took so long and is over now."""
    if _tracers:
        end = time.time_ns()
        span = _tracers[0].start_span(name, start_time=end - int(seconds * 1e9), attributes=attributes)
        span.end(end)


def traceparent() -> str:
    """The current span as W3C's traceparent; empty for none."""
    if not _tracers:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


def ids() -> dict[str, str]:
    """Fields of the log: the ids of the current span."""
    parts = traceparent().split("-")
    return {"trace_id": parts[1], "span_id": parts[2]} if len(parts) == 4 else {}
