"""Sixteen people who edit at once: complete edits per second on 2 workers.

An edit is what the page sends when a value was changed: first the question for the score, and, when
that was answered, the question for the reasons behind it. Beside ours, the usual Dash page
(``usual.py``) with a bare score and a chart. Run: python tests/bench/edits.py [model]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from layouts import ids
from ml.schema import text_of
from ml.service import open_service
from tests.bench.post import Connection, best, measure, port_of, request_of
from tests.bench.serving import gunicorn, serving, table

PEOPLE, ROUNDS, SECONDS = 16, 3, 4.0
UPDATE = "/_dash-update-component"


class Editor(Connection):
    """A person: one question after the other, each when the one before was answered; then again from the first."""

    def __init__(self, port: int, requests: list[bytes]) -> None:
        super().__init__(port, requests[0])
        self._requests = requests
        self._at = 0

    def answered(self) -> bool:
        """True when the whole edit is answered."""
        if not super().answered():
            return False
        self._at = (self._at + 1) % len(self._requests)
        self.request = self._requests[self._at]
        if self._at == 0:
            return True
        began = self.sent_at
        self.send()
        self.sent_at = began
        return False


def callback(outputs: list[tuple[str, str]], inputs: list[tuple[str, str, Any]]) -> bytes:
    """The request that Dash's renderer makes for one callback."""
    named = "...".join(f"{name}.{prop}" for name, prop in outputs)
    body = {
        "output": f"..{named}.." if len(outputs) > 1 else named,
        "outputs": [{"id": name, "property": prop} for name, prop in outputs],
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in inputs],
        "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
    }
    return request_of(UPDATE, json.dumps(body).encode())


def main(model: str = "breast-cancer") -> None:
    """Measure score alone, score and reasons, and the usual page, in turns."""
    bundle = open_service("models").model(model)
    record = {feature.name: text_of(feature.default) for feature in bundle.schema.features}
    half = {name: "" if at % 2 else text for at, (name, text) in enumerate(record.items())}
    environ = {"MODEL": model, "LOG_LEVEL": "warning"}
    with (
        serving(gunicorn("app:create_server()"), "/healthz", **environ) as likely,
        serving(gunicorn("tests.bench.usual:server"), "/", USUAL="dash", **environ) as usual,
    ):
        ours, theirs = port_of(likely), port_of(usual)
        sides = {
            "usual Dash page: a bare score and a chart": (theirs, [usual_edit(bundle)]),
            "ours, all known: score": (ours, [score_of(bundle.key, record)]),
            "ours, all known: score and reasons": (
                ours,
                [score_of(bundle.key, record), reasons_of(bundle.key, record)],
            ),
            "ours, half known: score, range, ask next": (ours, [score_of(bundle.key, half)]),
            "ours, half known: all of it": (ours, [score_of(bundle.key, half), reasons_of(bundle.key, half)]),
        }
        found: dict[str, list] = {side: [] for side in sides}
        for _ in range(ROUNDS):
            for side, (port, requests) in sides.items():
                people = [Editor(port, requests) for _ in range(PEOPLE)]
                found[side].append(measure(people, SECONDS))
    rates = {side: best(rounds) for side, rounds in found.items()}
    least = next(iter(rates.values()))[1]
    rows = [[side, f"{rate:.0f}/s", f"{p50:.0f} ms", f"{rate / least:.1f}x"] for side, (p50, rate) in rates.items()]
    header = ["", "edits", "p50", "usual = 1"]
    table(f"{PEOPLE} people edit {model} at once, 2 workers, best of {ROUNDS} rounds", header, rows)


def score_of(key: str, record: dict[str, str]) -> bytes:
    asked = {"serial": 1, "model": key, "record": record, "outcome": "", "declined": []}
    return callback([(ids.RESULT, "children"), (ids.ANSWERED, "data")], [(ids.ASKED, "data", asked)])


def reasons_of(key: str, record: dict[str, str]) -> bytes:
    asked = {"serial": 1, "model": key, "record": record, "outcome": "", "declined": []}
    return callback([(ids.REASONS, "children"), (ids.ADVISED, "data")], [(ids.WONDERED, "data", asked)])


def usual_edit(bundle: Any) -> bytes:
    inputs = [(feature.name, "value", feature.default) for feature in bundle.schema.features]
    return callback([("answer", "children"), ("bars", "figure")], inputs)


if __name__ == "__main__":
    main(*sys.argv[1:])
