"""More than scores of records: decisions, contributions and reasons, records with blanks; as JSON values.

A request computes them where that is quick, else a job does (``jobs/work/deferred_answer.py``), with the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.advice.advice import ScoreWithBlanks
from ml.advice.reasons import NOT_CAUSES, reasons
from ml.advice.score_known import AVERAGE, ESTIMATOR, as_blanks, schema_for
from ml.bundle.score_json import notes_of, prediction
from ml.bundle.scored import Scored
from ml.data.outcomes import Outcomes
from ml.data.records import read_records
from ml.decision.decide import decide
from ml.errors import InvalidRecord, Problem
from ml.service import Bundle, Service

ALLOW = "allow"  # blanks are averaged over, and the range is told
Check = Callable[[], object]


@dataclass(frozen=True)
class Wanted:
    """Options of an answer beyond scores."""

    outcome: str
    """The one that contributions and questions are about."""
    explain: bool
    blanks: str
    """One of "estimator", "refuse", "average" and "allow"."""
    cutoffs: Mapping[str, float] | None = None
    """At which is decided; None decides nothing."""

    @property
    def averaged(self) -> bool:
        """True when a missing value is a blank."""
        return self.blanks in (AVERAGE, ALLOW)


def explained(
    service: Service, bundle: Bundle, raws: Sequence[object], wanted: Wanted, check: Check = lambda: None
) -> dict[str, Any]:
    """Scores of raw records with what is wanted besides, as JSON values.

    Parameters
    ----------
    check : callable
        Called before each record; its exceptions propagate.

    Raises
    ------
    InvalidRecord
    """
    answer: dict[str, Any] = {"model": bundle.key, "outcomes": bundle.outcomes.names}
    if wanted.blanks == ALLOW:
        predictions = _with_blanks(service, bundle, raws, wanted, check)
    else:
        taken = AVERAGE if wanted.blanks == AVERAGE else ESTIMATOR
        predictions = _as_json(service.score(bundle.key, raws, taken, wanted.cutoffs))
    if wanted.explain:
        answer |= {"about": wanted.outcome, "remark": NOT_CAUSES}
        _explain(service, bundle, raws, wanted, predictions, check)
    if wanted.cutoffs is not None:
        answer["cutoffs"] = dict(wanted.cutoffs)
        for each in predictions:
            _decide(bundle, wanted.cutoffs, each)
    return answer | {"predictions": predictions}


def _decide(bundle: Bundle, cutoffs: Mapping[str, float], made: dict[str, Any]) -> None:
    """Add to a prediction its decisions, what acting is worth and what to do: the latter two where the card tells."""
    probabilities = made["probabilities"]
    decided = [decide(bundle.card, of, probabilities[of], at) for of, at in cutoffs.items()]
    made["decisions"] = {each.outcome: each.act for each in decided}
    worths = {each.outcome: each.worth for each in decided if each.worth is not None}
    words = {each.outcome: each.words for each in decided if each.words}
    made |= ({"worths": worths} if worths else {}) | ({"actions": words} if words else {})


def _as_json(scored: Scored) -> list[dict[str, Any]]:
    outcomes = scored.model.outcomes
    return [prediction(outcomes.names, outcomes.exclusive, score) for score in scored.scores]


def _with_blanks(
    service: Service, bundle: Bundle, raws: Sequence[object], wanted: Wanted, check: Check
) -> list[dict[str, Any]]:
    predictions, cut_offs = [], service.cut_offs(bundle) if wanted.cutoffs is None else wanted.cutoffs
    for raw, record_id in zip(raws, _ids(bundle, raws), strict=True):
        check()
        scored = service.score_with_blanks(bundle.key, raw, wanted.outcome, cut_offs=cut_offs)
        predictions.append(_json_with_blanks(scored, record_id))
    return predictions


def _ids(bundle: Bundle, raws: Sequence[object]) -> tuple[str | None, ...]:
    """Ids of the records; InvalidRecord with every problem of every record."""
    records = read_records(bundle.schema.with_blanks, raws)
    records.all_rows()
    return records.ids


def _json_with_blanks(scored: ScoreWithBlanks, record_id: str | None) -> dict[str, Any]:
    outcomes = scored.model.outcomes
    fields: dict[str, Any] = {
        "id": record_id,
        "label": _label(scored, outcomes),
        "probabilities": _by_name(outcomes, scored.probabilities),
        "low": _by_name(outcomes, scored.low),
        "high": _by_name(outcomes, scored.high),
        "blanks": scored.blank,
        "questions": [
            {"feature": each.feature, "move": each.move, "crossing": each.crossing} for each in scored.questions
        ],
    }
    return fields | notes_of(scored.notes)


def _label(scored: ScoreWithBlanks, outcomes: Outcomes) -> Any:
    """The estimator's label; null where a value is blank, for then the estimator was not called."""
    if scored.blank:
        return None
    return scored.labels[0] if outcomes.exclusive else scored.labels


def _by_name(outcomes: Outcomes, numbers: Sequence[float]) -> dict[str, float]:
    return dict(zip(outcomes.names, numbers, strict=True))


def _explain(
    service: Service, bundle: Bundle, raws: Sequence[object], wanted: Wanted, predictions: list[dict[str, Any]],
    check: Check,
) -> None:  # fmt: skip
    """Add contributions and reasons to each prediction; where blanks are not averaged, a gap is a value like others."""
    schema, column, blanks = bundle.schema, bundle.outcomes.index(wanted.outcome), wanted.averaged
    rows = read_records(schema_for(schema, AVERAGE if blanks else ESTIMATOR), raws).all_rows()
    for at, (given, made) in enumerate(zip(rows, predictions, strict=True)):
        check()
        row = as_blanks(given) if blanks else given
        try:
            explanation = service.explain(bundle, row, blanks=blanks, quick=True)
        except ValueError as error:
            raise InvalidRecord([Problem(at, None, None, str(error)[:200])]) from error
        strongest = reasons(schema, row, explanation, column)
        made["base"] = _by_name(bundle.outcomes, explanation.base.tolist())
        made["contributions"] = _by_feature(bundle, explanation.contributions)
        made["standard_errors"] = _by_feature(bundle, explanation.errors)
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
