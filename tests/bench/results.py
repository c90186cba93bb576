"""Processor seconds and memory of the Results page's numbers, the alarm and the exports, by the number of decisions.

``python -m tests.bench.results [--database URL] [decisions …]``; the figures stand in
docs/decisions/0064-results-one-source.md and, of the exports, in docs/decisions/0066-training-again.md. Each step is
measured in a process of its own, with what was told of a third of the decisions, records that are decided about again,
and corrections. A database that is named is emptied of nothing: name one that is empty.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from feedback.outcome_import.export import outcomes_csv
from feedback.results.model_results import ModelResults
from feedback.results.watch import Watch
from feedback.sealing import KEY, Sealer, new_key
from feedback.service import Feedback
from feedback.training.rows import outcome_rows
from ml.decision.crm_columns import PLAIN
from ml.lifecycle.state import live_of
from ml.service import open_service
from ml.training.again.outcome_csv import outcome_csv
from store.db import Store, open_store
from store.outcome_records import CORRECTION, OUTCOME, Decision, Event, decision_id
from tests.results import DAY, shop

AT_ONCE = 20_000
SHARE_TOLD, SHARE_CORRECTED = 0.33, 0.01
VALUES = {"income": 50.0, "debt": 3.0, "shoe_size": 40, "region": "north"}
STEPS = ("alarm", "results", "outcomes.csv", "training.csv")


def fill(url: str, key: str, many: int) -> None:
    """Store decisions of a year about two thirds as many records, and what came of them."""
    store, rng, now = open_store(url), np.random.default_rng(3), time.time()
    tables, sealer = store.outcomes, sealer_of(store)
    for begin in range(0, many, AT_ONCE):
        bare = _decisions(rng, key, begin, min(begin + AT_ONCE, many), many, now - 365 * DAY)
        made = [replace(each, sealed=sealer.seal(VALUES, each.id)) for each in bare]
        tables.decisions.append(made)
        chosen = [each for each in made if rng.random() < SHARE_TOLD]
        told = [
            Event(
                f"e-{each.id}", "shop", OUTCOME, "", each.record, "yes", float(rng.random() < 0.3),
                happened=each.made + DAY,
            )
            for each in chosen
        ]  # fmt: skip
        changed = [each for each in told if rng.random() < SHARE_CORRECTED]
        told += [
            Event(
                f"c-{each.id[2:]}", "shop", CORRECTION, "", each.record, value=1.0, happened=each.happened,
                refers=each.id,
            )
            for each in changed
        ]  # fmt: skip
        tables.events.append(told)


def sealer_of(store: Store) -> Sealer:
    """Encrypts values with the key in the database."""
    return Sealer(lambda: store.secrets.get(KEY, new_key))


def _decisions(
    rng: np.random.Generator, key: str, begin: int, end: int, many: int, start: float
) -> Iterator[Decision]:  # fmt: skip
    for at in range(begin, end):
        p = float(rng.beta(1.5, 3.5))
        record = f"K-{rng.integers(max(1, many * 2 // 3))}"
        yield Decision(
            decision_id(f"{at:024x}", 0), key, record, made=start + at / many * 360 * DAY,
            probabilities={"yes": p, "no": 1 - p}, cut_offs={"yes": 0.5, "no": 0.5},
        )  # fmt: skip


def measure(what: str, url: str, models: str) -> None:
    """Print the processor seconds of one step, seconds by the clock, and the memory that the process grew by."""
    store = open_store(url)
    feedback = Feedback(open_service(Path(models)), store, sealer_of(store))
    bundle = feedback.service.model("shop")
    key = f"shop@{live_of(Path(models), 'shop')}"
    before = _most()
    clock, at = time.perf_counter(), time.process_time()
    if what == "alarm":
        Watch(feedback).look_at("shop")
    elif what == "outcomes.csv":
        _send(outcomes_csv(feedback, bundle, {}, PLAIN))
    elif what == "training.csv":
        _send(outcome_csv(bundle.schema, bundle.outcomes, outcome_rows(feedback, bundle, time.time())))
    else:
        ModelResults(feedback).computed(key, "yes", None)
    seconds, by_clock = time.process_time() - at, time.perf_counter() - clock
    print(
        f"  {what}: {seconds:.1f} s of the processor, {by_clock:.1f} s by the clock, {_most() - before:.0f} MB more",
        flush=True,
    )


def _send(parts: Iterator[str]) -> None:
    """Take each part of a response and keep none."""
    print(f"  {sum(part.count(chr(10)) for part in parts) - 1:,} lines", flush=True)


def _most() -> float:
    """The most memory that this process had so far, in MB; what the parent had at its fork is not counted."""
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("decisions", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--database", help="URL of an empty database; SQLite in a temporary folder by default")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(*given.measure)
        return
    for many in given.decisions:
        with tempfile.TemporaryDirectory() as folder:
            models, url = Path(folder) / "models", given.database or f"sqlite:///{folder}/likely.db"
            shop(models)
            fill(url, f"shop@{live_of(models, 'shop')}", many)
            print(f"{many:,} decisions:", flush=True)
            for what in STEPS:
                step = ["--measure", what, url, str(models)]
                subprocess.run([sys.executable, "-m", "tests.bench.results", *step], check=True)


if __name__ == "__main__":
    main()
