"""Applications for a loan as a bank's file has them, gaps and all; made up, from a fixed seed."""

import csv
from pathlib import Path

import pandas as pd

from ml.recipes import loan

ROWS, SEED = 367, 7


def applications(rows: int = ROWS, *, truth: bool = False) -> list[dict[str, str]]:
    """Applications as cells by column, in the order of the file; with the truth, as a table to train on has it."""
    table = loan.synthetic(rows, SEED)
    columns = [name for name in table if truth or name != loan.TRUTH]
    return [dict(zip(columns, map(_cell, row), strict=True)) for row in table[columns].itertuples(index=False)]


def _cell(value: object) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def write_applications(file: Path, rows: int = ROWS, *, truth: bool = False) -> Path:
    """Write them as CSV; gives the file."""
    found = applications(rows, truth=truth)
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return file
