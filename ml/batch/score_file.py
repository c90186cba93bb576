"""Score a file of any length: chunk by chunk, the same rows in the same order, bad rows marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from ml.batch.columnar_writer import Line, score_columns, words
from ml.batch.own_columns import own_names
from ml.batch.score_columns import score_cells, score_header
from ml.bundle.bundle import Bundle
from ml.bundle.scored import Score
from ml.data.parsing import is_blank
from ml.data.schema import Feature, Schema
from ml.errors import InvalidData, Problem
from ml.files.cells.read_cells import CellRules
from ml.files.cells.safe_cells import csv_text, plain_cells, safe_cell
from ml.files.open_table import AUTO, open_table
from ml.files.table import Reading, Table, row_of
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions
from ml.files.write.deliver import delivered, scratch
from ml.files.write.formats import CSV, FORMATS, Format
from ml.files.write.scored import packed, write_scored
from ml.service import Service

CHUNK = 5_000
PROBLEMS = "problems"

Lines = list[list[str]]
Gaps = Counter[str]  # feature -> records without its value, which in training every row had
Engine = Callable[[Bundle, Reading, Iterable[Lines]], Iterator["Chunk"]]  # how it is read, chunks -> the same in order


class Chunk(NamedTuple):
    """Lines of the result as CSV, how many were scored, how many refused; gaps and refused values, by feature."""

    text: str
    scored: int
    refused: int
    gaps: Gaps
    unread: Counter[str]


@dataclass(frozen=True)
class Done:
    """How many records were scored, how many were refused, and what the scored ones lacked.

    Attributes
    ----------
    scored, refused : int
    gaps : Counter of str
        By feature, scored records without its value, where in training every row had one.
    unread : Counter of str
        By feature, values that were refused.
    dialect : Dialect
        How the file is written.
    notes : tuple of str
        What is worth saying of it.
    """

    scored: int
    refused: int
    gaps: Gaps
    unread: Counter[str] = field(default_factory=Counter)
    dialect: Dialect = field(default_factory=Dialect)
    notes: tuple[str, ...] = ()


class ScoredLines(NamedTuple):
    """Lines of a result in the file's order, how many were refused, gaps and refused values as in :class:`Done`."""

    lines: list[Line]
    refused: int
    gaps: Gaps
    unread: Counter[str]


def score_file(
    service: Service,
    model: str,
    source: Path | IO[bytes],
    target: Path | IO[bytes],
    progress: Callable[[int], object] = lambda _: None,
    engine: Engine | None = None,
    options: ReadOptions = AUTO,
    form: Format = FORMATS[CSV],
) -> Done:
    """Score a file into another.

    The result has the columns of the source, then the label, a probability an outcome, and what is
    wrong with a row that could not be scored. It appears under its name only when it is complete.

    Parameters
    ----------
    service : Service
    model : str
        Name or key of the model; one version scores the whole file.
    source, target : Path or binary file
        The source is any table that :func:`ml.files.open_table.open_table` reads.
    progress : callable
        Called after each chunk with the number of bytes of the source that it took.
    engine : callable, optional
        Scores the chunks somewhere else; see :class:`ml.batch.dask_engine.OnDask`.
    options : ReadOptions
        What somebody said of how the source is written.
    form : Format
        Of the target.

    Raises
    ------
    UnknownModel, BrokenModel
    InvalidData
        When the source cannot be read or the target cannot be written.
    Unreadable
        When the source is no table.
    """
    bundle = service.model(model)
    form.check(0)
    try:
        with ExitStack() as held:
            file = held.enter_context(source.open("rb")) if isinstance(source, Path) else source
            table = open_table(file, options, bundle.schema)
            check_header(bundle, table.names, table.twice)
            out = held.enter_context(delivered(target))
            out = held.enter_context(packed(out)) if form.gzipped else out
            kept = None if form.write is None else held.enter_context(scratch())
            text = out if kept is None else held.enter_context(kept.open("wb"))
            header = result_header(bundle, table.header)
            text.write(csv_text([header]).encode())
            done = _write(text, (engine or _here(service))(bundle, table.reading, _chunks(table)), file, progress)
            text.flush()
            if kept is not None:
                write_scored(kept, out, form, bundle.schema, table.reading, own_wanted(bundle))
            renamed = _renamed(own_wanted(bundle), header)
            return replace(done, dialect=table.dialect, notes=(*table.notes, *renamed))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InvalidData(f"{_name(source)} cannot be scored into {_name(target)}: {error}.") from None


