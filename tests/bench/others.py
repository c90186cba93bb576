"""Two other ways to score a large CSV, for ``jobs.py``: pandas with ``predict_proba``, and MLflow's server."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
import venv
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from ml.bundle.bundle import Bundle
from ml.data.columns import frame_of, take
from ml.predict.predictor import probabilities_of
from ml.service import open_service
from tests.bench.serving import Server, children_of, serving

MLFLOW = "mlflow==3.17.2"
CHUNK = 10_000  # rows of one request: as many as our own API takes
SAVE = """
import pickle, sys, mlflow.sklearn, pandas
from mlflow.models import infer_signature
estimator, frame = pickle.load(open(sys.argv[1], "rb"))
given = estimator.predict_proba(frame)
signature = infer_signature(frame) if isinstance(given, list) else infer_signature(frame, given)
mlflow.sklearn.save_model(
    estimator, sys.argv[2], signature=signature, serialization_format="cloudpickle", pyfunc_predict_fn="predict_proba"
)
"""


@dataclass
class Alone:
    """Seconds from opening the file to the last byte written, of them on the CPU, and the most memory in MB."""

    seconds: float
    cpu: float
    memory: float


def predict_all(bundle: Bundle, source: Path, target: Path) -> Alone:
    """pandas reads all, the estimator answers all, pandas writes all: in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_predict_all, (bundle.name, str(bundle.folder.parents[1]), source, target))


def _predict_all(name: str, models: str, source: Path, target: Path) -> Alone:
    import pandas as pd

    bundle = open_service(models).model(name)
    estimator = bundle.estimator
    begun, used = time.perf_counter(), time.process_time()
    frame: Any = pd.read_csv(source)
    given = probabilities_of(estimator, frame[list(bundle.schema.names)], bundle.outcomes)
    for at, outcome in enumerate(bundle.outcomes.names):
        frame[f"probability_{outcome}"] = given[:, at]  # type: ignore[index]
    frame.to_csv(target, index=False)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    return Alone(seconds, used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process and all its children have used."""
    ticks = 0
    for each in [pid, *children_of(pid)]:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def mlflow_serving(bundle: Bundle, folder: Path, workers: int) -> Iterator[Server]:
    """MLflow's scoring server of the same estimator, in MLflow's own environment."""
    import cloudpickle

    python = Path(os.environ.get("MLFLOW") or _environment(folder / "mlflow"))
    sample = frame_of(bundle.schema, take(bundle.holdout.block, slice(0, 200)))
    (folder / "estimator.pickle").write_bytes(cloudpickle.dumps((bundle.estimator, sample)))
    quiet = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    saved = [str(python), "-W", "ignore", "-c", SAVE, str(folder / "estimator.pickle"), str(folder / "served")]
    subprocess.run(saved, check=True, env=quiet, cwd=folder)
    command = [
        str(python), "-m", "mlflow", "models", "serve", "-m", str(folder / "served"), "--env-manager", "local",
        "-h", "127.0.0.1", "-p", "{port}", "-w", str(workers),
    ]  # fmt: skip
    with serving(command, "/ping", MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", PATH=_path(python)) as server:
        yield server


def _path(python: Path) -> str:
    """MLflow starts uvicorn by its name."""
    return f"{python.parent}{os.pathsep}{os.environ['PATH']}"


def _environment(folder: Path) -> Path:
    print(f"Installing {MLFLOW} into {folder} (MLFLOW=PYTHON takes one that is there)", flush=True)
    venv.create(folder, with_pip=True)
    same = [f"{name}=={version(name)}" for name in ("scikit-learn", "pandas", "numpy")]
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, MLFLOW, *same], check=True, stdout=sys.stderr)
    return folder / "bin" / "python"


def send_all(url: str, source: Path, at_once: int, target: Path) -> float:
    """Send a CSV in chunks, so many at a time, and keep the answers in their order; gives the seconds."""
    begun = time.perf_counter()
    with source.open("rb") as file, target.open("w") as out, ThreadPoolExecutor(at_once) as threads:
        header = file.readline()
        waiting: deque[Future[list[Any]]] = deque()
        while True:
            while len(waiting) < at_once + 1 and (lines := list(islice(file, CHUNK))):
                waiting.append(threads.submit(_send, url, b"".join([header, *lines])))
            if not waiting:
                break
            for row in waiting.popleft().result():
                out.write(f"{row}\n")
    return time.perf_counter() - begun


def _send(url: str, body: bytes) -> list[Any]:
    connection = http.client.HTTPConnection(url.rpartition("/")[2], timeout=120)
    connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"MLflow answered {answer.status}: {text[:500]!r}")
    predictions: list[Any] = json.loads(text)["predictions"]
    return predictions
