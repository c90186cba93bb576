"""Assembles the inputs of a version from a fitted estimator and two tables.

The tables may be files or frames in memory. How the estimator is asked, which values it takes and which levels it
knows is found out by asking it, and recorded, so that serving asks it in the same way.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from ml.data.columns import block_of_frame
from ml.data.labels import label_of
from ml.data.outcomes import Outcomes
from ml.data.schema import Schema
from ml.data.value_words import quote
from ml.decision.bands import band_notes
from ml.errors import InvalidData
from ml.lifecycle.registry import check_name
from ml.predict.calling_convention import CallingConvention
from ml.predict.predictor import SklearnPredictor
from ml.training.columns.accepted_values import with_accepted_values
from ml.training.columns.column_types import check_columns
from ml.training.columns.columns import align, columns_of, with_names
from ml.training.columns.identifiers import hide_identifiers
from ml.training.columns.known_levels import KnownLevels, known_levels
from ml.training.columns.marker_levels import asked_levels, restored, told_levels, unseen_levels
from ml.training.columns.missing_markers import missing_markers, without_markers
from ml.training.columns.training_table import DECIMAL, MISSING, TrainingTable
from ml.training.columns.variants import to_dates
from ml.training.columns.whole_rows import left_out, whole_rows
from ml.training.describe import Description
from ml.training.described_outcomes import described_outcomes
from ml.training.estimator.convention_search import ConventionCandidate
from ml.training.estimator.find_convention import find_convention
from ml.training.infer_schema import infer_schema
from ml.training.target import read_truth, truth_matrix
from ml.training.trained import Trained
from ml.trust.code import Code, importable

LIMIT_ROWS = 200
MOST_NAMED = 6
APART = 0.05  # from 1, beyond what rounded probabilities sum to


@dataclass(frozen=True)
class TrainingInputs:
    """Inputs of a version: a fitted estimator, two tables, and what a person described."""

    name: str
    estimator: Any
    """Fitted classifier."""
    training: TrainingTable
    holdout: TrainingTable
    """Rows that the estimator learned from, and rows that it did not see; features and truth."""
    truth: Sequence[str]
    """Columns with the truth: one for exclusive outcomes, several for independent ones."""
    positive: str | None = None
    record_id: str | None = None
    description: Description = field(default_factory=Description)
    meanings: Mapping[str, Any] = field(default_factory=dict)
    """What a cell of the truth means, where it is no class of the estimator."""
    trusted: Sequence[str] = ()
    code: Code | None = None


def assemble(given: TrainingInputs) -> Trained:
    """The inputs of :func:`ml.training.build.build_bundle`, each proved to fit the others.

    Raises
    ------
    InvalidData
        When the tables do not fit the estimator, in words that say what to do.
    """
    check_name(given.name)  # before the work
    _check_record_id(given)
    with importable(given.code):
        return _assemble(given)


def _assemble(given: TrainingInputs) -> Trained:
    columns = columns_of(given.estimator, given.training, {*given.truth, given.record_id})
    training, holdout = (_prepared(table, columns, given) for table in (given.training, given.holdout))
    known = known_levels(given.estimator, columns)
    described = given.description.features
    levels = told_levels(training, described, known), told_levels(holdout, described, known)
    training, holdout = restored(training, levels[0]), restored(holdout, levels[1])
    outcomes = described_outcomes(
        given.estimator, given.truth, given.description.labels(), given.positive, given.meanings
    )
    truth = read_truth(holdout, given.truth, outcomes, given.meanings)
    chosen, refused = _choose_convention(given, training, columns, outcomes, known)
    training, holdout = restored(training, refused), restored(holdout, refused)
    unused = [name for name in columns if name not in chosen.columns]
    columns, known = list(chosen.columns), known.seen_in(training.frame)
    by_asking = asked_levels(
        given.estimator, chosen.variant.apply(training)[columns], chosen.container, training, known, described
    )
    training, holdout = restored(training, by_asking), restored(holdout, by_asking)
    read = chosen.variant.apply(training)[columns]
    missing = missing_markers(chosen.variant, read, columns, known)
    frames = align(read, without_markers(holdout, read, missing), chosen.variant, columns)
    whole = [whole_rows(frame, chosen.whole) for frame in frames]
    gone = [left_out(rows, chosen.whole, table.name) for rows, table in zip(whole, (training, holdout), strict=True)]
    frames, truth = (frames[0][whole[0]], frames[1][whole[1]]), truth[whole[1]]
    markers = {
        name: {level for texts in (*levels, refused, by_asking) for level in texts.get(name, ())} for name in columns
    }
    schema, notes = _schema(given, frames[0], chosen, outcomes, known, markers, missing)
    notes += [*itertools.chain(*gone), *([f"Not given to the estimator: {', '.join(unused)}."] if unused else [])]
    notes += band_notes(given.description.card(), outcomes.names)
    decimal = "," if chosen.variant.commas else DECIMAL
    reading = {"reader": {"missing": list(MISSING), "decimal": decimal, "reading": chosen.variant.words}}
    source = {"data": f"{training.name}, hold-out {holdout.name}"} if training.path else {}
    return Trained(
        name=given.name,
        title=given.description.title or label_of(given.name.replace("-", " ")),
        description=given.description.description,
        estimator=given.estimator,
        schema=schema,
        outcomes=outcomes,
        training=frames[0],
        holdout=frames[1],
        truth=truth,
        about={**source, **given.description.card(), **reading},
        trusted=given.trusted,
        code=given.code,
        convention=CallingConvention(chosen.container),
        notes=notes,
    )


def _check_record_id(given: TrainingInputs) -> None:
    names = {name.strip() for name in given.training.frame}
    if given.record_id is not None and given.record_id.strip() not in names:
        known = ", ".join(map(str, given.training.frame.columns[:40]))
        raise InvalidData(f"{given.training.name} lacks the columns {given.record_id}.", f"It has {known}.")


def _prepared(table: TrainingTable, columns: Sequence[str], given: TrainingInputs) -> TrainingTable:
    """The table under the estimator's names, with dates where they are described."""
    table = with_names(table, columns)
    missing = [name for name in columns if name not in table.frame]
    if missing:
        raise InvalidData(f"{table.name} lacks the columns {', '.join(missing)}.", "The estimator was fitted on them.")
    check_columns(table.frame, columns, table.name)
    dates = {
        name: to_dates(zone)(table.frame[name], table)
        for name, zone in given.description.dates().items()
        if name in table.frame
    }
    return replace(table, frame=table.frame.assign(**dates)) if dates else table