def _name(file: Path | IO[bytes]) -> str:
    return str(file) if isinstance(file, Path) else str(getattr(file, "name", "a stream"))


def _renamed(wanted: Sequence[str], header: Sequence[str]) -> list[str]:
    """A sentence about columns of ours that are called otherwise than usual."""
    called = dict(zip(wanted, header[len(header) - len(wanted) :], strict=True))
    others = [f"{now} for {name}" for name, now in called.items() if name != now]
    return [f"A column of the file, or a feature, has such a name, so the result has {', '.join(others)}."] * bool(
        others
    )


def _write(out: IO[bytes], made: Iterable[Chunk], file: IO[bytes], progress: Callable[[int], object]) -> Done:
    done = Done(0, 0, Counter())
    told = 0
    for chunk in made:
        out.write(chunk.text.encode())
        done.gaps.update(chunk.gaps)
        done.unread.update(chunk.unread)
        done = replace(done, scored=done.scored + chunk.scored, refused=done.refused + chunk.refused)
        if file.seekable():
            progress(file.tell() - told)
            told = file.tell()
    return done


def _chunks(table: Table) -> Iterator[Lines]:
    while lines := list(islice(table.lines, CHUNK)):
        yield lines


def _here(service: Service) -> Engine:
    """The engine that is no engine: one chunk after the other in this process."""

    def score(bundle: Bundle, reading: Reading, chunks: Iterable[Lines]) -> Iterator[Chunk]:
        return (scored_chunk(service, bundle, reading, lines) for lines in chunks)

    return score


def scored_chunk(service: Service, bundle: Bundle, reading: Reading, lines: Lines) -> Chunk:
    """Score lines of a table; parameters as :func:`score_lines`."""
    made = score_lines(service, bundle, reading.header, lines, reading.renamed, reading.rules)
    return Chunk(csv_text(made.lines), len(made.lines) - made.refused, made.refused, made.gaps, made.unread)


def score_lines(
    service: Service,
    bundle: Bundle,
    header: Sequence[str],
    lines: Sequence[list[str]],
    columns: Mapping[str, str] | None = None,
    rules: CellRules | None = None,
) -> ScoredLines:
    """Lines of the result for lines of a table, in their order.

    Parameters
    ----------
    service : Service
    bundle : Bundle
    header : sequence of str
        Names of the columns, each once.
    lines : sequence of list of str
        Cells as they came, as many as there were.
    columns : mapping of str to str, optional
        Column of the table to feature, where it has another name.
    rules : CellRules, optional
        How cells are written; without it they are read as they are.
    """
    names = [columns.get(name, name) for name in header] if columns else header
    width = len(header)
    fitting = [cells for cells in lines if len(cells) == width]
    found = score_columns(bundle, names, list(zip(*fitting, strict=True)), rules) if fitting else ([], Counter())
    made, unread = found or _row_by_row(service, bundle, names, fitting, rules)
    if len(fitting) < len(lines):
        rest = iter(made)
        made = [next(rest) if len(cells) == width else _misfit(bundle, header, cells) for cells in lines]
    good = [cells for cells, line in zip(lines, made, strict=True) if not line[-1]]
    return ScoredLines(made, len(made) - len(good), gaps_in(bundle.schema, names, good, rules), unread)


