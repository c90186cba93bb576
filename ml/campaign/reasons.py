"""The strongest reasons of a record as cells of a table."""

from __future__ import annotations

from collections.abc import Mapping

from ml.advice.reasons import reasons
from ml.advice.score_known import AVERAGE, Blanks, as_blanks, schema_for
from ml.bundle.bundle import Bundle
from ml.data.records import read_records
from ml.files.cells.safe_cells import plain_cell, safe_cell
from ml.service import Service

MOST_REASONS = 3


def reasons_in_cells(
    service: Service, bundle: Bundle, cells: Mapping[str, str], outcome: int, blanks: Blanks
) -> list[str]:
    """The three strongest reasons, as the Prediction page words them, the strongest first; empty where there are fewer.

    Where the digits that are shown are not sure, the sampling error stands behind: "(± 0.2 points)". `cells` are those
    of a record that was scored, by feature, with other columns among them; "average" takes missing values for blanks.
    """
    raw = {name: plain_cell(cell) for name, cell in cells.items() if name in bundle.schema.position}
    averaged, schema = blanks == AVERAGE, schema_for(bundle.schema, blanks)
    (row,) = read_records(schema, [raw], extra=True).all_rows()
    row = as_blanks(row) if averaged else row
    reasons_of_record = reasons(
        schema, row, service.explain(bundle, row, blanks=averaged and None in row, many=True), outcome
    )
    strongest = sorted(
        (*reasons_of_record.raising, *reasons_of_record.lowering), key=lambda reason: -abs(reason.points)
    )[:MOST_REASONS]
    said = [safe_cell(reason.words) for reason in strongest]
    return [*said, *[""] * (MOST_REASONS - len(said))]
