"""Metrics of a worker process: counted in files beside those of others here, and shown at a port where one is named."""

from __future__ import annotations

import logging
from pathlib import Path
from wsgiref.types import WSGIEnvironment

from auth.audit_log import AuditLog
from auth.caller import EVERYBODY, STRANGER, Caller, caller_of_key
from auth.keys import ApiKeys
from auth.peers import MetricsReaders
from auth.permissions import Permission
from ml.service import Service
from store.connection.circuit_breaker import OBSERVERS
from store.db import Store
from store.errors import StoreUnavailable, store_errors
from telemetry import metrics_server, shared_files
from telemetry.collectors import Alarms, Models, Queue
from telemetry.exposition import Exposition
from telemetry.metrics import show_breaker

log = logging.getLogger(__name__)


def share(var_dir: Path) -> None:
    """Count what this process does where other processes of this machine find it."""
    shared_files.share(var_dir)
    OBSERVERS.add(show_breaker)


def show(
    var_dir: Path, service: Service, store: Store, address: tuple[str, int], networks: str, *, everybody: bool
) -> None:  # fmt: skip
    """Show the metrics of this machine's processes at ``/metrics`` of a host and port, in a thread.

    From `networks` no key is needed, nor where nobody signs in (`everybody`).
    """
    models, alarms = Models(service.check, service.registry.live), Alarms(lambda: store.outcomes.episodes.states())
    page = Exposition(var_dir, [models, alarms, Queue(lambda: store.jobs.load())]).page
    keys = ApiKeys(store, AuditLog(store))
    identify = MetricsReaders(lambda environ: EVERYBODY if everybody else _of_key(keys, environ), networks)
    try:
        metrics_server.serve(page, lambda environ: identify(environ).may(Permission.METRICS), *address)
    except OSError as error:
        log.error("WORKER_METRICS_PORT is %s, where nothing can listen: %s", address[1], error)


def _of_key(keys: ApiKeys, environ: WSGIEnvironment) -> Caller:
    """The caller of an API key; nobody while the store is away."""
    kind, _, sent = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "bearer":
        return STRANGER
    try:
        with store_errors():
            key = keys.find(sent.strip())
    except StoreUnavailable:
        return STRANGER
    return STRANGER if key is None else caller_of_key(key)
