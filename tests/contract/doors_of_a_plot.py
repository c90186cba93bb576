"""What each door gives of one plot, as JSON: ``python -m tests.contract.doors_of_a_plot <models> <plot>``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from api import create_api
from callbacks.plots import show_plot
from layouts.performance import page as performance
from layouts.shared import ids
from ml.cli.warm import tasks_of
from ml.plots.catalogue import find, plots_of
from ml.plots.drawn_plots import drawn
from ml.plots.table import TextTable
from ml.report.contents import report_contents
from ml.service import Service, open_service

MODEL, OUTCOME = "independent", "card"


def doors(service: Service, key: str) -> dict[str, Any]:
    """The plot in the catalogue, drawn, on the page, at the API, in the report and among what is computed ahead."""
    bundle = service.model(MODEL)
    found = drawn(service, MODEL, key, OUTCOME)
    assert not isinstance(found.figure, TextTable)
    parts = list(performance.page(bundle, {})._traverse())
    place = str(ids.plot(bundle.key, bundle.outcomes.positive, key, key))
    figure, *_ = show_plot(service, {"model": bundle.key, "plot": key, "outcome": OUTCOME})
    client = create_api(service, dict, 100_000, 50).test_client()
    chapters = report_contents(service, MODEL, OUTCOME).chapters
    return {
        "order": [plot.key for plot in plots_of("performance")],
        "shares": found.result.shares,
        "drawn": list(found.figure.data[0].y),
        "sentence": found.sentence,
        "places": [str(getattr(part, "id", "")) for part in parts].count(place),
        "page": list(figure.children[0].figure.data[0].y),
        "csv": client.get(f"/api/v1/models/{MODEL}/plots/{key}.csv?outcome={OUTCOME}").text,
        "chapters": [chapter.key for chapter in chapters for entry in chapter.plots if entry.plot.key == key],
        "warmed": [task.what for task in tasks_of(service, bundle) if find(key).method in task.what],
    }


if __name__ == "__main__":
    print(json.dumps(doors(open_service(Path(sys.argv[1])), sys.argv[2])))
