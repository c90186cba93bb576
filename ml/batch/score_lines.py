"""Score lines of a table: by columns, or row by row where the estimator refuses a value; bad rows are marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

from ml.advice.score_known import AVERAGE, Blanks
from ml.batch.columnar_writer import ResultLine, problems_text, score_columns
from ml.batch.result_columns import score_cells
from ml.bundle.bundle import Bundle
from ml.bundle.scored import Score
from ml.data.feature import Feature
from ml.data.parsing import is_blank
from ml.data.schema import Schema
from ml.errors import Problem
from ml.files.cells.read_cells import CellRules
from ml.files.cells.safe_cells import plain_cells, safe_cell
from ml.files.table import row_of
from ml.service import Service

Gaps = Counter[str]  # feature -> records without its value, which in training every row had


class ScoredLines(NamedTuple):
    """Lines of a result in the order of the file, and the counts of :class:`ml.batch.score_file.FileScored`."""

    lines: list[ResultLine]
    refused: int
    gaps: Gaps
    unread: Counter[str]


def score_lines(
    service: Service,
    bundle: Bundle,
    header: Sequence[str],
    lines: Sequence[list[str]],
    columns: Mapping[str, str],
    rules: CellRules,
    blanks: Blanks,
) -> ScoredLines:
    """Lines of the result for lines of a table, in their order.

    Parameters
    ----------
    header : sequence of str
        Names of the columns, each once.
    lines : sequence of list of str
        Cells as they came, as many as there were.
    columns : mapping of str to str
        Column of the table to feature, where it has another name.
    rules : CellRules
        How cells are written.
    blanks : {"estimator", "average"}
        Treatment of missing values: the estimator's own way with gaps, or v(K), the average over what they may be.
    """
    names = [columns.get(name, name) for name in header]
    width = len(header)
    fitting = [cells for cells in lines if len(cells) == width]
    if blanks == AVERAGE:
        lines_of_result, unread = _row_by_row(service, bundle, names, fitting, rules, blanks)
    else:
        began = perf_counter()
        columnar = score_columns(bundle, names, list(zip(*fitting, strict=True)), rules) if fitting else ([], Counter())
        if columnar:
            service.scored(bundle.key, sum(not line[-1] for line in columnar[0]), perf_counter() - began)
        lines_of_result, unread = columnar or _row_by_row(service, bundle, names, fitting, rules, blanks)
    if len(fitting) < len(lines):
        rest = iter(lines_of_result)
        lines_of_result = [next(rest) if len(cells) == width else _misfit(bundle, header, cells) for cells in lines]
    good = [cells for cells, line in zip(lines, lines_of_result, strict=True) if not line[-1]]
    return ScoredLines(
        lines_of_result, len(lines_of_result) - len(good), gaps_in(bundle.schema, names, good, rules), unread
    )


def gaps_in(schema: Schema, names: Sequence[str], lines: Sequence[Sequence[str]], rules: CellRules) -> Gaps:
    """Number of records without a value that in training every row had, by feature.

    `lines` are the cells of scored records, as many as there are `names` of columns in the model.
    """
    gaps: Gaps = Counter()
    places = {schema.position[name]: at for at, name in enumerate(names) if name in schema.position}
    for position, feature in enumerate(schema.features):
        if feature.complete and lines:
            count = len(lines)
            if position in places:
                count = _blanks(feature, [cells[places[position]] for cells in lines], rules)
            gaps.update({feature.name: count} if count else {})
    return gaps


def _blanks(feature: Feature, cells: Sequence[str], rules: CellRules) -> int:
    blank = {text for text in set(cells) if is_blank(feature, rules.plain(feature, text))}
    return sum(map(blank.__contains__, cells)) if blank else 0


def _row_by_row(
    service: Service, bundle: Bundle, names: Sequence[str], lines: Sequence[list[str]], rules: CellRules,
    blanks: Blanks,
) -> tuple[list[ResultLine], Counter[str]]:  # fmt: skip
    rows: list[dict[str, str] | Problem] = [dict(zip(names, plain_cells(cells), strict=True)) for cells in lines]
    answers = score_rows(service, bundle, [rules.row(row) for row in rows], blanks)
    unread = Counter(problem.feature or "" for answer in answers if not isinstance(answer, Score) for problem in answer)
    return [_line(bundle, cells, answer) for cells, answer in zip(lines, answers, strict=True)], unread


def _misfit(bundle: Bundle, header: Sequence[str], cells: list[str]) -> ResultLine:
    row = row_of(header, cells)
    return result_line(len(header), bundle, row, (row,) if isinstance(row, Problem) else ())


def score_rows(
    service: Service, bundle: Bundle, chunk: Sequence[dict[str, str] | Problem], blanks: Blanks
) -> list[Score | tuple[Problem, ...]]:
    """A score, or what is wrong, for each row of a file."""
    scores = iter(service.score_each(bundle, [row for row in chunk if not isinstance(row, Problem)], blanks))
    return [(row,) if isinstance(row, Problem) else next(scores) for row in chunk]


def result_line(
    width: int, bundle: Bundle, row: dict[str, str] | Problem, answer: Score | tuple[Problem, ...]
) -> list[str]:
    """The row's cells as they came (as many as the header has), its score, and what is wrong with it."""
    return _line(bundle, list(row.values()) if isinstance(row, dict) else _fit(row, width), answer)


def _line(bundle: Bundle, cells: Sequence[str], answer: Score | tuple[Problem, ...]) -> list[str]:
    given = [safe_cell(cell) for cell in cells]
    if isinstance(answer, Score):
        return [*given, *score_cells(bundle.outcomes, answer), ""]
    return [*given, *[""] * (1 + len(bundle.outcomes)), safe_cell(problems_text(answer))]


def _fit(problem: Problem, width: int) -> list[str]:
    """The cells of a line that does not fit its header, as far as they fit."""
    cells = problem.value if isinstance(problem.value, list) else []
    return [*map(str, cells[:width]), *[""] * (width - len(cells))]
