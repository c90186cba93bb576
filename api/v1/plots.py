"""Route ``GET /api/v1/models/<name>/plots/<plot>.csv``: the data of a plot as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request

from api.http.query import ANY, takes
from api.v1.models import PREFIX
from ml.files.cells.safe_cells import FORMULA, NUMBER
from ml.metrics.overview import read_cut_off
from ml.plots.drawn_plots import plot_rows
from ml.runtime.deadline import ANSWER_DEADLINE, strict_deadline
from ml.service import Service
from ml.text.cut_off_words import cut_off_text


def register(app: Flask, service: Service) -> None:
    """Add the route."""

    @app.get(f"{PREFIX}/<name>/plots/<plot>.csv")
    @takes(ANY)
    def plot_data(name: str, plot: str) -> Response:
        """The rows of one plot; ``outcome`` and the plot's options are query parameters."""
        options = request.args.to_dict()
        outcome = options.pop("outcome", None)
        with strict_deadline(ANSWER_DEADLINE):
            header, rows = plot_rows(service, name, plot, outcome, options)
        shown = quote(_file_name(name, plot, outcome, options.get("cut_off")), safe="")
        return Response(
            written(header, rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{shown}"},
        )


def _file_name(name: str, plot: str, outcome: str | None, cut_off: str | None) -> str:
    """Version, plot, and the outcome and cut-off that were asked for: "loan@3f9a1c2b segments Y at 60%.csv"."""
    used = read_cut_off(cut_off)
    at = None if used is None else f"at {''.join(cut_off_text(used).split())}"
    return f"{' '.join(filter(None, (name, plot, outcome, at)))}.csv"


def written(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Header and rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Escape a text that a spreadsheet would take for a formula (CSV injection) by an apostrophe."""
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return f"'{value}"
    if isinstance(value, (list, tuple)):
        return _cell("; ".join(map(str, value)))
    return "" if value is None else value
