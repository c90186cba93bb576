"""The process that asks challengers: ``python -m feedback.shadow.child MODELS``, questions in, answers out, by lines.

A challenger may be broken in any way: it may stand still, end its process, or take all memory. So it runs in a process
of its own, which runs only where the processor has nothing else to do, knows neither the database nor a secret, and may
be killed at any time.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from ml.advice.score_known import AVERAGE, ESTIMATOR, Blanks
from ml.bundle.scored import Score
from ml.errors import LikelyError
from ml.service import Service, open_service

QUICK = 0.05  # seconds
LOWEST = 19  # of priorities
SAME = 1e-6  # difference of two probabilities of one version for one record
NOT_REPEATED = "The live version does not give its answer again: its way with missing values is not known."


class Unanswered(Exception):
    """A version gave no probabilities; the words hold no values of a record."""


def answer(service: Service, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the live version and the challenger about one record.

    The live version is asked again, for two reasons: it shows how missing values were meant, and its time is taken in
    the same process.

    Parameters
    ----------
    asked : mapping
        ``live`` and ``challenger`` (keys), ``record`` (raw values) and ``said`` (what the live version answered, by
        outcome).

    Returns
    -------
    dict
        ``probabilities`` by outcome, ``seconds`` of the challenger and of the live version ``beside``; or ``error``.
        Where the processor is busy with others, either is longer than it would be in front.
    """
    try:
        for blanks in (ESTIMATOR, AVERAGE):
            with suppress(Unanswered):
                again, beside = _timed(service, asked["live"], asked["record"], blanks)
                if _same(again, asked["said"]):
                    probabilities, seconds = _timed(service, asked["challenger"], asked["record"], blanks, raises=True)
                    if beside < QUICK:  # it was the first to be asked, and what both share was not in the cache
                        _, beside = _timed(service, asked["live"], asked["record"], blanks)
                    return {"probabilities": probabilities, "seconds": seconds, "beside": beside}
    except _Failed as failed:
        return {"error": str(failed)}
    return {"error": NOT_REPEATED}


class _Failed(Exception):
    """The challenger failed."""


def _timed(
    service: Service, key: str, record: Any, blanks: Blanks, *, raises: bool = False
) -> tuple[dict[str, float], float]:
    """Probabilities of a version by outcome, and the seconds that it took once it is loaded."""
    try:
        if key not in _loaded:
            _load(service, key)
            _probabilities(service, key, record, blanks)
            _loaded.add(key)
        began = time.perf_counter()
        probabilities = _probabilities(service, key, record, blanks)
        return probabilities, time.perf_counter() - began
    except Unanswered as error:
        if raises:
            raise _Failed(str(error)) from None
        raise
    except Exception as error:  # noqa: BLE001 - whatever foreign code raises; its words may hold values of the record
        words = type(error).__name__
        raise (_Failed(words) if raises else Unanswered(words)) from None


def _load(service: Service, key: str) -> None:
    try:
        _ = service.opened(key).predictor
    except LikelyError as error:
        raise Unanswered(str(error)[:200]) from None


_loaded: set[str] = set()


def _probabilities(service: Service, key: str, record: Any, blanks: Blanks) -> dict[str, float]:
    bundle = service.model(key)
    (score,) = service.score_each(bundle, [record], blanks)
    if not isinstance(score, Score):
        names = sorted({each.feature for each in score if each.feature in bundle.schema.names})
        raise Unanswered(f"It cannot take the record: {', '.join(names) or 'the whole of it'}.")
    if score.probabilities is None:
        raise Unanswered("It gives no probabilities.")
    return dict(zip(bundle.outcomes.names, map(float, score.probabilities), strict=True))


def _same(again: Mapping[str, float], said: Mapping[str, float]) -> bool:
    return again.keys() == said.keys() and all(abs(again[name] - said[name]) <= SAME for name in again)


def be_modest() -> None:
    """Run where nobody else does, and be the first to go where memory runs out."""
    with suppress(OSError, AttributeError):
        os.nice(LOWEST)
    with suppress(OSError, AttributeError):  # Linux: beside it others wait for nothing
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    # Where Linux shares the processor out to sessions (autogroup), both count among processes of one session only, and
    # what runs in the service's session uses up the share of its requests
    with suppress(OSError, AttributeError):
        os.setsid()
        Path("/proc/self/autogroup").write_text(str(LOWEST))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def main(models: str) -> None:
    """Answer questions until there are no more."""
    be_modest()
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a challenger prints is no answer
    service = open_service(models)
    for line in sys.stdin.buffer:
        request = orjson.loads(line)
        # These end the process, also where nobody waits any more
        signal.setitimer(signal.ITIMER_PROF, request["limit"])  # of the processor
        signal.setitimer(signal.ITIMER_REAL, request["patience"])
        answers.write(orjson.dumps(answer(service, request)) + b"\n")
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)


if __name__ == "__main__":
    main(sys.argv[1])
