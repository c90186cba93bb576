"""Lines of a file that are taken together, within bounds of cells and characters."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ml.data.schema import Schema
from ml.files.assemble_table import MOST_CELLS, MOST_CHARACTERS
from ml.files.table import Table


def take_lines(
    lines: Iterator[list[str]], count: int, kept: Collection[int] | None = None
) -> tuple[list[list[str]], bool]:
    """The next lines, and True where these are all: fewer where they have very many cells, or long ones.

    Where `kept` says so only the cells of these columns are held; the others are empty.
    """
    taken: list[list[str]] = []
    cells = characters = 0
    while len(taken) < count and cells < MOST_CELLS and characters < MOST_CHARACTERS:
        line = next(lines, None)
        if line is None:
            return taken, True
        if kept is not None:
            line = [cell if at in kept else "" for at, cell in enumerate(line)]
        taken.append(line)
        cells += len(line)
        characters += sum(map(len, line))
    return taken, False


def of_features(schema: Schema, table: Table) -> frozenset[int]:
    """Columns that give features: of many lines no others are looked at."""
    return frozenset(at for at, name in enumerate(table.names) if name in schema.position)
