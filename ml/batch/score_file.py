"""Score a file of any length: chunk by chunk, the same rows in the same order, bad rows marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import IO, NamedTuple

from ml.advice.score_known import ESTIMATOR, Blanks, check_blanks
from ml.batch.check_header import check_header
from ml.batch.compare_file import compare_file, every_nth
from ml.batch.result_columns import added_columns, result_header
from ml.batch.score_lines import Gaps, score_lines
from ml.bundle.bundle import Bundle
from ml.errors import InvalidData, Problem, os_error_words
from ml.files.cells.safe_cells import csv_text
from ml.files.open_table import AUTO, open_table
from ml.files.table import ReadPlan, Table, row_of
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions
from ml.files.write.atomic_output import atomic_output, scratch
from ml.files.write.formats import CSV, FORMATS, Format
from ml.files.write.write_scored import gzip_stream, write_scored
from ml.service import Service

CHUNK = 5_000

Lines = list[list[str]]
Engine = Callable[
    [Bundle, ReadPlan, Iterable[Lines], Blanks], Iterator["ScoredChunk"]
]  # chunks -> scored ones, in order


class ScoredChunk(NamedTuple):
    """Lines of the result as CSV, how many were scored, how many refused; gaps and refused values, by feature."""

    text: str
    scored: int
    refused: int
    gaps: Gaps
    unread: Counter[str]


@dataclass(frozen=True)
class FileScored:
    """Outcome of scoring a file: counts of scored and refused records, gaps and refused values."""

    scored: int
    refused: int
    gaps: Gaps
    """By feature, scored records without its value, where in training every row had one."""
    unread: Counter[str] = field(default_factory=Counter)
    """By feature, values that were refused."""
    dialect: Dialect = field(default_factory=Dialect)
    """Dialect of the file."""
    notes: tuple[str, ...] = ()
    """Remarks for people."""


def score_file(
    service: Service,
    model: str,
    source: Path | IO[bytes],
    target: Path | IO[bytes],
    progress: Callable[[int], object] = lambda _: None,
    engine: Engine | None = None,
    options: ReadOptions = AUTO,
    form: Format = FORMATS[CSV],
    blanks: Blanks = ESTIMATOR,
) -> FileScored:
    """Score a file into another.

    The result has the columns of the source, then the label, a probability an outcome, and what is
    wrong with a row that could not be scored. It appears under its name only when it is complete.

    Parameters
    ----------
    model : str
        Name or key of the model; one version scores the whole file.
    source, target : Path or binary file
        The source is any table that :func:`ml.files.open_table.open_table` reads.
    progress : callable
        Called after each chunk with the number of bytes of the source that it took.
    engine : callable, optional
        Scores the chunks somewhere else; see :class:`ml.batch.dask_engine.DaskEngine`.
    options : ReadOptions
        Read options that somebody gave for the source.
    form : Format
        Format of the target.
    blanks : {"estimator", "average"}
        Treatment of missing values; see :mod:`ml.advice.score_known`.

    Raises
    ------
    UnknownModel, BrokenModel
    NoProbabilities
        With blanks "average", where there are none.
    InvalidData
        When the source cannot be read or the target cannot be written.
    Unreadable
        When the source is no table.
    """
    bundle = service.model(model)
    check_blanks(bundle, blanks)
    form.check(0)
    try:
        with ExitStack() as held:
            file = held.enter_context(source.open("rb")) if isinstance(source, Path) else source
            table = open_table(file, options, bundle.schema)
            check_header(bundle, table.names, table.twice)
            out = held.enter_context(atomic_output(target))
            out = held.enter_context(gzip_stream(out)) if form.gzipped else out
            csv_file = None if form.write is None else held.enter_context(scratch())
            text = out if csv_file is None else held.enter_context(csv_file.open("wb"))
            header = result_header(bundle, table.header)
            text.write(csv_text([header]).encode())
            first = list(islice(table.lines, CHUNK))
            chunks = chain([first] * bool(first), _chunks(table))
            done = _write(text, (engine or _here(service))(bundle, table.reading, chunks, blanks), file, progress)
            text.flush()
            if csv_file is not None:
                write_scored(csv_file, out, form, bundle.schema, table.reading, added_columns(bundle))
            renamed = _renamed(added_columns(bundle), header)
            return replace(
                done, dialect=table.dialect, notes=(*table.notes, *renamed, *_compared(bundle, table, first))
            )
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InvalidData(f"{_name(source)} cannot be scored into {_name(target)}: {os_error_words(error)}.") from None


def _compared(bundle: Bundle, table: Table, lines: Lines) -> list[str]:
    """Values of the first records that training had not."""
    raws = [
        raw for line in every_nth(lines) if not isinstance(raw := table.rules.row(row_of(table.names, line)), Problem)
    ]
    return compare_file(bundle, raws, set(table.names)).sentences()


def _name(file: Path | IO[bytes]) -> str:
    return str(file) if isinstance(file, Path) else str(getattr(file, "name", "a stream"))


def _renamed(wanted: Sequence[str], header: Sequence[str]) -> list[str]:
    """Sentence about result columns that were renamed because the file has a column of that name."""
    called = dict(zip(wanted, header[len(header) - len(wanted) :], strict=True))
    others = [f"{now} for {name}" for name, now in called.items() if name != now]
    return [f"A column of the file, or a feature, has such a name, so the result has {', '.join(others)}."] * bool(
        others
    )


def _write(
    out: IO[bytes], made: Iterable[ScoredChunk], file: IO[bytes], progress: Callable[[int], object]
) -> FileScored:
    done = FileScored(0, 0, Counter())
    reported = 0
    for chunk in made:
        out.write(chunk.text.encode())
        done.gaps.update(chunk.gaps)
        done.unread.update(chunk.unread)
        done = replace(done, scored=done.scored + chunk.scored, refused=done.refused + chunk.refused)
        if file.seekable():
            progress(file.tell() - reported)
            reported = file.tell()
    return done


def _chunks(table: Table) -> Iterator[Lines]:
    while lines := list(islice(table.lines, CHUNK)):
        yield lines


def _here(service: Service) -> Engine:
    """The engine without a cluster: one chunk after the other in this process."""

    def score(bundle: Bundle, reading: ReadPlan, chunks: Iterable[Lines], blanks: Blanks) -> Iterator[ScoredChunk]:
        return (scored_chunk(service, bundle, reading, lines, blanks) for lines in chunks)

    return score


def scored_chunk(service: Service, bundle: Bundle, reading: ReadPlan, lines: Lines, blanks: Blanks) -> ScoredChunk:
    """Score lines of a table; parameters as :func:`score_lines`."""
    made = score_lines(service, bundle, reading.header, lines, reading.renamed, reading.rules, blanks)
    return ScoredChunk(csv_text(made.lines), len(made.lines) - made.refused, made.refused, made.gaps, made.unread)
