"""A soak: 10,000 mixed requests to a service that is held in 512 MB, master, workers, runner and readers together.

Run: python -m tests.faults.soak [REQUESTS]. Where this user may make a memory cgroup (version 1 or 2) the kernel holds
it, and kills what goes beyond; elsewhere the sum of the processes' memory (PSS) is watched only, and the line says so.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from ml.bundle.bundle import Bundle
from ml.data.example_record import example
from ml.service import open_service
from tests.bench.edits import reasons_of, score_of
from tests.bench.post import request_of
from tests.bench.serving import children_of, gunicorn, serving

LIMIT = 512 * 1024 * 1024
CLIENTS, PATIENCE = 6, 35.0
GROUPS = {Path("/sys/fs/cgroup/memory"): ("memory.limit_in_bytes",), Path("/sys/fs/cgroup"): ("memory.max",)}


@dataclass
class Found:
    """Codes and seconds of the requests, by what was asked."""

    codes: Counter[int] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bad: Counter[tuple[str, int]] = field(default_factory=Counter)


def requests_of(bundles: list[Bundle], number: int) -> Iterator[tuple[str, bytes]]:
    """So many requests, drawn from all doors."""
    draw = random.Random(7)
    kinds = {"predict": 28, "50 records": 8, "explained": 5, "v2": 10, "score of a page": 16, "reasons of a page": 8,
             "plot": 11, "page": 10, "file": 2, "metrics": 2}  # fmt: skip
    for kind in draw.choices(list(kinds), list(kinds.values()), k=number):
        yield kind, _request(kind, draw.choice(bundles), draw)


def _request(kind: str, bundle: Bundle, draw: random.Random) -> bytes:
    name, record = bundle.name, _record(bundle, draw)
    if kind in ("predict", "explained"):
        path = f"/api/v1/models/{name}/predict{'?explain=true' if kind == 'explained' else ''}"
        return request_of(path, json.dumps(record).encode())
    if kind in ("50 records", "file"):
        lines = [record] * 50 if kind == "50 records" else [record] * 2_000
        columns = list(record)
        rows = [",".join("" if line[at] is None else str(line[at]) for at in columns) for line in lines]
        body = "\n".join([",".join(columns), *rows, ""]).encode()
        path = f"/api/v1/models/{name}/{'predict' if kind == '50 records' else 'jobs'}"
        return request_of(path, body).replace(b"application/json", b"text/csv", 1)
    if kind == "v2":
        inputs = [
            {"name": key, "shape": [1], "datatype": _type(value), "data": [value]} for key, value in record.items()
        ]
        return request_of(f"/v2/models/{name}/infer", json.dumps({"inputs": inputs}).encode())
    if kind == "score of a page":
        return score_of(bundle, {key: "" if value is None else str(value) for key, value in record.items()})
    if kind == "reasons of a page":
        return reasons_of(bundle.key, {key: str(value) for key, value in record.items() if value is not None})
    path = {
        "plot": f"/api/v1/models/{name}/plots/{draw.choice(('roc', 'calibration', 'importance', 'gain'))}.csv",
        "page": draw.choice(
            ("/", f"/{name}/predict", f"/{name}/insights", f"/{name}/performance", f"/{name}/campaign")
        ),
        "metrics": "/metrics",
    }[kind]
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def _record(bundle: Bundle, draw: random.Random) -> dict[str, object]:
    """A record with numbers of its own, so that hardly an answer is one that was given before."""
    record = dict(example(bundle.schema))
    for feature in bundle.schema.given:
        value = record.get(feature.name)
        if feature.kind == "number" and value not in (None, ""):
            record[feature.name] = round(float(str(value)) * draw.uniform(0.9, 1.1), 3)
    return record


def _type(value: object) -> str:
    return "BYTES" if isinstance(value, str) else "BOOL" if isinstance(value, bool) else "FP64"


def client(port: int, requests: Iterator[tuple[str, bytes]], lock: threading.Lock, found: Found) -> None:
    """Send one request after the other until there are none."""
    line: socket.socket | None = None
    while True:
        with lock:
            kind, request = next(requests, ("", b""))
        if not request:
            return
        began = time.monotonic()
        try:
            line = line or socket.create_connection(("127.0.0.1", port), PATIENCE)
            line.sendall(request)
            answer = http.client.HTTPResponse(line)
            answer.begin()
            answer.read()
            code = answer.status
            if answer.will_close:
                line = None
        except (OSError, http.client.HTTPException) as error:
            print(f"{kind}, {time.monotonic() - began:.2f} s: {error!r} {request[:200]!r}", file=sys.stderr)
            code, line = 0, None
        with lock:
            found.codes[code] += 1
            found.seconds[kind].append(time.monotonic() - began)
            if code >= 400 or code == 0:
                found.bad[kind, code] += 1


@contextmanager
def memory_group() -> Iterator[Path | None]:
    """A memory cgroup of 512 MB; None where none can be made."""
    for root, (limit,) in GROUPS.items():
        group = root / f"likely-soak-{os.getpid()}"
        try:
            group.mkdir()
            (group / limit).write_text(str(LIMIT))
        except OSError:
            with suppress(OSError):
                group.rmdir()
            continue
        try:
            yield group
        finally:
            for _ in range(50):
                try:
                    group.rmdir()
                    break
                except OSError:
                    time.sleep(0.1)
        return
    yield None


def killed_in(group: Path | None) -> int:
    """Number of processes that the kernel killed for memory."""
    for name in ("memory.oom_control", "memory.events"):
        with suppress(OSError, AttributeError, TypeError):
            lines = dict(line.split() for line in (group / name).read_text().splitlines())  # type: ignore[operator, misc]
            return int(lines.get("oom_kill", 0))
    return 0


def parts_of(pid: int) -> list[tuple[str, float]]:
    """Memory of a process and each that it started, in MB (PSS), by the last word of their command lines."""
    found = []
    for each in [pid, *children_of(pid)]:
        with suppress(OSError):
            words = Path(f"/proc/{each}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            pss = next(
                line for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")
            )
            found.append((words[-1].decode()[-30:], int(pss.split()[1]) / 1024))
    return found


def soak(number: int, models: Path = Path("models")) -> Found:
    """Send the requests, and print what they cost."""
    service = open_service(models)
    bundles = [service.model(name) for name in service.names()]
    found, lock = Found(), threading.Lock()
    with tempfile.TemporaryDirectory() as folder, memory_group() as group:
        command = gunicorn("app:create_server()")
        if group:
            command = ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh", *command]
        log = Path(folder) / "log"
        environ = {"VAR_DIR": f"{folder}/var", "MODELS_DIR": str(models.resolve()), "LOG_LEVEL": "warning"}
        with serving(command, "/readyz", log, **environ) as server:
            requests, port = requests_of(bundles, number), int(server.url.rpartition(":")[2])
            arguments = (port, iter(requests), lock, found)
            threads = [threading.Thread(target=client, args=arguments) for _ in range(CLIENTS)]
            began, peak = time.monotonic(), parts_of(server.pid)
            for each in threads:
                each.start()
            while any(each.is_alive() for each in threads):
                peak = max(peak, parts_of(server.pid), key=lambda parts: sum(each for _, each in parts))
                time.sleep(0.25)
            seconds, killed = time.monotonic() - began, killed_in(group)
        _print(found, seconds, peak, killed, group is not None, log.read_text().count("Traceback"))
        if found.codes[0]:
            print(f"The log:\n{log.read_text()[-4_000:]}")
    return found


def _print(
    found: Found, seconds: float, peak: list[tuple[str, float]], killed: int, held: bool, tracebacks: int
) -> None:
    every = list(itertools.chain(*found.seconds.values()))
    errors = sum(count for code, count in found.codes.items() if code >= 500 and code != 503)
    how = f"held by a cgroup, {killed} killed" if held else "watched only"
    print(
        f"{len(every):,} requests of {CLIENTS} clients in {seconds:.0f} s, load {os.getloadavg()[0]:.1f}; 512 MB {how}."
    )
    total, parts = sum(each for _, each in peak), ", ".join(f"{name} {each:.0f}" for name, each in peak)
    print(f"Peak of all processes (PSS): {total:.0f} MB ({parts}).")
    print(f"No answer {found.codes[0]}, 5xx {errors}, 503 {found.codes[503]}, tracebacks {tracebacks}")
    print(f"p95 of all {1000 * quantiles(every, n=20)[-1]:.0f} ms.")
    for kind, took in sorted(found.seconds.items()):
        print(f"  {kind:20s} {len(took):6,} p95 {1000 * quantiles(took, n=20)[-1]:6.0f} ms")
    for (kind, code), count in found.bad.most_common(8):
        print(f"  {kind}: {count} times {code or 'no answer'}")


if __name__ == "__main__":
    soak(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
