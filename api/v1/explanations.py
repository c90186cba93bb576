"""Options of predict: decisions at a cut-off, contributions and reasons, records with blanks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from api.contract.requests import PredictQuery
from api.http.errors import NotAcceptable
from api.http.file_tables import notes_of_table
from api.http.json_tables import names_of, without_strangers
from api.http.representations import JSON, Answer, choose, labels_beside, notes_of, prediction, whole
from ml.advice.advice import Standing
from ml.advice.reasons import NOT_CAUSES, reasons
from ml.advice.score_known import AVERAGE, ESTIMATOR, as_blanks, schema_for
from ml.bundle.scored import Scored
from ml.data.outcomes import Outcomes
from ml.data.records import read_records
from ml.decision.decide import decide
from ml.errors import InvalidRecord, Problem, TooManyRecords, UnknownModel
from ml.metrics.evaluation import no_probabilities
from ml.service import Bundle, Service

MOST = 100  # records of a request with explanations: each takes some milliseconds
MOST_AVERAGED = 1_000  # records of a request whose blanks are averaged over: one or two seconds


def answer(
    service: Service, name: str, raws: Sequence[object], asked: PredictQuery, accept: str = "", *, labels: bool = False
) -> Answer:
    """Response to a prediction request with options.

    Parameters
    ----------
    service : Service
    name : str
        Name or key of the model.
    raws : sequence of object
        Raw records.
    asked : PredictQuery
    accept : str
        The request's Accept header; only plain scores have other representations than JSON.
    labels : bool
        True adds the labels alone to JSON.

    Raises
    ------
    UnknownModel, BrokenModel, UnknownOutcome, NoProbabilities, InvalidRecord, TooManyRecords, NotAcceptable
    """
    bundle = _model(service, name, asked.version)
    content_type, _ = choose(accept)
    said = notes_of_table(raws)
    ignored: dict[str, Any] = {"notes": said} if said else {}
    if asked.extra == "ignore":
        raws, strangers = without_strangers(raws, names_of(bundle.schema))
        ignored["ignored"] = strangers
    if not asked.only_scores:
        if content_type != JSON:
            raise NotAcceptable("What the address asks for is given as JSON only.", f"Accepted: {JSON}.")
        made = _more(service, bundle, raws, asked)
    else:
        scored = _scored(service, bundle, raws, asked)
        if content_type != JSON:
            return Answer.of(scored, accept)
        made = whole(scored)
    return Answer.in_json((labels_beside(made) if labels else made) | ignored, bundle.key)


def _more(service: Service, bundle: Bundle, raws: Sequence[object], asked: PredictQuery) -> dict[str, Any]:
    if bundle.offers != "probabilities":
        raise no_probabilities()
    outcome = asked.outcome or bundle.outcomes.positive
    bundle.outcomes.index(outcome)
    if asked.more and len(raws) > MOST:
        message = f"More than {MOST} records in one request that asks for more than scores."
        raise TooManyRecords(message, f"Send up to {MOST} at a time, or a job.")
    made: dict[str, Any] = {"model": bundle.key, "outcomes": bundle.outcomes.names}
    allowed = asked.blanks == "allow"
    predictions = (
        _with_blanks(service, bundle, raws, outcome) if allowed else _as_json(_scored(service, bundle, raws, asked))
    )
    if asked.explain:
        made |= {"about": outcome, "remark": NOT_CAUSES}
        _explain(service, bundle, raws, outcome, asked.averaged, predictions)
    if asked.cutoff is not None:
        made["cutoffs"] = _cutoffs(service, bundle, asked)
        for each in predictions:
            _decide(bundle, made["cutoffs"], each)
    return made | {"predictions": predictions}


def _model(service: Service, name: str, version: str) -> Bundle:
    if not version:
        return service.model(name)
    if "@" in name:
        raise UnknownModel(f"{name[:80]!r} names a version already.", "Leave version out, or name the model alone.")
    return service.model(f"{name}@{version}")


def _cutoffs(service: Service, bundle: Bundle, asked: PredictQuery) -> dict[str, float]:
    """Cut-off of each outcome: the request's, else the one in use."""
    if isinstance(asked.cutoff, float):
        return dict.fromkeys(bundle.outcomes.names, asked.cutoff)
    return service.cut_offs(bundle)


