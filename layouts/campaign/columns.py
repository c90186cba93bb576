"""The second step of a campaign: how the file is read, which column gives which feature, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.campaign import parts, reading
from layouts.campaign.words import cell_text, duration, spoken, whole
from layouts.shared import ids
from layouts.shared.blocks import table_head
from ml.text.number_words import records_text
from ml.translation import mark, plural, text, text_parts

BLANKS = mark(
    "{option} missing values are averaged over what they may be, as on the Prediction page. For "
    "a file that lacks whole columns this is usually nearer to the truth, and where the model "
    "needs every value it is the only way."
)
LEFT = mark("left as it is")
NEAR = mark("It is spelled differently: is this right?")
LONG = 600  # seconds; longer than most would wait for the reasons of all records


def step(job: str, options: Mapping[str, str]) -> list[Component]:
    """The step of a held file before it was looked into; a callback fills it with :func:`seen_as`.

    The options say how the file is to be read, by the names of the API.
    """
    of = ids.campaign_part
    names = (text("Column of the file"), text("First values"), text("Is read as"))
    head = table_head(names)
    table = html.Table([head, html.Tbody(id=of("matches", job))], className="measures campaign-matches")
    body = [
        html.H2(text("What stands in which column?")),
        html.P(text("Looking into the file …"), id=of("holds", job), className="campaign-lead campaign-holds"),
        reading.reading(job, options),
        parts.notes(id=of("notes", job)),
        html.Div(table, id=of("table", job), className="measures-wide", hidden=True),
        html.Div(id=of("problems", job), className="campaign-problems"),
        _tick("blanks", job, text_parts(BLANKS, option=html.Strong(text("By what is known")))),
        _tick("reasons", job, [html.Span(_with_reasons(), id=of("reasons-time", job))]),
        html.Div(
            [
                html.Fieldset(
                    parts.button(text("Score the records"), main=True, disabled=True, id=of("start", job)),
                    id=ids.campaign("starting"),
                    className="campaign-starting",
                ),
                parts.anew(text("Use another file"), job),
            ],
            className="campaign-buttons",
        ),
        parts.said("columns", [html.Span(id=of("why", job)), html.Span(id=of("start-said", job))]),
        dcc.Store(id=of("seen", job)),
        dcc.Store(id=of("again", job)),
        parts.turn("look", job),
        parts.turn("start", job),
    ]
    return [parts.step("columns", body)]


def seen_as(job: Mapping[str, Any], seen: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """Parts of the step for a file that was looked into, by name; all but the rows of the table.

    The job is as of :func:`jobs.files.job_view.described`, `seen` as of :func:`jobs.files.preview_view.preview_json`.
    The options are how the person says that the file is to be read.
    """
    has_columns = bool(seen["header"])
    records = _records(seen)
    return {
        "holds": _holds(job["name"] or text("The file"), seen, records),
        "dialect": text("Read as: {dialect}", dialect=seen["dialect"]["sentence"]),
        "differently_hidden": not seen["applies"],
        "read_options": reading.choices(seen, options),
        "read_hidden": [name not in seen["applies"] for name in reading.NAMES],
        "notes": parts.note_items(seen["notes"]),
        "table_hidden": not has_columns,
        "problems": _problems(seen),
        "blanks_hidden": not seen["blank"],
        "reasons_hidden": not has_columns,
        "reasons_time": _reasons_time(seen["seconds_with_reasons"]),
        "start": text("Score {records}", records=records) if records else text("Score the records"),
        "why": parts.bad(spoken(seen["why"])) if seen["why"] else "",
    }


def rows(job: str, seen: Mapping[str, Any]) -> list[Component]:
    """The rows of the table, one for each column of the file."""
    of = ids.campaign_part
    left, features = text(LEFT), seen["features"]
    options = [{"value": "", "label": left}, *({"value": f["name"], "label": f["label"]} for f in features)]
    made = []
    for at, column in enumerate(seen["header"]):
        place = of("match", job, at=at)
        label = text("{column} is read as", column=column)
        named = html.Label(label, htmlFor=ids.element(place), className="visually-hidden")
        control = dbc.Select(id=place, options=options, value=values(seen)[at], placeholder=left)
        near = html.Span(near_words(seen)[at], id=of("near", job, at=at), className="campaign-near")
        cells = [
            html.Th(column or text("(no name)"), scope="row"),
            html.Td(first_values(seen)[at], id=of("first", job, at=at), className="campaign-first"),
            html.Td([named, control, near]),
        ]
        made.append(html.Tr(cells, id=of("row", job, at=at), className=row_classes(seen)[at]))
    return made


def values(seen: Mapping[str, Any]) -> list[str]:
    """The feature that each column gives; empty where it gives none."""
    return [seen["columns"].get(column) or "" for column in seen["header"]]


def row_classes(seen: Mapping[str, Any]) -> list[str]:
    """The class of each row of the table."""
    return ["" if value else "campaign-unread" for value in values(seen)]


def near_words(seen: Mapping[str, Any]) -> list[str]:
    """Questions about columns that were taken for a feature although they are spelled otherwise."""
    return [text(NEAR) if column in seen["near"] else "" for column in seen["header"]]


def first_values(seen: Mapping[str, Any]) -> list[Any]:
    """The first values of each column as in the file, and as they are read where that differs."""
    return [_first(at, seen["rows"], seen["read"]) for at in range(len(seen["header"]))]


def _first(at: int, lines: Sequence[Sequence[str]], read: Sequence[Sequence[str | None]]) -> list[Any]:
    cells = [(line[at] if at < len(line) else "", as_read[at]) for line, as_read in zip(lines, read, strict=True)]
    cells = [(cell, as_read) for cell, as_read in cells if cell]
    shown: list[Any] = [" · ".join(cell for cell, _ in cells)]
    if any(as_read is not None and as_read != cell for cell, as_read in cells):
        words = text("read as {values}", values=" · ".join(cell_text(as_read) for _, as_read in cells))
        shown.append(html.Span(words, className="campaign-read"))
    return shown


def _records(seen: Mapping[str, Any]) -> str:
    estimated = seen["estimated"]
    if estimated is None:
        return ""
    # Estimated from the file's size: two digits
    if seen["whole"]:
        return records_text(estimated)
    about = float(f"{estimated:.2g}")
    return plural("about {n} record", "about {n} records", about)


def _holds(name: str, seen: Mapping[str, Any], records: str) -> str:
    if not seen["header"]:
        mend = text("Say below how it is written, or correct the file and choose it again.")
        return f"{text('{file} cannot be read as it is.', file=name)} {mend}"
    features = len(seen["features"])
    given = whole(features - len(seen["missing"]))
    found = plural("{given} of {n} feature found.", "{given} of {n} features found.", features, given=given)
    return f"{text('{file} holds {records}.', file=name, records=records or text('records'))} {found}"


def _problems(seen: Mapping[str, Any]) -> list[Component]:
    if not seen["problems"]:
        return []
    label = {feature["name"]: feature["label"] for feature in seen["features"]}
    all_of_them = seen["whole"] and seen["checked"] == seen["estimated"]
    checked = seen["checked"]
    first = plural("the first {n} record", "the first {n} records", checked)
    words = text(
        "{refused} of {records} cannot be scored. They stay in the result, with what is wrong.",
        refused=whole(seen["refused"]),
        records=records_text(checked) if all_of_them else first,
    )
    return [html.P(words), html.Ul([_problem(problem, label) for problem in seen["problems"]])]


def _problem(problem: Mapping[str, Any], label: Mapping[str, str]) -> Component:
    feature = problem["feature"] or ""
    where = problem["column"] or label.get(feature, feature)  # a line that does not fit the header has no column
    row, records = whole(problem["row"]), problem["records"]
    several = plural("In {n} record, the first is {row}", "In {n} records, the first is {row}", records, row=row)
    place = several if records > 1 else text("In record {row}", row=row)
    said: list[Any] = [html.Strong(f"{where}: ")] if where else []
    said += [f"{problem['message']} {problem['hint'] or ''} ", html.Span(place, className="campaign-where")]
    return html.Li(said)


def _with_reasons() -> Component:
    return html.Strong(text("With reasons"))


def _reasons_time(seconds: float) -> list[str | Component]:
    if not seconds:
        return text_parts("{option} three for each record.", option=_with_reasons())
    slots = {"option": _with_reasons(), "time": duration(seconds)}
    said = text_parts("{option} three for each record, {time} more.", **slots)
    return [*said, " ", text("A list can have them too, only for the records on it.")] if seconds > LONG else said


def _tick(name: str, job: str, words: list[Any]) -> Component:
    """A checkbox with its words, hidden until it makes a difference."""
    place = ids.campaign_part(name, job)
    box = dbc.Checkbox(id=place, label=html.Span(words), value=False, class_name="campaign-tick")
    return html.Div(box, id=ids.campaign_part(f"{name}-choice", job), hidden=True)
