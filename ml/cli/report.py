"""``python -m ml report``: writes a model's report as HTML or PDF."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ml.cli import OK
from ml.service import open_service


def register(commands: Any) -> None:
    """Add the command."""
    report = commands.add_parser("report", help="write a model's report: a whole HTML file, or one page as PDF")
    report.add_argument("name", help="the model, or a key such as loan@3f9a1c2b")
    report.add_argument("--out", dest="target", type=Path, required=True, metavar="FILE", help="ends in .html or .pdf")
    report.add_argument("--outcome", metavar="OUTCOME", help="what it is about; without it, what pages open with")


def run(given: argparse.Namespace) -> int:
    """Write the report and print its size."""
    from ml.report.files import write

    length = write(open_service(given.models, chosen=given.chosen), given.name, given.target, given.outcome)
    print(f"{length / 1000:,.0f} kB written to {given.target}")
    return OK
