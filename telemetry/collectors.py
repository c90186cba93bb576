"""Collectors: metrics that are read at each scrape: models that serve, their calibration alarms, the queue of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Load(Protocol):
    """Load of the queue of jobs; see :class:`store.job.QueueLoad`."""

    jobs: Mapping[str, int]
    chunks: Mapping[str, int]
    oldest: float


class Models(Collector):
    """Models by state, and the live version of each.

    Parameters
    ----------
    faults : callable
        Gives the fault of each model, None for those that serve.
    live : callable
        Gives the key of the live version of a model that serves.
    """

    def __init__(self, faults: Callable[[], Mapping[str, str | None]], live: Callable[[str], str]) -> None:
        self._faults, self._live = faults, live

    def collect(self) -> Iterable[Metric]:
        """Read them."""
        faults = self._faults()
        states = GaugeMetricFamily("likely_models", "Models by state.", labels=["state"])
        broken = sum(fault is not None for fault in faults.values())
        states.add_metric(["serving"], len(faults) - broken)
        states.add_metric(["broken"], broken)
        live = GaugeMetricFamily("likely_model_live_info", "The live version of a model.", labels=["model", "version"])
        for name, fault in faults.items():
            if fault is None:
                with suppress(Exception):  # it went a moment ago
                    live.add_metric([name, self._live(name).partition("@")[2]], 1)
        return [states, live]


class StoreCollector(Collector):
    """Metrics that are read from the store, which all its instances show alike; none while reading raises an error."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """Read them."""
        try:
            state = self._read()
        except Exception:  # noqa: BLE001 - the circuit breaker logs an outage, and shows it
            return []
        return self._metrics(state)

    def _metrics(self, found: Any) -> Iterable[Metric]:
        raise NotImplementedError


class Alarms(StoreCollector):
    """Calibration alarm of each model: 1 where it has gone off.

    `read` gives, by the name of each model that is watched, whether an alarm is on, and when its outcomes were last
    checked, in seconds since 1970 or None.
    """

    def _metrics(self, states: Mapping[str, tuple[bool, float | None]]) -> Iterable[Metric]:
        words = "1 from the moment when what comes is not what the model says, until somebody acknowledges it."
        off = GaugeMetricFamily("likely_model_calibration_off", words, labels=["model"])
        words = "When the outcomes of the model were last looked at, in seconds since 1970."
        looked = GaugeMetricFamily("likely_model_calibration_checked_timestamp_seconds", words, labels=["model"])
        for name, (is_off, checked) in states.items():
            off.add_metric([name], is_off)
            if checked is not None:
                looked.add_metric([name], checked)
        return [off, looked]


class Queue(StoreCollector):
    """Jobs and their unfinished chunks by state, and how long the oldest has waited; `read` gives the queue's load."""

    def _metrics(self, load: Load) -> Iterable[Metric]:
        jobs = GaugeMetricFamily("likely_jobs", "Jobs in the store by state.", labels=["state"])
        for state, number in load.jobs.items():
            jobs.add_metric([state], number)
        chunks = GaugeMetricFamily("likely_job_chunks", "Pieces of jobs that are not over, by state.", labels=["state"])
        for state, number in load.chunks.items():
            chunks.add_metric([state], number)
        words = "Seconds since the oldest job was sent that nobody has begun; 0 where none waits."
        return [jobs, chunks, GaugeMetricFamily("likely_job_oldest_waiting_seconds", words, load.oldest)]