def _choose_convention(
    given: TrainingInputs, training: TrainingTable, columns: Sequence[str], outcomes: Outcomes, known: KnownLevels
) -> tuple[ConventionCandidate, dict[str, frozenset[str]]]:
    """The best way to ask; by column, the missing markers that are levels because it takes no gap there."""
    try:
        truth = truth_matrix(read_truth(training, given.truth, outcomes, given.meanings), outcomes)
    except InvalidData:
        truth = None  # training's truth is optional: it only ranks the candidates
    try:
        return find_convention(given.estimator, training, columns, outcomes, truth, known), {}
    except InvalidData:
        doubtful = {name: frozenset(MISSING) - {""} for name in training.markers if name in columns}
        # One column after the other, then all: the others' markers may well be gaps
        for levels in (*({name: markers} for name, markers in doubtful.items()), *([doubtful] if doubtful else [])):
            with suppress(InvalidData):
                table = restored(training, levels)
                return find_convention(given.estimator, table, columns, outcomes, truth, known), levels
        with suppress(InvalidData):
            return find_convention(given.estimator, training, columns, outcomes, truth, known, gaps=False), {}
        raise


def _schema(
    given: TrainingInputs,
    frame: pd.DataFrame,
    chosen: ConventionCandidate,
    outcomes: Outcomes,
    known: KnownLevels,
    markers: Mapping[str, set[str]],
    missing: Mapping[str, frozenset[str]],
) -> tuple[Any, list[str]]:
    """The schema with the values that the estimator accepts, and remarks on it."""
    described = {name: dict(fields) for name, fields in given.description.features.items()}
    unseen = unseen_levels(known, frame, list(frame))
    for name in map(str, frame):
        levels, more = markers.get(name, set()), missing.get(name, frozenset())
        inferred: dict[str, Any] = {
            "missing": [*(m for m in MISSING if m and m not in levels), *sorted(more - set(MISSING))]
        }
        if name in chosen.variant.commas:
            inferred["decimal"] = ","
        if name in chosen.variant.fills:
            inferred |= {"required": False, "blank": chosen.variant.fills[name]}
        described[name] = inferred | described.get(name, {})
    schema = infer_schema(
        frame,
        described,
        record_id=None if given.record_id is None else given.record_id.strip(),
        constraints=given.description.constraints,
        levels={name: list(levels or ()) for name, levels in {**known.levels, **known.native}.items()},
    )
    described_fields = {(name, key) for name, fields in given.description.features.items() for key in fields}

    def ask(made: Any) -> SklearnPredictor:
        return SklearnPredictor(given.estimator, made, outcomes, CallingConvention(chosen.container))

    schema = with_accepted_values(schema, block_of_frame(schema, frame.head(LIMIT_ROWS)), ask, described_fields)
    schema = hide_identifiers(schema, block_of_frame(schema, frame), ask, given.description.features)
    return schema, [*_notes(given, chosen, unseen), *_hidden(schema)]


def _hidden(schema: Schema) -> list[str]:
    names = [feature.name for feature in schema.features if feature.hidden]
    return [f"Not asked for, as no answer depends on them: {', '.join(names)}."] if names else []


def _notes(given: TrainingInputs, chosen: ConventionCandidate, unseen: Mapping[str, Sequence[Any]]) -> list[str]:
    """Remarks for the person who adds the model, a sentence each."""
    said = [f"The estimator answers best with {chosen.variant.words}."] if chosen.variant.words != "as read" else []
    if max(abs(1 - total) for total in chosen.sums) > APART:
        least, most = (f"{total:.2f}" for total in chosen.sums)
        said.append(
            f"The probabilities of a record sum to {least} to {most}, not to 1, as where each outcome is asked "
            "against all others. They are served as the estimator gives them."
        )
    for name, levels in unseen.items():
        listed = ", ".join(quote(level) for level in levels[:MOST_NAMED]) + (", …" if len(levels) > MOST_NAMED else "")
        said.append(f"{name}: the estimator knows {listed}, which no row of {given.training.name} shows.")
    return said