def _decide(bundle: Bundle, cutoffs: dict[str, float], made: dict[str, Any]) -> None:
    """Add to a prediction its decisions, what acting is worth and what to do: the latter two where the card tells."""
    probabilities = made["probabilities"]
    decided = [decide(bundle.card, of, probabilities[of], at) for of, at in cutoffs.items()]
    made["decisions"] = {each.outcome: each.act for each in decided}
    worths = {each.outcome: each.worth for each in decided if each.worth is not None}
    words = {each.outcome: each.words for each in decided if each.words}
    made |= ({"worths": worths} if worths else {}) | ({"actions": words} if words else {})


def _scored(service: Service, bundle: Bundle, raws: Sequence[object], asked: PredictQuery) -> Scored:
    if asked.blanks == AVERAGE and len(raws) > MOST_AVERAGED:
        message = f"More than {MOST_AVERAGED:,} records in one request that averages over blanks."
        raise TooManyRecords(message, f"Send up to {MOST_AVERAGED:,} at a time, or a job.")
    return service.score(bundle.key, raws, AVERAGE if asked.blanks == AVERAGE else ESTIMATOR)


def _as_json(scored: Scored) -> list[dict[str, Any]]:
    outcomes = scored.model.outcomes
    return [prediction(outcomes.names, outcomes.exclusive, score) for score in scored.scores]


def _with_blanks(service: Service, bundle: Bundle, raws: Sequence[object], outcome: str) -> list[dict[str, Any]]:
    ids = _ids(bundle, raws)
    return [
        _standing(service.stand(bundle.key, raw, outcome), record_id) for raw, record_id in zip(raws, ids, strict=True)
    ]


def _ids(bundle: Bundle, raws: Sequence[object]) -> tuple[str | None, ...]:
    """Ids of the records; InvalidRecord with every problem of every record."""
    records = read_records(bundle.schema.with_blanks, raws)
    records.all_rows()
    return records.ids


def _standing(standing: Standing, record_id: str | None) -> dict[str, Any]:
    outcomes = standing.model.outcomes
    made: dict[str, Any] = {
        "id": record_id,
        "label": _label(standing, outcomes),
        "probabilities": _by_name(outcomes, standing.probabilities),
        "low": _by_name(outcomes, standing.low),
        "high": _by_name(outcomes, standing.high),
        "blanks": standing.blank,
        "questions": [
            {"feature": each.feature, "move": each.move, "crossing": each.crossing} for each in standing.questions
        ],
    }
    return made | notes_of(standing.notes)


def _label(standing: Standing, outcomes: Outcomes) -> Any:
    """The estimator's label; null where a value is blank, for then the estimator was not called."""
    if standing.blank:
        return None
    return standing.labels[0] if outcomes.exclusive else standing.labels


def _by_name(outcomes: Outcomes, numbers: Sequence[float]) -> dict[str, float]:
    return dict(zip(outcomes.names, numbers, strict=True))


def _explain(
    service: Service,
    bundle: Bundle,
    raws: Sequence[object],
    outcome: str,
    blanks: bool,
    predictions: list[dict[str, Any]],
) -> None:
    """Add contributions and reasons to each prediction; with `blanks` off a missing value is a value like others."""
    schema, column = bundle.schema, bundle.outcomes.index(outcome)
    rows = read_records(schema_for(schema, AVERAGE if blanks else ESTIMATOR), raws).all_rows()
    for at, (given, made) in enumerate(zip(rows, predictions, strict=True)):
        row = as_blanks(given) if blanks else given
        try:
            found = service.explain(bundle, row, blanks=blanks, quick=True)
        except ValueError as error:
            raise InvalidRecord([Problem(at, None, None, str(error)[:200])]) from error
        strongest = reasons(schema, row, found, column)
        made["base"] = _by_name(bundle.outcomes, found.base.tolist())
        made["contributions"] = _by_feature(bundle, found.contributions)
        made["standard_errors"] = _by_feature(bundle, found.errors)
        made["reasons"] = {
            "for": [reason.sentence for reason in strongest.raising],
            "against": [reason.sentence for reason in strongest.lowering],
        }


def _by_feature(bundle: Bundle, numbers: np.ndarray) -> dict[str, dict[str, float]]:
    """Numbers of shape (p, k) as a mapping of outcome to feature to number."""
    columns = numbers.T.tolist()
    return {
        of: dict(zip(bundle.schema.names, column, strict=True))
        for of, column in zip(bundle.outcomes.names, columns, strict=True)
    }
