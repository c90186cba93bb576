"""The strongest reasons of a record as cells of a table."""

from __future__ import annotations

from collections.abc import Mapping

from ml.advice.reasons import reasons
from ml.bundle.bundle import Bundle
from ml.data.records import read_records
from ml.files.cells.safe_cells import plain_cell, safe_cell
from ml.service import Service

MOST = 3


def reasons_in_cells(service: Service, bundle: Bundle, cells: Mapping[str, str], outcome: int) -> list[str]:
    """The three strongest reasons, as the Prediction page words them, the strongest first; empty where there are fewer.

    Parameters
    ----------
    service : Service
    bundle : Bundle
    cells : mapping of str to str
        Feature to cell of a record that was scored; other columns may be among them.
    outcome : int
        Column of the outcome that they are about.
    """
    raw = {name: plain_cell(cell) for name, cell in cells.items() if name in bundle.schema.position}
    (row,) = read_records(bundle.schema, [raw], extra=True).all_rows()
    found = reasons(bundle.schema, row, service.explain(bundle, row, blanks=False), outcome)
    strongest = sorted((*found.raising, *found.lowering), key=lambda reason: -abs(reason.points))[:MOST]
    said = [safe_cell(reason.sentence) for reason in strongest]
    return [*said, *[""] * (MOST - len(said))]
