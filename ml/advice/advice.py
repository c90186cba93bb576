"""Advice on one record in two steps: the score with the next questions, then reasons, what-if and counterfactuals.

Both are computed from one value function (``ml/advice/value_function.py``), so that all numbers on the page agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ml.advice.counterfactuals import Counterfactuals, counterfactuals
from ml.advice.evidence import Evidence, Neighbour, Unlike, evidence, neighbours, unlike
from ml.advice.local_shapley import Explanation, explain
from ml.advice.next_question import NextQuestion, next_questions
from ml.advice.partial_score import PartialScore
from ml.advice.reasons import Reasons, reasons
from ml.advice.sampling_budget import BUDGET
from ml.advice.score_known import as_blanks
from ml.advice.value_function import ValueFunction
from ml.advice.what_if import Sweep, sweeps
from ml.bundle.bundle import Bundle
from ml.bundle.feature_order import names_with_field
from ml.data.records import read_records
from ml.data.schema import Row
from ml.decision.bands import Band, band_of, bands
from ml.decision.decide import Recommendation, decide
from ml.decision.ranking import Ranking, ranked
from ml.errors import Problem


@dataclass(frozen=True)
class ScoreWithBlanks:
    """Score of a record that may have blanks, and what to ask next."""

    model: Bundle
    row: Row
    """Typed values; None where nothing is known."""
    known: tuple[bool, ...]
    """Length p."""
    probabilities: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    """v(K), and the 80 % range of the full record's score. Length k."""
    labels: tuple[str, ...]
    """The estimator's own decision; empty where something is blank, because it is not asked then."""
    notes: tuple[Problem, ...]
    """Values outside what the model has seen."""
    outcome: str
    """The outcome of the questions."""
    cut_offs: tuple[float, ...]
    """Probability from which one acts on each outcome, 0 to 1. Length k."""
    questions: tuple[NextQuestion, ...]
    """Next questions, the best first."""
    band: Band
    """Band of that outcome's probability."""

    @property
    def blank(self) -> tuple[str, ...]:
        """Names of the features that are not known."""
        return tuple(name for name, known in zip(self.model.schema.names, self.known, strict=True) if not known)

    @property
    def probability(self) -> float:
        """Probability of `outcome`."""
        return self.probabilities[self.model.outcomes.index(self.outcome)]

    @property
    def cut_off(self) -> float:
        """Probability from which one acts on `outcome`."""
        return self.cut_offs[self.model.outcomes.index(self.outcome)]

    def decision(self, outcome: str | None = None) -> Recommendation:
        """The decision about an outcome, by default the one of the questions."""
        name = outcome or self.outcome
        at = self.model.outcomes.index(name)
        between = (self.low[at], self.high[at]) if self.blank else None
        return decide(self.model.card, name, self.probabilities[at], self.cut_offs[at], between)


@dataclass(frozen=True)
class Advice:
    """Explanation of the score of one outcome, and what would change it."""

    explanation: Explanation
    """Explanation whose total is the score shown."""
    reasons: Reasons
    """The largest contributions in words."""
    sweeps: Mapping[str, Sweep]
    """Of the features that have a field in the form."""
    counterfactuals: Counterfactuals | None
    """The smallest changes of levers that cross the cut-off."""
    evidence: Evidence
    """True outcomes of hold-out records with similar scores."""
    neighbours: tuple[Neighbour, ...]
    """The hold-out records that are most like this one."""
    unlike: Unlike | None
    """Set when the record is an outlier of the training data."""
    sharper: int | None = None
    """The step with a smaller sampling error; None where the digits shown are certain, or no step is left."""


def score_with_blanks(
    value_function: ValueFunction,
    bundle: Bundle,
    raw: object,
    outcome: str | None,
    cut_offs: Mapping[str, float],
    ranking: Ranking | None = None,
) -> ScoreWithBlanks:
    """Score a raw record that may have blanks.

    Where no outcome is named, it is the positive one, of three or more exclusive ones the most probable, and of
    independent ones the first of the `ranking` where there is one. `cut_offs` has the cut-off in use of each outcome.

    Raises
    ------
    InvalidRecord, UnknownOutcome
    """
    records = read_records(bundle.schema.with_blanks, [raw])
    row = as_blanks(records.all_rows()[0])
    known = tuple(value is not None for value in row)
    scored = value_function.score(row)
    outcome = outcome or _leading(bundle, scored, ranking)
    column = bundle.outcomes.index(outcome)
    return ScoreWithBlanks(
        model=bundle,
        row=row,
        known=known,
        probabilities=tuple(scored.value.tolist()),
        low=tuple(scored.low.tolist()),
        high=tuple(scored.high.tolist()),
        labels=labels_of(bundle, row, scored),
        notes=records.notes,
        outcome=outcome,
        cut_offs=tuple(cut_offs[name] for name in bundle.outcomes.names),
        questions=next_questions(value_function, scored, column, cut_offs[outcome]),
        band=band_of(bands(bundle.card, outcome), float(scored.value[column])),
    )


def advise(
    value_function: ValueFunction, scored: ScoreWithBlanks, holdout_row: int | None = None, step: int | None = None
) -> Advice:
    """Explain a score: slower than :func:`score_with_blanks`, so the page asks for it once the score is shown.

    Parameters
    ----------
    holdout_row : int, optional
        Row of the hold-out, from 0, that is the record itself; it is left out of the evidence.
    step : int, optional
        0 gives a first answer, 1 and so on sharper ones; without it, the sharpest. Where a model is slow the first
        has no sweeps and no changes.
    """
    bundle, row = scored.model, scored.row
    column = bundle.outcomes.index(scored.outcome)
    last = len(value_function.budgets) - 1
    at = min(max(step or 0, 0), last)
    brief = step == 0 and value_function.quick_budget < BUDGET
    while True:
        explanation = explain(value_function, row, budget=value_function.budgets[at])
        strongest = reasons(bundle.schema, row, explanation, column)
        vague = any(reason.unsure for reason in (*strongest.raising, *strongest.lowering))
        sharper = at + 1 if at < last and (vague or brief) else None
        if step is not None or sharper is None:
            break
        at = sharper
    return Advice(
        explanation=explanation,
        reasons=strongest,
        sweeps={} if brief else sweeps(value_function, row, names_with_field(bundle.card, bundle.schema.displayed)),
        counterfactuals=None
        if brief
        else counterfactuals(value_function, row, column, scored.cut_off, name=scored.outcome),
        sharper=sharper,
        evidence=evidence(bundle, scored.outcome, scored.probability, holdout_row),
        neighbours=neighbours(bundle, row, without=holdout_row),
        unlike=unlike(bundle, row),
    )


def _leading(bundle: Bundle, scored: PartialScore, ranking: Ranking | None) -> str:
    outcomes = bundle.outcomes
    if outcomes.exclusive and len(outcomes) > 2:
        return outcomes.names[int(scored.value.argmax())]
    if ranking is not None and not outcomes.exclusive:
        return outcomes.names[ranked(bundle.card, outcomes, scored.value.tolist(), ranking)[0]]
    return outcomes.positive


def labels_of(bundle: Bundle, row: Row, scored: PartialScore) -> tuple[str, ...]:
    """Labels that the estimator decides for; none where anything is blank."""
    if scored.blank:
        return ()
    labels, _ = bundle.predictor.row(row)
    return tuple(name for name, yes in zip(bundle.outcomes.names, labels, strict=True) if yes)
