"""The scoring of a file on a Dask cluster: for files that one machine takes too long for.

This process reads the file, hands out chunks, and writes what comes back in the order of the file.
The version travels along as the files of its bundle, and each worker opens it as a server does,
golden answers included: a worker on which it would give other numbers refuses it. Scheduler and
workers need this program's code and the packages of requirements-dask.txt, no disk in common.
"""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from ml.advice.score_known import ESTIMATOR, Blanks
from ml.batch.score_file import Lines, ScoredChunk, scored_chunk
from ml.bundle.bundle import Bundle
from ml.errors import InvalidData, LikelyError
from ml.files.table import ReadPlan
from ml.service import Service, open_service
from ml.trust.record import Trusted, allow, trusted_of

CONNECT_SECONDS = 30  # seconds until a scheduler and its first worker have to be there
AHEAD = 3  # chunks on their way for each thread of the cluster
_opened: dict[str, tuple[Service, Any]] = {}
_opening = threading.Lock()


class NoCluster(LikelyError):
    """There is no Dask, no scheduler or no worker, or the workers cannot do what is asked."""

    code = "no_cluster"


@contextmanager
def cluster(scheduler: str | None) -> Iterator[Any]:
    """A client of the scheduler at an address such as ``tcp://10.0.0.5:8786``; without one of a cluster here.

    Raises
    ------
    NoCluster
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise NoCluster("Dask is not installed here.", "Install it: pip install -r requirements-dask.txt.") from None
    if scheduler is None:
        with (
            LocalCluster(processes=True, threads_per_worker=1, dashboard_address="127.0.0.1:0") as local,
            Client(local) as made,
        ):
            yield made
        return
    try:
        made = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        message = f"No Dask scheduler answers at {scheduler[:200]}: {type(error).__name__}."
        raise NoCluster(message, "Give its address as --scheduler tcp://HOST:8786.") from None
    with made:
        yield made


class DaskEngine:
    """Scores chunks on the workers of a client's cluster: an engine of :func:`ml.batch.score_file.score_file`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __call__(
        self, bundle: Bundle, reading: ReadPlan, chunks: Iterable[Lines], blanks: Blanks = ESTIMATOR
    ) -> Iterator[ScoredChunk]:
        """Scored chunks in their order.

        Raises
        ------
        NoCluster
        """
        most = AHEAD * self._threads()
        files = {
            path.relative_to(bundle.folder).as_posix(): path.read_bytes()
            for path in bundle.folder.rglob("*")
            if path.is_file()
        }
        # The operator of this process trusted the model's types and code: workers get the same trust record.
        trusted = trusted_of(bundle.folder.parents[1], bundle.name)
        version = self._client.scatter((files, trusted), broadcast=True, hash=False)
        waiting: deque[Any] = deque()
        for chunk in chunks:
            sent = orjson.dumps([reading.to_json(), chunk, blanks])
            waiting.append(self._client.submit(_score, bundle.key, version, sent, pure=False))
            if len(waiting) >= most:
                yield _given(waiting.popleft())
        while waiting:
            yield _given(waiting.popleft())

    def _threads(self) -> int:
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise NoCluster("The Dask cluster has no workers.", "Start some: dask worker tcp://HOST:8786.") from None
        return sum(self._client.nthreads().values())


def _given(future: Any) -> ScoredChunk:
    try:
        chunk: ScoredChunk = future.result()
    except LikelyError:
        raise
    except Exception as error:
        message = f"The Dask cluster failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        hint = (
            "Scheduler and workers need this program's code, of the same version, and the packages of "
            "requirements-dask.txt: start them in its folder with PYTHONPATH=. before the command."
        )
        raise NoCluster(message, hint) from error
    return chunk


def _score(key: str, version: tuple[dict[str, bytes], Trusted], sent: bytes) -> ScoredChunk:
    """Task of a worker: score one chunk."""
    reading, lines, blanks = orjson.loads(sent)
    service = _service(key, *version)
    bundle = service.model(key)
    return scored_chunk(service, bundle, ReadPlan.from_json(reading, bundle.schema), lines, blanks)


def _service(key: str, files: dict[str, bytes], trusted: Trusted) -> Service:
    """A service on one version, opened once in each process."""
    with _opening:
        if key not in _opened:
            place = tempfile.TemporaryDirectory(prefix="likely-")
            name, _, fingerprint = key.partition("@")
            folder = Path(place.name) / name / fingerprint
            folder.mkdir(parents=True)
            for file, content in files.items():
                if ".." in PurePosixPath(file).parts or PurePosixPath(file).is_absolute():
                    raise InvalidData(f"A version holds no file {file!r}.")
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(content)
            allow(Path(place.name), name, trusted)
            service = open_service(place.name)
            _ = service.model(key).predictor
            _opened[key] = service, place
        return _opened[key][0]
