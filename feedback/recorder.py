"""The recorder: decisions of the request that is being answered, appended to the spool before the answer goes out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson

from auth.caller import caller_id
from feedback.sealing import Sealer, json_bytes
from feedback.spool import Spool
from ml.bundle.observers import CutOffsUsed, ScoresById
from ml.bundle.scored import AT_ONCE
from ml.context import holding
from ml.service import Bundle
from store.outcome_records import API, new_answer_id
from telemetry.metrics import count_lost

log = logging.getLogger(__name__)

OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


@dataclass
class RequestDecisions:
    """Decisions of one request so far."""

    id: str
    lines: list[bytes] = field(default_factory=list)
    """For the spool, one for each call of the model."""
    records: int = 0


_current: ContextVar[RequestDecisions | None] = ContextVar("decisions_of_this_request", default=None)


@contextmanager
def recording(answer_id: str = "") -> Iterator[RequestDecisions]:
    """Record what is scored until the block ends; without such a block nothing is recorded, as on pages and in jobs.

    Parameters
    ----------
    answer_id : str
        Without it, a new one is made.
    """
    answer = RequestDecisions(answer_id or new_answer_id())
    with holding(_current, answer):
        yield answer


class Recorder:
    """Appends decisions to the spool; without a sealer their values are not kept."""

    def __init__(self, spool: Spool, sealer: Sealer | None) -> None:
        self._spool, self._sealer = spool, sealer
        self._is_full = False

    def record_scores(
        self, bundle: Bundle, raws: Iterable[object], given: Callable[[], ScoresById], cut_offs: CutOffsUsed
    ) -> None:  # fmt: skip
        """Note scores of the current answer; nothing happens where none is being recorded.

        ``services.py`` gives it to :class:`ml.service.Service`, which calls it after each score.

        Parameters
        ----------
        raws : sequence of object
            Raw records; their values are not kept where they can be read once only.
        given : callable
            Gives ids and probabilities of the records.
        cut_offs : mapping of str to float, or None
            Cut-offs with which the answer is made; None leaves it to the mover to find those that are in use now. Most
            answers need none, and must not wait for the database to know them.
        """
        answer = _current.get()
        if answer is None:
            return
        scores = given()
        sealed = None
        if (
            self._sealer is not None
            and self._sealer.is_ready
            and isinstance(raws, Sequence)
            and len(raws) == len(scores)
        ):
            sealed = self._sealer.seal_bytes(_json(raws), answer.id)
        line = {
            "answer": answer.id,
            "first": answer.records,
            "model": bundle.key,
            "door": API,
            "who": caller_id(),
            "made": time.time(),
            "names": bundle.outcomes.names,
            "ids": [record for record, _ in scores],
            "probabilities": [of for _, of in scores],
            "sealed": sealed,
            "cut_offs": cut_offs,
        }
        answer.lines.append(orjson.dumps(line, option=OPTIONS))
        answer.records += len(scores)

    def keep(self, answer: RequestDecisions) -> bool:
        """Append the decisions of an answer to the spool; False where there are none, or no space is left."""
        if not answer.lines:
            return False
        try:
            for line in answer.lines:
                self._spool.append(line)
        except OSError as error:
            if not self._is_full:
                log.error("Decisions cannot be recorded, predictions go on: %s", error)
            self._is_full = True
            count_lost(answer.records)
            return False
        self._is_full = False
        return True


def _json(raws: Sequence[object]) -> bytes:
    """Raw records as a JSON array; some at a time, for as objects they may take many times what is written."""
    rest, parts = iter(raws), list[bytes]()
    while some := list(islice(rest, AT_ONCE)):
        parts.append(json_bytes(some)[1:-1])
    return b"[" + b",".join(parts) + b"]"


def raw_records_of(line: Mapping[str, Any], sealer: Sealer | None) -> list[Any]:
    """The raw records of a line of the spool; None for each where they are not kept."""
    held = sealer.open(line["sealed"], line["answer"]) if sealer is not None else None
    return held if isinstance(held, list) and len(held) == len(line["ids"]) else [None] * len(line["ids"])
