"""Metrics of this process, by prometheus-client: what is counted, under which names and labels.

Labels are bounded whatever clients send: routes are templates, methods those of HTTP, models and versions those that
answered. Names follow https://prometheus.io/docs/practices/naming: seconds, bytes, ``_total``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.metrics import MetricWrapperBase

from telemetry.log_context import at_work

REGISTRY = CollectorRegistry()
disable_created_metrics()  # times of the first count: files of several processes have none
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER, NO_ROUTE = "other", "none"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SECONDS_OF_CHUNKS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


def _counter(name: str, words: str, *labels: str) -> Counter:
    return Counter(name, words, labels, registry=REGISTRY)


REQUESTS = _counter("http_requests_total", "Requests answered.", "method", "route", "status")
DURATION = Histogram(
    "http_request_duration_seconds", "Seconds until an answer was made.", ("method", "route"), buckets=SECONDS,
    registry=REGISTRY,
)  # fmt: skip
PREDICTIONS = _counter("likely_predictions_total", "Records scored.", "model", "version")
CACHE = _counter("likely_cache_requests_total", "Questions to the cache of results.", "result")
LIMITED = _counter("likely_rate_limited_requests_total", "Requests refused by the rate limit.", "callers")
UPLOADS = _counter("likely_uploads_refused_total", "Files of jobs that were refused.", "reason")
LOST = _counter("likely_decisions_lost_total", "Decisions that could not be recorded.")
CHUNKS = Histogram(
    "likely_job_chunk_duration_seconds", "Seconds of work on a chunk of a job.", ("kind", "result"),
    buckets=SECONDS_OF_CHUNKS, registry=REGISTRY,
)  # fmt: skip
BREAKERS = Gauge(
    "likely_circuit_breaker_open", "1 while a process leaves a backend alone that did not answer.", ("backend",),
    registry=REGISTRY, multiprocess_mode="livemax",
)  # fmt: skip
ALL: tuple[MetricWrapperBase, ...] = (REQUESTS, DURATION, PREDICTIONS, CACHE, LIMITED, UPLOADS, LOST, CHUNKS, BREAKERS)

_of_requests: dict[tuple[str, str, str], tuple[Callable[[], None], Callable[[float], None]]] = {}
_of_versions: dict[str, Callable[[float], None]] = {}


def count_request(method: str, route: str, status: str, seconds: float) -> None:
    """Count a request that was answered.

    Methods that HTTP does not know are counted as one. The route is the template of the address, never the address;
    empty where there is none.
    """
    labels = (method, route, status)
    counters = _of_requests.get(labels)
    try:
        if counters is None:
            method, route = method if method in METHODS else OTHER, route or NO_ROUTE
            counters = REQUESTS.labels(method, route, status).inc, DURATION.labels(method, route).observe
            if method != OTHER:
                _of_requests[labels] = counters
        counters[0]()
        counters[1](seconds)
    except OSError:  # a full disk, see shared_files.py; no context manager, for these take longer than the counting
        return


def count_scored(key: str, records: int) -> None:
    """Count records that a version scored for a request or a job; not those of a warm-up."""
    if not at_work():
        return
    count = _of_versions.get(key)
    try:
        if count is None:
            model, _, version = key.partition("@")
            count = _of_versions[key] = PREDICTIONS.labels(model, version).inc
        count(records)
    except OSError:
        return


def count(counter: Counter, *labels: str) -> None:
    """Count one more."""
    with suppress(OSError):
        counter.labels(*labels).inc()


def count_lost(decisions: int) -> None:
    """Count decisions that could not be recorded."""
    with suppress(OSError):
        LOST.inc(decisions)


def observe(histogram: Histogram, seconds: float, *labels: str) -> None:
    """Count a duration."""
    with suppress(OSError):
        histogram.labels(*labels).observe(seconds)


def show_breaker(backend: str, is_open: bool) -> None:
    """Show whether this process leaves a backend alone."""
    with suppress(OSError):
        BREAKERS.labels(backend).set(is_open)


def forget() -> None:
    """Begin anew with all counts of this process."""
    _of_requests.clear()
    _of_versions.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # files that were begun stay: theirs are other processes'
        for metric in ALL:
            metric.clear()
