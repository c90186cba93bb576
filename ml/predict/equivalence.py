"""Equivalence check of a program and its estimator, on given records and generated edge cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from ml.data.columns import Block, block_of, rows_of, size, take
from ml.data.outcomes import Prediction
from ml.data.schema import Schema
from ml.predict.compiled.codec import numbers_in
from ml.predict.compiled.columns.edge_cases import ROWS_AT_ONCE, EdgeCases, edge_cases
from ml.predict.estimator_output import TOLERANCE
from ml.predict.program import Program
from ml.predict.refused_rows import rows_refused

Reference = Callable[[Block], Prediction]

ONE_BY_ONE = 20_000  # given records that are asked as single rows too: 1,000,000 would take a minute
FEW_NUMBERS = 20_000  # of a model; larger ones (support vectors) are compared on fewer single rows
EDGES_ONE_BY_ONE = 500  # the same for each group of generated records: a choice of 10,000 levels is one group


@dataclass(frozen=True)
class Proof:
    """Result of a comparison."""

    ok: bool
    """Same labels everywhere, probabilities within :data:`TOLERANCE`, and refusals where the reference refuses."""
    rows: int
    """Records compared, given and generated."""
    refused: int
    """Generated records that both refuse."""
    largest: float
    """Largest difference between two probabilities."""
    reason: str = ""
    """Why not ok; empty when it is."""


class _Differs(Exception):
    """The two differ; the first difference ends the comparison."""


def prove(program: Program, reference: Reference, schema: Schema, blocks: Sequence[Block]) -> Proof:
    """Compare a program with the estimator that it was compiled from.

    Parameters
    ----------
    program : Program
        Compared through both `row` and `block`.
    reference : callable
        Block -> Prediction, built on the estimator's own ``predict`` and ``predict_proba``.
    schema : Schema
        Names, ranges and choices, from which edge records are generated: each feature missing,
        unknown, at the ends of its range and beyond, and beside thresholds of trees.
    blocks : sequence of Block
        Given records: the hold-out, the background.

    Returns
    -------
    Proof
        Records that the reference refuses must be refused by the program too, with ValueError.
    """
    judge = _Judge(program, reference, schema)
    try:
        alone = ONE_BY_ONE // max(1, numbers_in(program.model) // FEW_NUMBERS)
        for block in blocks:
            for at in range(0, size(block), ROWS_AT_ONCE):
                judge.compare(take(block, slice(at, at + ROWS_AT_ONCE)), "a given record", alone)
        for group in edge_cases(schema, program.edges, blocks):
            judge.compare_edges(group)
    except _Differs as difference:
        return Proof(False, judge.rows, judge.refused, judge.largest, str(difference))
    except _Refused as refusal:
        return Proof(False, judge.rows, judge.refused, judge.largest, f"The estimator refuses a record: {refusal}")
    if not judge.rows:
        return Proof(False, 0, judge.refused, 0.0, "There was no record to compare.")
    return Proof(True, judge.rows, judge.refused, judge.largest)


class _Refused(Exception):
    """The estimator does not accept a record."""


class _Judge:
    """Compares block by block and counts."""

    def __init__(self, program: Program, reference: Reference, schema: Schema) -> None:
        self.program, self.reference, self.schema = program, reference, schema
        self.rows = self.refused = 0
        self.largest = 0.0

    def compare(self, block: Block, what: str, one_by_one: int) -> None:
        """Compare all records as a block, and up to `one_by_one` of them as single rows.

        Raises _Refused when the reference refuses.
        """
        if not size(block):
            return
        try:
            wanted = self.reference(block)
        except Exception as error:  # foreign code refuses in any way it likes
            raise _Refused(str(error)) from error
        try:
            self._same(wanted, self.program.block(block), what)
            alone = np.unique(np.linspace(0, size(block) - 1, min(size(block), one_by_one)).astype(int))
            answers = [self.program.row(row) for row in rows_of(self.schema, take(block, alone))]
        except _Differs:
            raise
        except Exception as error:  # any other failure counts as no answer
            raise _Differs(f"The program refuses {what} that the estimator accepts: {error}") from error
        labels, probabilities = zip(*answers, strict=True)
        few = Prediction(wanted.labels[alone], np.asarray(wanted.probabilities)[alone])
        self._same(few, Prediction(np.array(labels), np.array(probabilities)), what)
        self.rows += size(block)

    def compare_edges(self, group: EdgeCases) -> None:
        """Compare edge cases; where the reference refuses a group, smaller groups find the refused records."""
        block = block_of(self.schema, group.rows)
        try:
            self.compare(block, group.what, EDGES_ONE_BY_ONE)
        except _Refused:
            if len(group.rows) == 1:
                self._refuses(block, group.what)
                return
            smaller = group.smaller()
            if all(len(each.rows) == 1 for each in smaller):  # each is to be asked alone: one question tells many
                alone = block_of(self.schema, [each.rows[0] for each in smaller])
                refused = rows_refused(self.reference, alone)
                for at in np.flatnonzero(refused):
                    self._refuses(take(alone, [at]), smaller[at].what)
                rest = list(compress((each.rows[0] for each in smaller), ~refused))
                smaller = (EdgeCases(group.what, rest),) if rest else ()
            for each in smaller:
                self.compare_edges(each)

    def _refuses(self, block: Block, what: str) -> None:
        for answer in (lambda: self.program.block(block), lambda: self.program.row(rows_of(self.schema, block)[0])):
            try:
                answer()
            except ValueError:
                continue
            except Exception as error:
                raise _Differs(f"The program fails at {what}: {type(error).__name__}: {error}") from error
            raise _Differs(f"The program answers {what} that the estimator refuses.")
        self.refused += 1

    def _same(self, wanted: Prediction, given: Prediction, what: str) -> None:
        if wanted.probabilities is None or given.probabilities is None:
            raise _Differs("The estimator gives no probabilities.")
        if wanted.probabilities.shape != given.probabilities.shape or wanted.labels.shape != given.labels.shape:
            raise _Differs(f"The answers have different shapes for {what}.")
        apart = float(np.abs(wanted.probabilities - given.probabilities).max())
        self.largest = max(self.largest, apart)
        if not apart <= TOLERANCE:
            raise _Differs(f"Probabilities differ by {apart:.3g} for {what}.")
        if not np.array_equal(wanted.labels, given.labels):
            raise _Differs(f"Labels differ for {what}.")
