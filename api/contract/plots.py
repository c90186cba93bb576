"""Contract of plot data and reports."""

from __future__ import annotations

from api.contract.operation import CSV, HTML, PDF, Operation, as_text
from api.contract.requests import OutcomeQuery, ReportQuery
from api.contract.working import LATER

TAG = "Plots and reports"

OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/models/{name}/plots/{plot}.csv",
        "get_plot_data",
        TAG,
        "Give the data of a plot",
        {
            200: as_text(
                CSV, "The rows of the plot; texts that a spreadsheet would run begin with an apostrophe.", "Disposition"
            ),
            202: LATER,
        },
        (400, 404, 503),
        query=OutcomeQuery,
        any_query=True,
        description="Plots of the Insights and Performance pages. An unknown plot is answered with the list of all. "
        "The options of the plot are parameters, too; those left out have their defaults.",
    ),
    *(
        Operation(
            "GET",
            f"/api/v1/models/{{name}}/report.{kind}",
            f"get_report_{kind}",
            TAG,
            f"Give the report as {said}",
            {
                200: as_text(media, "The report on one outcome, at the cut-off in use.", "Disposition", "Policy"),
                202: LATER,
            },
            (400, 404, 429, 503),
            query=ReportQuery,
            description="The first request for a report takes some seconds. A process makes one at a time: "
            "other requests get 429 and Retry-After meanwhile.",
        )
        for kind, media, said in (("html", HTML, "one HTML file"), ("pdf", PDF, "one page of A4"))
    ),
)
