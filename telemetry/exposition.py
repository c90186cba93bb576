"""The page that Prometheus scrapes: what all processes of this machine counted, and what collectors read meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from telemetry import metrics, shared_files

OF_PROCESSES = (
    "process_resident_memory_bytes",
    "process_cpu_seconds",
    "process_open_fds",
    "process_start_time_seconds",
)


class Exposition:
    """Metrics in the text format of Prometheus; the collectors (models, the queue) are read each time.

    Below `var_dir` processes share what they count, see :mod:`telemetry.shared_files`.
    """

    def __init__(self, var_dir: Path, collectors: Sequence[Collector]) -> None:
        self._folder, self._collectors = shared_files.folder_of(var_dir), collectors

    def page(self, accept: str) -> tuple[bytes, str]:
        """The page in the format that is accepted best, and its content type."""
        encode, content_type = choose_encoder(accept)
        registry = CollectorRegistry()
        for collector in (self._counted(), *self._collectors):
            registry.register(collector)
        return encode(registry), content_type

    def _counted(self) -> Collector:
        if not is_shared():
            return _Collected([*metrics.REGISTRY.collect(), *of_processes([os.getpid()])])
        shared_files.merge_ended(self._folder)
        lock = shared_files.exclusive_lock(self._folder)
        with suppress(TimeoutError):
            lock.acquire()
        try:
            counted = list(MultiProcessCollector.merge(shared_files.written(self._folder)))
        finally:
            lock.release()
        return _Collected([*counted, *of_processes(shared_files.processes(self._folder))])


def is_shared() -> bool:
    """True where this process counts in files that others read."""
    return bool(getattr(values.ValueClass, "_multiprocess", False))


class _Collected(Collector):
    """Metrics that were collected before."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._found = metrics

    def collect(self) -> Iterable[Metric]:
        """The metrics."""
        return self._found


def of_processes(processes: Sequence[int]) -> list[Metric]:
    """Memory, processor time, open files and start of processes, by their ids."""
    by_name: dict[str, Metric] = {}
    for process in processes:
        for each in ProcessCollector(pid=partial(str, process), registry=None).collect():
            if each.name in OF_PROCESSES:
                metric = by_name.setdefault(each.name, Metric(each.name, each.documentation, each.type))
                for sample in each.samples:
                    metric.add_sample(sample.name, {"pid": str(process)}, sample.value)
    return list(by_name.values())
