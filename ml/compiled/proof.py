"""The proof that a program answers like its reference, on records that could tell them apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.blocks import Block, block_of, rows_of, size, take
from ml.compiled.codec import numbers_in
from ml.compiled.columns import LARGEST_SINGLE
from ml.outcomes import Prediction
from ml.program import Program
from ml.schema import Feature, Row, Schema, Value

Reference = Callable[[Block], Prediction]

TOLERANCE = 1e-9
RECORDS_TO_CHANGE = 3
ONE_BY_ONE = 20_000  # given records that are asked as single rows too: 1,000,000 would take a minute
FEW_NUMBERS = 20_000  # of a model that compares a record with many others fewer are asked so
EDGES_ONE_BY_ONE = 500  # the same for each group of generated records: a choice of 10,000 levels is one group
FEW_VALUES = 200  # up to so many values are tried in each record to change; of more, each is tried in one of them
ROWS_AT_ONCE = 4_096  # a pipeline may make thousands of dense columns of each
TEXTS = (
    "",
    " ",
    "A a b",
    "WORD, word; word-word!",
    "É è ﬁ ß İ ñandú",
    "12 3.5 1e5 x_1",
    "one\ttwo\n\nthree",
    "it's  a 東京",
)
UNHEARD_OF = "\N{EM DASH} unheard of \N{EM DASH}"


@dataclass(frozen=True)
class Proof:
    """What a comparison found.

    Attributes
    ----------
    ok : bool
        Same labels everywhere, probabilities within 1e-9, and refusals where the reference refuses.
    rows : int
        Records compared, given and generated.
    refused : int
        Generated records that both refuse.
    largest : float
        Largest difference of a probability that was met.
    reason : str
        Why not ok; empty when it is.
    """

    ok: bool
    rows: int
    refused: int
    largest: float
    reason: str = ""


class _Differs(Exception):
    """The first difference ends the proof."""


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
        unknown, at the ends of its range and beyond, and beside values at which a tree turns.
    blocks : sequence of Block
        Records as they come: the hold-out, the background.

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
        for what, rows in edge_records(schema, program, blocks):
            judge.compare_edges(rows, what)
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
    """Compares block by block and keeps count."""

    def __init__(self, program: Program, reference: Reference, schema: Schema) -> None:
        self.program, self.reference, self.schema = program, reference, schema
        self.rows = self.refused = 0
        self.largest = 0.0

    def compare(self, block: Block, what: str, one_by_one: int) -> None:
        """The program against the reference, on all records as a block and on up to `one_by_one` as single rows.

        _Refused when the reference refuses.
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
        except Exception as error:  # whatever it is, it is no answer
            raise _Differs(f"The program refuses {what} that the estimator accepts: {error}") from error
        labels, probabilities = zip(*answers, strict=True)
        few = Prediction(wanted.labels[alone], np.asarray(wanted.probabilities)[alone])
        self._same(few, Prediction(np.array(labels), np.array(probabilities)), what)
        self.rows += size(block)

    def compare_edges(self, rows: list[Row], what: str) -> None:
        """The same for generated records, of which the reference may refuse some: halving finds them."""
        block = block_of(self.schema, rows)
        try:
            self.compare(block, what, EDGES_ONE_BY_ONE)
        except _Refused:
            if len(rows) == 1:
                self._refuses(block, what)
            else:
                middle = len(rows) // 2
                self.compare_edges(rows[:middle], what)
                self.compare_edges(rows[middle:], what)

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


def edge_records(schema: Schema, program: Program, blocks: Sequence[Block]) -> Iterator[tuple[str, list[Row]]]:
    """Records with one feature changed, in groups with a few words for what was changed.

    What an estimator may refuse (a gap, an unknown level) is a group for each feature; numbers, which it
    rarely refuses, come together, for each question costs an estimator of many trees a while.
    """
    models = _models(schema, blocks)
    together: list[Row] = []
    for at, feature in enumerate(schema.features):
        turns = program.edges[at] if at < len(program.edges) else ()
        together += _changed(models, at, [*_ends(feature), *_beside(feature, turns)])
        for what, values in (("missing", [None]), ("unknown", _unknown(feature))):
            rows = _changed(models, at, values)
            if rows:
                yield f"a record with {feature.name!r} {what}", rows
    for start in range(0, len(together), ROWS_AT_ONCE):
        yield "a record with a number at an end or at a turn of a tree", together[start : start + ROWS_AT_ONCE]
    if models:
        yield "a record without any value", [(None,) * len(schema.features)]


def _changed(models: Sequence[Row], at: int, values: Sequence[Value]) -> list[Row]:
    return [(*row[:at], value, *row[at + 1 :]) for row, value in _tried(models, values)]


def _models(schema: Schema, blocks: Sequence[Block]) -> list[Row]:
    filled = [block for block in blocks if size(block)]
    if not filled:
        return []
    chosen = np.unique(np.linspace(0, size(filled[0]) - 1, RECORDS_TO_CHANGE).astype(int))
    return rows_of(schema, take(filled[0], chosen))


def _tried(models: Sequence[Row], values: Sequence[Value]) -> list[tuple[Row, Value]]:
    """Each value in each record to change; of very many values, each in one of the records."""
    if len(values) <= FEW_VALUES:
        return [(row, value) for row in models for value in values]
    return list(zip(itertools.cycle(models), values, strict=False)) if models else []


def _unknown(feature: Feature) -> list[Value]:
    if feature.kind == "text":
        return [UNHEARD_OF, *TEXTS]
    if feature.kind != "category":
        return []
    values = [choice.value for choice in feature.choices]
    if any(isinstance(value, str) for value in values) or not values:
        return [*values, UNHEARD_OF]
    return [*values, max(float(value) for value in values) + 1.0]


def _ends(feature: Feature) -> list[Value]:
    if feature.kind == "boolean":
        return [True, False]
    if feature.kind not in ("number", "integer"):
        return []
    ends = [float(end) for end in (*(feature.seen or ()), feature.low, feature.high) if end is not None]
    if not ends:
        ends = [0.0, 1.0]
    span = max(ends) - min(ends) or 1.0
    return _typed(feature, [*ends, min(ends) - span, max(ends) + span, max(ends) + 1e6 * span, -1e30, 1e30])


def _beside(feature: Feature, turns: Sequence[float]) -> list[Value]:
    """Each turn and its neighbours, in double and in single precision."""
    if feature.kind != "number":
        return _typed(feature, [whole for turn in turns for whole in (math.floor(turn), math.ceil(turn))])
    values = []
    for turn in turns:
        if abs(turn) > LARGEST_SINGLE:  # LightGBM asks so whether there is a value at all
            continue
        single = np.float32(turn)
        near = [np.nextafter(single, np.float32(way)) for way in (-np.inf, np.inf)]
        values += [
            turn,
            float(single),
            *map(float, near),
            math.nextafter(turn, -math.inf),
            math.nextafter(turn, math.inf),
        ]
        values.append((float(single) + float(near[1])) / 2)
    return _typed(feature, values)


def _typed(feature: Feature, values: Sequence[float]) -> list[Value]:
    if feature.kind == "number":
        return [float(value) for value in values if math.isfinite(value)]
    if feature.kind == "integer":
        return [int(value) for value in values if abs(value) < 2**53]
    return []
