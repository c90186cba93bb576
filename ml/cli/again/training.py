"""``python -m ml training``: decisions whose outcomes are known, as a table to train on."""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ml.cli import OK
from ml.cli.again.retrain import add_as_of_option
from ml.cli.streams import STREAM, is_standard_output, standard_output
from ml.files.write.atomic_output import atomic_output
from ml.service import open_service


def register(commands: Any) -> None:
    """Add the command."""
    training = commands.add_parser("training", help="write decisions whose outcomes are known as a table to train on")
    training.add_argument("name", help="the model")
    add_as_of_option(training)
    training.add_argument(
        "--out", dest="target", type=Path, default=STREAM, metavar="FILE", help="CSV file; standard output without it"
    )


def run(given: argparse.Namespace) -> int:
    """Write the table."""
    from ml.training.again.as_of import read_as_of
    from ml.training.again.outcome_csv import outcome_csv

    bundle = open_service(given.models).model(given.name)
    rows = given.outcome_rows(bundle, read_as_of(given.as_of, time.time()), 0.0)
    parts = outcome_csv(bundle.schema, bundle.outcomes, rows)
    with ExitStack() as held:
        streamed = is_standard_output(given.target)
        target = held.enter_context(standard_output()) if streamed else given.target
        file = held.enter_context(atomic_output(target))
        for part in parts:
            file.write(part.encode())
    return OK
