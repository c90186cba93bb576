"""The last step of a campaign: the ranked table, downloads, and the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from layouts import html
from layouts.campaign import call_list, parts, records
from layouts.shared import downloads, ids
from ml.bundle.bundle import Bundle
from ml.files.text.dialect import Dialect
from ml.translation import plural, text


def step(
    job: Mapping[str, Any], bundle: Bundle, choices: Mapping[str, Any], made: str, table: Mapping[str, Any]
) -> list[Component]:  # fmt: skip
    """The step of a job that is done.

    Parameters
    ----------
    job : mapping
        Job as :func:`jobs.files.job_view.described` gives it.
    choices : mapping
        Choices as :func:`jobs.campaign_view.choices_json` gives them.
    made : str
        Id of the list in the address; empty where there is none.
    table : mapping
        The table, as :func:`layouts.campaign.records.table` gives it.
    """
    the_list = html.Div(id=ids.campaign_part("list-table", job["id"]), **{"data-step": "result"})
    rest = [
        parts.step("result", [_found(job), _tools(job)]),
        html.Div(records.place(job["id"], table, text("Result")), **{"data-step": "result"}),
        parts.step("result", call_list.form(bundle, job, choices, made)),
    ]
    return [the_list, *rest] if made else [*rest, the_list]  # who comes back to a list came for it


def without_table(job: Mapping[str, Any], why: str) -> list[Component]:
    """The step where the table cannot be shown: what is downloaded may be there."""
    return [parts.step("result", [_found(job), _tools(job), parts.said("result", parts.bad(why))])]


def _found(job: Mapping[str, Any]) -> Component:
    records, errors = job["done"] if job["total"] is None else job["total"], job["errors"]
    words = plural("{n} record of {file}.", "{n} records of {file}.", records, file=job["name"] or text("the file"))
    if errors:
        words += " " + plural(
            "{n} record could not be scored: what is wrong stands beside it, at the end.",
            "{n} records could not be scored: what is wrong stands beside them, at the end.",
            errors,
        )
    dialect = Dialect.from_json(job["dialect"]).sentence() if job["dialect"] else ""
    read_as = text("Read as: {dialect}", dialect=dialect) if dialect else ""
    return html.Div(
        [
            html.H2(text("Result")),
            html.P(words, className="campaign-lead campaign-result-words"),
            html.P(read_as, className="campaign-dialect"),
            parts.notes(job["notes"]),
        ],
        className="campaign-found",
    )


def _tools(job: Mapping[str, Any]) -> Component:
    load = downloads.menu(job["id"], text("Download all records"), "scored", job["name"] or "")
    return html.Div([load, parts.anew(text("New campaign"), job["id"])], className="campaign-tools")
