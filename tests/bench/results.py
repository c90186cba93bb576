"""Processor seconds of the Results page's numbers: decisions and events of SQLite are read, joined, settled, judged.

``python -m tests.bench.results [decisions …]``; the figures stand in docs/decisions/0064-results-one-source.md.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace

import numpy as np

from feedback.joined import join
from feedback.results.right import judged
from feedback.results.settled import Question, settle
from ml.data.outcomes import Outcome, Outcomes
from store.db import open_store
from store.outcome_records import decision_id
from tests.results import CARD, DAY, START, decided, told

OUTCOMES = Outcomes((Outcome("no", "No", "no"), Outcome("yes", "Yes", "yes")), True, "yes")
KEY = "shop@3f9a1c2b"


def measured(many: int) -> dict[str, float]:
    """Processor seconds of each step."""
    came = np.random.default_rng(3).random(many) < 0.3
    made = [
        replace(decided(0, 0.3), id=decision_id(f"{at:024x}", 0), record=f"K-{at}", made=START + at / 50 * DAY)
        for at in range(many)
    ]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        tables = open_store(f"sqlite:///{folder}/likely.db").outcomes
        tables.decisions.append(made)
        tables.events.append([told(each, float(value)) for each, value in zip(made, came, strict=True)])
        at = time.process_time()
        events = [event for _, event in tables.events.of("shop")]
        decisions = list(tables.decisions.of("shop", sealed=False))
        found["reading"], at = time.process_time() - at, time.process_time()
        joined = list(join(decisions, events))
        found["joining"], at = time.process_time() - at, time.process_time()
        settled = settle(joined, Question(OUTCOMES, "yes", CARD, time.time() + DAY), KEY)
        found["settling"], at = time.process_time() - at, time.process_time()
        judged(settled, OUTCOMES, None)
        found["judging"] = time.process_time() - at
    return found


def main() -> None:
    """Print the figures."""
    for many in map(int, sys.argv[1:] or ("10000", "100000")):
        steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in measured(many).items())
        print(f"{many:,} decisions: {steps}")


if __name__ == "__main__":
    main()
