"""What a challenger in shadow costs those who predict: latency of single records with one and without, in turns.

Four services of two workers side by side: two without a challenger, whose difference is noise, one with it for a fifth
of the decisions, one for all of them. Each is asked in turn, so that whatever else the machine does meets all alike.

Run: python tests/bench/shadow.py [--short]
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from ml.training.build import build_bundle
from store.db import open_store
from store.outcomes.shadow_records import Challenger
from tests.bench.length import either
from tests.bench.serving import serving, table
from tests.small import people, pushed, trained_of

ROUNDS, PAUSE = either(4_000, 400), 0.004  # requests of each service; seconds after each
HEADERS = {"Content-Type": "application/json"}
WAYS = {"none": 0.0, "none again": 0.0, "for a fifth": 0.2, "for all": 1.0}


def versions(folder: Path) -> tuple[str, dict[str, str]]:
    """Keys of a live version, and of challengers: a quick one, a slow one that scikit-learn serves."""
    frame = people()[["income", "debt"]]
    truth = pd.Series(np.where(pushed(people()) > 0.5, "yes", "no"))

    def made(estimator: object, action: str) -> str:
        fitted = estimator.fit(frame[:300], truth[:300])  # type: ignore[attr-defined]
        return build_bundle(trained_of("pay", fitted, frame, truth, 300, title="Pay"), folder, action=action)

    live = made(LogisticRegression(), "add")
    forest = RandomForestClassifier(300, random_state=1)
    slow = make_pipeline(FunctionTransformer(np.asarray), StandardScaler(), forest)
    return live, {"quick": made(LogisticRegression(C=0.01), "hold"), "forest of 300 trees": made(slow, "hold")}


class Asked:
    """A service, its database, and how long its answers took, in ms."""

    def __init__(self, url: str, database: str, share: float) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", int(url.rpartition(":")[2]), timeout=30)
        self.store, self.share, self.taken = open_store(database), share, list[float]()

    def ask(self, body: str) -> None:
        """Ask about one record."""
        began = time.perf_counter()
        self.connection.request("POST", "/api/v1/models/pay/predict", body, HEADERS)
        answered = self.connection.getresponse()
        answered.read()
        self.taken.append(1_000 * (time.perf_counter() - began))
        assert answered.status == 200

    def choose(self, challenger: str) -> None:
        """Choose a challenger, and wait until it answers."""
        if self.share:
            shadow = self.store.outcomes.shadow
            shadow.choose(Challenger("pay", challenger, self.share))
            end = time.monotonic() + 60
            while not shadow.counts(challenger).answered and time.monotonic() < end:
                self.ask(body())
                time.sleep(0.05)


def body() -> str:
    """One record."""
    return json.dumps({"income": 20 + 60 * float(np.random.default_rng().random()), "debt": 5})


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        _, challengers = versions(home / "models")
        command, services = [sys.executable, "app.py", "--port", "{port}", "--workers", "2"], {}
        for way, share in WAYS.items():
            var = home / way.replace(" ", "-")
            environ = {"MODELS_DIR": str(home / "models"), "VAR_DIR": str(var), "AUTH": "none", "DEMO_MODELS": "off"}
            server = stack.enter_context(serving(command, "/readyz", **environ))
            services[way] = Asked(server.url, f"sqlite:///{var / 'likely.db'}", share)
        for label, challenger in challengers.items():
            for each in services.values():
                each.ask(body())
                each.choose(challenger)
                each.taken.clear()
            for turn in range(ROUNDS):
                for at in range(len(services)):  # each follows each other as often
                    list(services.values())[(at + turn) % len(services)].ask(body())
                    time.sleep(PAUSE)
            _print(label, services)
            for each in services.values():
                counts = each.store.outcomes.shadow.counts(challenger)
                if each.share:
                    print(f"answered {counts.answered:,}, failed {counts.failed:,}, waiting {counts.waiting:,}")
                each.store.outcomes.shadow.stop("pay")


def _print(label: str, services: dict[str, Asked]) -> None:
    first, rows = np.quantile(services["none"].taken, 0.95), []
    for way, each in services.items():
        middle, high = np.quantile(each.taken, [0.5, 0.95])
        rows.append([way, f"{middle:.2f} ms", f"{high:.2f} ms", f"{100 * (high / first - 1):+.1f} %"])
    title = f"A {label} challenger, {ROUNDS:,} requests of each service in turns, load {os.getloadavg()[0]:.1f}"
    table(title, ["asked", "median", "95 %", "against none"], rows)


if __name__ == "__main__":
    main()
