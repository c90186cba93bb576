"""Trains a live version again, on decisions of the service whose outcomes are known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import Booleans
from ml.data.columns import block_of, frame_of, take
from ml.data.schema import Schema
from ml.predict.calling_convention import CallingConvention, contained
from ml.predict.predictor import SklearnPredictor
from ml.training.again.fit import fit, target
from ml.training.again.outcome_rows import OutcomeRow
from ml.training.again.schema_again import schema_again
from ml.training.again.source import CARD, source_of, source_words
from ml.training.again.time_split import check_enough, later_rows, shared_rows
from ml.training.again.unfitted import unfitted
from ml.training.again.usable import CALLED, MOST_DECISIONS, Usable, usable_rows
from ml.training.trained import Trained
from ml.trust.code import importable
from ml.trust.record import trusted_of

# Fields of the card that people wrote; all others are computed when a version is made
CARD_FIELDS_KEPT = (
    "owner",
    "use",
    "limits",
    "payoff",
    "bands",
    "actions",
    "cut_offs",
    "reader",
    "ripening",
    "overrides",
    "crm",
    "mapping",
)
# Why decisions of the hold-out are left out, as the notes of the new version say it: "3 decisions ... are left out."
RECORD_IN_TRAINING = "of the hold-out, made before an outcome of the same record in training was settled,"


def retrained(
    bundle: Bundle, rows: Iterable[OutcomeRow], as_of: float, groups: str = CALLED, most: int = MOST_DECISIONS
) -> Trained:
    """A version's estimator fitted again, and judged on decisions that are strictly later.

    Parameters
    ----------
    bundle : Bundle
        The version to start from: its estimator's kind and parameters, schema, outcomes, and what its card was told.
    rows : iterable of OutcomeRow
        Decisions with the outcomes that were known at `as_of`.
    as_of : float
        Seconds since 1970.
    groups : {"called", "control", "all"}
        Groups to learn from: all but the control groups, which were not called; only these; or both.
    most : int
        Decisions that are held in memory.

    Raises
    ------
    InvalidData, OneOutcomeOnly
        When too little is known, in words that say what is missing; or more than is held in memory.
    BrokenModel, UntrustedModel
        When the version's estimator cannot be loaded.
    """
    usable = usable_rows(bundle.schema, bundle.outcomes, rows, groups, most)
    times = np.array([row.made for row in usable.sources])
    later = later_rows(times) if len(times) else np.zeros(0, dtype=bool)
    known = np.array([row.known for row in usable.sources])
    shared = shared_rows([row.record for row in usable.sources], times, known, later)
    usable, later = usable.leave_out(shared, RECORD_IN_TRAINING), later[~shared]
    check_enough(usable.truth, later, bundle.outcomes)
    with importable(bundle.code):
        return _fitted(bundle, usable, later, as_of, groups)


def _fitted(bundle: Bundle, usable: Usable, later: Booleans, as_of: float, groups: str) -> Trained:
    schema, outcomes = bundle.schema, bundle.outcomes
    convention = CallingConvention.from_card(bundle.card) or CallingConvention()
    block = block_of(schema, usable.rows)
    training = take(block, ~later)
    frame = frame_of(schema, training)
    estimator = unfitted(bundle.estimator)
    fit(estimator, contained(frame, convention.container), target(outcomes, usable.truth[~later]), outcomes)

    def predictor_for(schema: Schema) -> SklearnPredictor:
        return SklearnPredictor(estimator, schema, outcomes, CallingConvention(convention.container))

    schema, notes = schema_again(schema, frame, training, predictor_for)
    about = {name: bundle.card[name] for name in CARD_FIELDS_KEPT if name in bundle.card}
    about |= {"data": source_words(usable, later, as_of)}
    about |= {CARD: source_of(bundle.key, usable, later, as_of, groups)}
    return Trained(
        name=bundle.name,
        title=bundle.title,
        description=bundle.card.get("description", ""),
        estimator=estimator,
        schema=schema,
        outcomes=outcomes,
        training=frame,
        holdout=frame_of(bundle.schema, take(block, later)),
        truth=target(outcomes, usable.truth[later]),
        about=about,
        trusted=sorted(trusted_of(bundle.folder.parent.parent, bundle.name).types),
        code=bundle.code,
        convention=CallingConvention(convention.container),
        notes=[*notes, *(f"{count:,} decisions {why} are left out." for why, count in usable.left_out.items())],
    )
