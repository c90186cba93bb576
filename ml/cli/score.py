"""``python -m ml score``: a file, or standard input, is scored into another, or into standard output."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.advice.score_known import BLANKS, ESTIMATOR, check_blanks
from ml.cli import BAD_INPUT, OK
from ml.cli.options import add_file_options, file_options, print_dialect
from ml.cli.streams import STREAM, is_standard_output, source_of, standard_output
from ml.data.value_words import gap_sentences
from ml.errors import InvalidData, LikelyError
from ml.files.table import refused_in_words
from ml.files.write.formats import DECIMALS, ENDINGS, FORMATS, SEPARATORS, format_of_path
from ml.service import open_service

if TYPE_CHECKING:
    from ml.batch.score_file import Engine


def register(commands: Any) -> None:
    """Add the command."""
    score = commands.add_parser("score", help="score a file: CSV, a workbook or Parquet")
    score.add_argument("name", help="the model, or a key such as loan@3f9a1c2b")
    source = "file with records; - is standard input"
    score.add_argument("--in", dest="source", type=Path, required=True, metavar="FILE", help=source)
    target = f"file to write ({ENDINGS}); - is standard output"
    score.add_argument("--out", dest="target", type=Path, required=True, metavar="FILE", help=target)
    score.add_argument("--engine", choices=["dask"], help="score on the workers of a cluster; here without it")
    score.add_argument(
        "--scheduler", metavar="ADDRESS", help="of the Dask cluster, as tcp://HOST:8786; without it one is started here"
    )
    score.add_argument(
        "--blanks", choices=BLANKS, default=ESTIMATOR,
        help="missing values: as the estimator takes them, or averaged over what they may be",
    )  # fmt: skip
    add_file_options(score)
    written = score.add_argument_group("how the result is written")
    written.add_argument("--format", choices=FORMATS, help="what the ending of --out tells where nothing is said")
    written.add_argument("--out-separator", choices=SEPARATORS, help="of csv-excel: semicolon with a decimal comma")
    written.add_argument("--out-decimal", choices=DECIMALS, help="of csv-excel")


def run(given: argparse.Namespace) -> int:
    """Score, and say on standard error how it went where the result goes to standard output."""
    import click

    from ml.batch.score_file import score_file

    if given.scheduler and not given.engine:
        raise LikelyError("--scheduler belongs to an engine.", "Add --engine dask.")
    if given.source.is_file() and given.target.exists() and given.source.samefile(given.target):
        raise InvalidData(f"{given.target} is the file of --in, too.", "Name another for the result: records stay.")
    form = format_of_path(given.target, given.format or "", given.out_separator or "", given.out_decimal or "")
    form.check(0)
    options = file_options(given)
    service = open_service(given.models)
    check_blanks(service.model(given.name), given.blanks)  # before a cluster is started for nothing
    name = "standard input" if given.source == STREAM else given.source.name
    streamed = is_standard_output(given.target)
    with ExitStack() as held:
        target = held.enter_context(standard_output()) if streamed else given.target
        engine = _engine(given.scheduler, held) if given.engine else None
        length = given.source.stat().st_size if given.source.is_file() else 0
        bar = held.enter_context(click.progressbar(length=length, label=f"scoring {name}", file=sys.stderr))
        done = score_file(
            service, given.name, source_of(given.source), target, bar.update, engine, options, form, given.blanks
        )
    print_dialect(name, done.dialect, done.notes)
    records = "record" if done.scored == 1 else "records"
    said = f"{done.scored:,} {records} scored, {done.refused:,} with problems, written to "
    print(said + ("standard output" if streamed else str(given.target)), file=sys.stderr if streamed else sys.stdout)
    for sentence in [*refused_in_words(done.unread), *gap_sentences(done.gaps)]:
        print(f"note: {sentence}", file=sys.stderr)
    return BAD_INPUT if done.refused else OK


def _engine(scheduler: str | None, held: ExitStack) -> Engine:
    from ml.batch.dask_engine import DaskEngine, cluster

    return DaskEngine(held.enter_context(cluster(scheduler)))