def gaps_in(
    schema: Schema, names: Sequence[str], lines: Sequence[Sequence[str]], rules: CellRules | None = None
) -> Gaps:
    """How many records lack a value that in training every row had, by feature.

    Parameters
    ----------
    schema : Schema
    names : sequence of str
        What the model calls the columns.
    lines : sequence of sequence of str
        Cells of records that were scored, as many as there are names.
    rules : CellRules, optional
        How cells are written.
    """
    found: Gaps = Counter()
    places = {schema.position[name]: at for at, name in enumerate(names) if name in schema.position}
    for position, feature in enumerate(schema.features):
        if feature.complete and lines:
            count = len(lines)
            if position in places:
                count = _blanks(feature, [cells[places[position]] for cells in lines], rules)
            found.update({feature.name: count} if count else {})
    return found


def _blanks(feature: Feature, cells: Sequence[str], rules: CellRules | None) -> int:
    blank = {text for text in set(cells) if is_blank(feature, rules.plain(feature, text) if rules else text)}
    return sum(map(blank.__contains__, cells)) if blank else 0


def _row_by_row(
    service: Service, bundle: Bundle, names: Sequence[str], lines: Sequence[list[str]], rules: CellRules | None
) -> tuple[list[Line], Counter[str]]:
    rows: list[dict[str, str] | Problem] = [dict(zip(names, plain_cells(cells), strict=True)) for cells in lines]
    answers = score_rows(service, bundle, [rules.row(row) for row in rows] if rules else rows)
    unread = Counter(problem.feature or "" for answer in answers if not isinstance(answer, Score) for problem in answer)
    return [_line(bundle, cells, answer) for cells, answer in zip(lines, answers, strict=True)], unread


def _misfit(bundle: Bundle, header: Sequence[str], cells: list[str]) -> Line:
    row = row_of(header, cells)
    return result_line(len(header), bundle, row, (row,) if isinstance(row, Problem) else ())


def result_header(bundle: Bundle, header: Sequence[str]) -> list[str]:
    """Names of the result's columns: those of the file, the score's, and what is wrong with a row."""
    return [*map(safe_cell, header), *own_names(own_wanted(bundle), header, bundle.schema)]


def own_wanted(bundle: Bundle) -> list[str]:
    """Our columns of a result, by the names that they have where nothing else is called so."""
    return [*score_header(bundle.outcomes), PROBLEMS]


def check_header(bundle: Bundle, header: Sequence[str], twice: Mapping[str, str] | None = None) -> None:
    """A file in which no column is a feature is the wrong file, not one with a million gaps.

    Parameters
    ----------
    bundle : Bundle
    header : sequence of str
        What the model calls the columns.
    twice : mapping of str to str, optional
        Columns that bear another's name in the file, to that name.

    Raises
    ------
    InvalidData
        Also where two columns were mapped to one name, or a feature's name stands over two.
    """
    mapped = [name for name, count in Counter(header).items() if count > 1]
    if mapped:
        hint = "Map one column of the file to each feature, and leave no other of that name."
        raise InvalidData(f"More than one column is to be {', '.join(map(repr, mapped[:10]))}.", hint)
    position = bundle.schema.position
    doubtful = {name for other, name in (twice or {}).items() if name in position and other not in position}
    if doubtful:
        named = ", ".join(repr(name[:80]) for name in sorted(doubtful)[:10])
        raise InvalidData(f"Columns came more than once: {named}.", "Leave each feature one column.")
    if not any(name in bundle.schema.position for name in header):
        message = f"No column of the file is a feature of {bundle.name}."
        raise InvalidData(
            message, f"The file has {', '.join(header)[:200]}; features: {', '.join(bundle.schema.names)}."
        )


def score_rows(
    service: Service, bundle: Bundle, chunk: Sequence[dict[str, str] | Problem]
) -> list[Score | tuple[Problem, ...]]:
    """A score, or what is wrong, for each row of a file."""
    scores = iter(service.score_each(bundle, [row for row in chunk if not isinstance(row, Problem)]))
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
    return [*given, *[""] * (1 + len(bundle.outcomes)), safe_cell(words(answer))]


def _fit(problem: Problem, width: int) -> list[str]:
    """The cells of a line that does not fit its header, as far as they fit."""
    cells = problem.value if isinstance(problem.value, list) else []
    return [*map(str, cells[:width]), *[""] * (width - len(cells))]
