"""Options of predict: decisions at a cut-off, contributions and reasons, records with blanks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from api.contract.requests import PredictQuery
from api.http.file_tables import notes_of_table
from api.http.json_tables import drop_unknown_fields, names_of
from api.http.representations import JSON, ResponseBody, choose, whole
from api.http.statuses import NotAcceptable
from auth.versions.changes import fingerprint_of
from jobs.work.deferred_answer import finished
from ml.advice.score_known import AVERAGE, ESTIMATOR
from ml.batch.explained import ALLOW, Wanted, explained
from ml.bundle.scored import Scored
from ml.data.records import read_records
from ml.errors import TooManyRecords, UnknownModel
from ml.metrics.evaluation import no_probabilities
from ml.runtime.deadline import ANSWER_DEADLINE, StillWorking
from ml.service import Bundle, Service

MOST = 100  # records of a request with explanations: each takes some milliseconds
MOST_AVERAGED = 1_000  # records of a request whose blanks are averaged over: one or two seconds
FEW = 5  # records that are explained beside others

_one_at_a_time = threading.Lock()  # one request with many records at a time in a process: others are answered meanwhile


class DeferredAnswer(Exception):
    """Computing the answer takes longer than a request waits: the error handler creates a job with this content.

    Attributes
    ----------
    model : str
        Key of the version.
    asked : dict
        JSON values.
    """

    def __init__(self, model: str, asked: dict[str, Any]) -> None:
        super().__init__(model)
        self.model, self.asked = model, asked


def answer(
    service: Service, name: str, raws: Sequence[object], asked: PredictQuery, accept: str = "", *,
    labels: bool = False, later: bool = False,
) -> ResponseBody:  # fmt: skip
    """Response to a prediction request with options.

    Parameters
    ----------
    name : str
        Name or key of the model.
    raws : sequence of object
        Raw records.
    accept : str
        The request's Accept header; only plain scores have other representations than JSON.
    labels : bool
        True adds the labels alone to JSON.
    later : bool
        True raises Later where the answer would take too long.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownOutcome, NoProbabilities, InvalidRecord, TooManyRecords, NotAcceptable
    Later
    """
    bundle = _model(service, name, asked.version)
    if asked.outcome:
        bundle.outcomes.index(asked.outcome)
    content_type, _ = choose(accept)
    said = notes_of_table(raws)
    beside: dict[str, Any] = {"notes": said} if said else {}
    if asked.extra == "ignore":
        raws, unknown = drop_unknown_fields(raws, names_of(bundle.schema))
        beside["ignored"] = unknown
    if not asked.is_plain:
        if content_type != JSON:
            raise NotAcceptable("What the address asks for is given as JSON only.", f"Accepted: {JSON}.")
        return ResponseBody.in_json(_more(service, bundle, raws, asked, beside, labels=labels, later=later), bundle.key)
    scored = _scored(service, bundle, raws, asked)
    if content_type != JSON:
        return ResponseBody.of(scored, accept)
    return ResponseBody.in_json(finished(whole(scored), beside, labels=labels), bundle.key)


def _more(
    service: Service, bundle: Bundle, raws: Sequence[object], asked: PredictQuery, beside: dict[str, Any], *,
    labels: bool, later: bool,
) -> dict[str, Any]:  # fmt: skip
    if bundle.offers != "probabilities":
        raise no_probabilities()
    outcome = asked.outcome or bundle.outcomes.positive
    if asked.has_explanations and len(raws) > MOST:
        message = f"More than {MOST} records in one request that asks for more than scores."
        raise TooManyRecords(message, f"Send up to {MOST} at a time, or a job.")
    _check_averaged(raws, asked)
    cutoffs = None if asked.cutoff is None else _cutoffs(service, bundle, asked)
    wanted = Wanted(outcome, asked.explain, asked.blanks, cutoffs)
    if not later:
        return finished(explained(service, bundle, raws, wanted), beside, labels=labels)
    try:
        with _patience(asked.has_explanations and len(raws) > FEW) as check:
            return finished(explained(service, bundle, raws, wanted, check), beside, labels=labels)
    except StillWorking:
        _check_records(service, bundle, raws, asked)
        request = {"records": list(raws), "wanted": vars(wanted), "beside": beside, "labels": labels}
        raise DeferredAnswer(bundle.key, request) from None


@contextmanager
def _patience(many: bool) -> Iterator[Callable[[], None]]:
    """Yields a check to be called before each record: it raises StillWorking after 8 s.

    Many records are computed for one request of a process at a time: for a second one StillWorking is raised at once.
    """
    until = time.monotonic() + ANSWER_DEADLINE

    def check() -> None:
        if time.monotonic() > until:
            raise StillWorking

    if many and not _one_at_a_time.acquire(blocking=False):
        raise StillWorking
    try:
        yield check
    finally:
        if many:
            _one_at_a_time.release()


def _model(service: Service, name: str, version: str) -> Bundle:
    if not version:
        return service.model(name)
    if "@" in name:
        raise UnknownModel(f"{name[:80]!r} names a version already.", "Leave version out, or name the model alone.")
    return service.model(f"{name}@{fingerprint_of(name, version)}")


def _cutoffs(service: Service, bundle: Bundle, asked: PredictQuery) -> dict[str, float]:
    """Cut-off of each outcome: the request's, else the one in use."""
    if isinstance(asked.cutoff, float):
        return dict.fromkeys(bundle.outcomes.names, asked.cutoff)
    return service.cut_offs(bundle)


def _scored(service: Service, bundle: Bundle, raws: Sequence[object], asked: PredictQuery) -> Scored:
    _check_averaged(raws, asked)
    return service.score(bundle.key, raws, AVERAGE if asked.blanks == AVERAGE else ESTIMATOR)


def _check_records(service: Service, bundle: Bundle, raws: Sequence[object], asked: PredictQuery) -> None:
    """Refuse at once what a job could only refuse later; InvalidRecord with every problem."""
    if asked.blanks == ALLOW:
        read_records(bundle.schema.with_blanks, raws).all_rows()
    else:
        _scored(service, bundle, raws, asked)


def _check_averaged(raws: Sequence[object], asked: PredictQuery) -> None:
    if asked.blanks == AVERAGE and len(raws) > MOST_AVERAGED:
        message = f"More than {MOST_AVERAGED:,} records in one request that averages over blanks."
        raise TooManyRecords(message, f"Send up to {MOST_AVERAGED:,} at a time, or a job.")
