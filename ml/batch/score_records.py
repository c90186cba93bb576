"""Score records as JSON has them, typed and each with its own names: numbers and problems are those of a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ml.advice.score_known import ESTIMATOR, Blanks
from ml.batch.columnar_writer import ResultLine
from ml.batch.score_lines import Gaps, ScoredLines, result_line
from ml.bundle.bundle import Bundle
from ml.bundle.scored import Score
from ml.data.feature import Feature
from ml.data.parsing import is_blank
from ml.data.schema import Schema
from ml.errors import Problem
from ml.files.readers.json_records import json_cell
from ml.service import Service


def score_records(
    service: Service, bundle: Bundle, header: Sequence[str], records: Sequence[object], renamed: Mapping[str, str],
    blanks: Blanks = ESTIMATOR,
) -> ScoredLines:  # fmt: skip
    """Lines of the result for records, in their order; what is no object has a problem.

    `header` has the names that the records have, each once: the first columns of the result. `renamed` has the name in
    the model where it differs. How `blanks` are treated: :mod:`ml.advice.score_known`.
    """
    raws = [_renamed(record, renamed) for record in records]
    answers = service.score_each(bundle, raws, blanks)
    lines: list[ResultLine] = [
        result_line(len(header), bundle, dict(zip(header, _cells(header, record), strict=True)), answer)
        for record, answer in zip(records, answers, strict=True)
    ]
    good = [raw for raw, answer in zip(raws, answers, strict=True) if isinstance(answer, Score)]
    problems: list[Problem] = [each for answer in answers if not isinstance(answer, Score) for each in answer]
    unread = Counter(problem.feature or "" for problem in problems)
    return ScoredLines(lines, len(records) - len(good), _gaps(bundle.schema, good), unread)


def _renamed(record: object, renamed: Mapping[str, str]) -> object:
    if not renamed or not isinstance(record, Mapping):
        return record
    return {renamed.get(name, name): value for name, value in record.items()}


def _cells(header: Sequence[str], record: object) -> list[str]:
    if not isinstance(record, Mapping):
        return [""] * len(header)
    return [json_cell(record.get(name)) for name in header]


def _gaps(schema: Schema, records: Sequence[Any]) -> Gaps:
    """Number of records without a value that in training every row had, by feature."""
    gaps: Gaps = Counter()
    for feature in schema.features:
        if feature.complete:
            names = {feature.name, *feature.aliases, schema.shown.get(feature.name, feature.name)}
            count = sum(all(_lacks(feature, record, name) for name in names) for record in records)
            gaps.update({feature.name: count} if count else {})
    return gaps


def _lacks(feature: Feature, record: Mapping[str, object], name: str) -> bool:
    value = record.get(name)
    return value is None or (isinstance(value, str) and is_blank(feature, value))
