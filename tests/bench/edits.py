"""Sixteen people who edit at once: complete edits per second on 2 workers.

An edit is what the page sends when a value was changed: first the question for the score, and, when
that was answered, the question for the reasons behind it. Each person has a record of their own and
changes one value of it at a time, so hardly an answer is one that was given before. Beside ours, the
usual Dash page (``usual.py``) with a bare score and a chart. Run: python tests/bench/edits.py
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from layouts.shared import ids
from ml.bundle.bundle import Bundle
from ml.data.columns import rows_of
from ml.data.feature import text_of
from ml.service import open_service
from tests.bench import ten
from tests.bench.length import either
from tests.bench.post import Connection, Round, best, measure, port_of, request_of
from tests.bench.serving import gunicorn, serving, table

PEOPLE, ROUNDS, SECONDS = 16, either(3, 1), 4.0
EDITS = either(400, 40)  # of each person; then they begin anew
UPDATE = "/_dash-update-component"
LOGGED = 5_000  # characters of the servers' log that are shown where an answer is no 200


class Editor(Connection):
    """A person: one edit after the other, each of one or more questions that wait for the answer before."""

    def __init__(self, port: int, edits: list[list[bytes]]) -> None:
        super().__init__(port, edits[0][0])
        self._edits = edits
        self._at = self._question = 0

    def answered(self) -> bool:
        """True when the whole edit is answered."""
        if not super().answered():
            return False
        edit = self._edits[self._at % len(self._edits)]
        self._question += 1
        if self._question == len(edit):
            self._at, self._question = self._at + 1, 0
            self.request = self._edits[self._at % len(self._edits)][0]
            return True
        self.request = edit[self._question]
        began = self.sent_at
        self.send()
        self.sent_at = began
        return False


def callback(outputs: list[tuple[str, str]], inputs: list[tuple[str, str, Any]], state: Sequence[Any] = ()) -> bytes:
    """The request that Dash's renderer makes for one callback."""
    named = "...".join(f"{name}.{prop}" for name, prop in outputs)
    body = {
        "output": f"..{named}.." if len(outputs) > 1 else named,
        "outputs": [{"id": name, "property": prop} for name, prop in outputs],
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in inputs],
        "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
        "state": list(state),
    }
    return request_of(UPDATE, json.dumps(body).encode())


def main() -> None:
    """Measure score alone, score and reasons, and the usual page, in turns."""
    with tempfile.TemporaryDirectory() as scratch:
        models, log = Path(scratch) / "models", Path(scratch) / "log"
        ten.add(models)
        try:
            _compare(models, Path(scratch) / "var", log)
        except SystemExit:  # no 200: the servers know why
            print(log.read_text()[-LOGGED:] if log.exists() else "The servers have logged nothing.")
            raise


def _compare(models: Path, var: Path, log: Path) -> None:
    bundle = open_service(models).model(ten.NAME)
    rows = [
        dict(zip(bundle.schema.names, map(text_of, row), strict=True))
        for row in rows_of(bundle.schema, bundle.holdout.block)
    ]
    environ = {"MODEL": ten.NAME, "MODELS_DIR": str(models), "VAR_DIR": str(var), "LOG_LEVEL": "warning"}
    with (
        serving(gunicorn("app:create_server()"), "/healthz", log, **environ) as likely,
        serving(gunicorn("tests.bench.usual:server"), "/", log, USUAL="dash", **environ) as usual,
    ):
        ours, theirs = port_of(likely), port_of(usual)

        def score(record: dict[str, str]) -> list[bytes]:
            return [score_of(bundle, record)]

        def everything(record: dict[str, str]) -> list[bytes]:
            return [score_of(bundle, record), reasons_of(bundle.key, record)]

        sides: dict[str, tuple[int, Callable[[dict[str, str]], list[bytes]], float]] = {
            "usual Dash page: a bare score and a chart": (theirs, usual_edit, 1.0),
            "ours, all known: score": (ours, score, 1.0),
            "ours, all known: score and reasons": (ours, everything, 1.0),
            "ours, half known: score, range, ask next": (ours, score, 0.5),
            "ours, half known: all of it": (ours, everything, 0.5),
        }
        found: dict[str, list[Round]] = {side: [] for side in sides}
        for turn in range(ROUNDS):
            for side, (port, requests, known) in sides.items():
                people = [
                    Editor(port, [requests(record) for record in ten.edits(rows, EDITS, PEOPLE * turn + one, known)])
                    for one in range(PEOPLE)
                ]
                found[side].append(measure(people, SECONDS))
    rates = {side: best(rounds) for side, rounds in found.items()}
    least = next(iter(rates.values()))[1]
    lines = [[side, f"{rate:.0f}/s", f"{p50:.0f} ms", f"{rate / least:.1f}x"] for side, (p50, rate) in rates.items()]
    header = ["", "edits", "p50", "usual = 1"]
    title = f"{PEOPLE} people edit records of ten numbers at once, 200 trees, 2 workers, best of {ROUNDS} rounds"
    table(title, header, lines)


def score_of(bundle: Bundle, record: dict[str, str]) -> bytes:
    asked = {"serial": 1, "model": bundle.key, "outcome": "", "declined": []}
    fields = [(ids.field(bundle.schema.position[name]), text) for name, text in record.items()]
    state = [[{"id": field, "property": "value", "value": text} for field, text in fields]]
    outputs = [(ids.RESULT, "tree"), (ids.FORM_RESPONSE, "attributes")]
    return callback(outputs, [(ids.FORM_REQUEST, "data", asked)], state)


def reasons_of(key: str, record: dict[str, str]) -> bytes:
    asked = {"serial": 1, "model": key, "record": record, "outcome": "", "declined": []}
    outputs = [(ids.REASONS, "tree"), (ids.REASONS_RESPONSE, "attributes")]
    return callback(outputs, [(ids.REASONS_REQUEST, "data", asked)])


def usual_edit(record: dict[str, str]) -> list[bytes]:
    inputs = [(name, "value", float(text)) for name, text in record.items()]
    return [callback([("answer", "children"), ("bars", "figure")], inputs)]


if __name__ == "__main__":
    main()
