"""The second step of a campaign: how the file is read, which column gives which feature, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.campaign import parts, reading
from layouts.campaign.words import cell_text, duration, spoken, whole
from layouts.shared import ids
from layouts.shared.blocks import count

BLANKS = (
    " missing values are averaged over what they may be, as on the Prediction page. For a file that lacks whole "
    "columns that is mostly nearer to the truth, and where the model needs each value it is the only way."
)
LEFT = "left as it is"
NEAR = "It is spelled otherwise: is that right?"
LONG = 600  # seconds; longer than most would wait for the reasons of all records


def step(job: str, told: Mapping[str, str]) -> list[Component]:
    """The step of a held file before it was looked into; a callback fills it with :func:`seen_as`.

    Parameters
    ----------
    job : str
    told : mapping of str to str
        How the file is to be read, by the names of the API.
    """
    of = ids.campaign_part
    names = ("Column of the file", "First values", "Is read as")
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in names]))
    table = html.Table([head, html.Tbody(id=of("matches", job))], className="measures campaign-matches")
    body = [
        html.H2("What stands in which column?"),
        html.P("Looking into the file …", id=of("holds", job), className="campaign-lead campaign-holds"),
        reading.reading(job, told),
        parts.notes(id=of("notes", job)),
        html.Div(table, id=of("table", job), className="measures-wide", hidden=True),
        html.Div(id=of("problems", job), className="campaign-problems"),
        _tick("blanks", job, [html.Strong("By what is known"), html.Span(BLANKS)]),
        _tick("reasons", job, [html.Strong("With reasons"), html.Span(id=of("reasons-time", job))]),
        html.Div(
            [
                html.Fieldset(
                    parts.button("Score the records", main=True, disabled=True, id=of("start", job)),
                    id=ids.campaign("starting"),
                    className="campaign-starting",
                ),
                parts.anew("Use another file", job),
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


def seen_as(job: Mapping[str, Any], seen: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    """What the step shows of a file that was looked into, by the names of its parts; all but the rows of the table.

    Parameters
    ----------
    job : mapping
        As :func:`jobs.files.job_view.described` gives it.
    seen : mapping
        As :func:`jobs.files.preview_view.preview_json` gives it.
    told : mapping of str to str
        How the person says that the file is to be read.
    """
    has_columns = bool(seen["header"])
    records = _records(seen)
    return {
        "holds": _holds(job["name"] or "The file", seen, records),
        "dialect": f"Read as: {seen['dialect']['sentence']}",
        "differently_hidden": not seen["applies"],
        "read_options": reading.choices(seen, told),
        "read_hidden": [name not in seen["applies"] for name in reading.NAMES],
        "notes": parts.note_items(seen["notes"]),
        "table_hidden": not has_columns,
        "problems": _problems(seen),
        "blanks_hidden": not seen["blank"],
        "reasons_hidden": not has_columns,
        "reasons_time": _reasons_time(seen["seconds_with_reasons"]),
        "start": f"Score {records}" if records else "Score the records",
        "why": parts.bad(spoken(seen["why"])) if seen["why"] else "",
    }


def rows(job: str, seen: Mapping[str, Any]) -> list[Component]:
    """The rows of the table, one for each column of the file."""
    of = ids.campaign_part
    options = [{"value": "", "label": LEFT}, *({"value": f["name"], "label": f["label"]} for f in seen["features"])]
    made = []
    for at, column in enumerate(seen["header"]):
        place = of("match", job, at=at)
        named = html.Label(f"{column} is read as", htmlFor=ids.element(place), className="visually-hidden")
        control = dbc.Select(id=place, options=options, value=values(seen)[at], placeholder=LEFT)
        near = html.Span(near_words(seen)[at], id=of("near", job, at=at), className="campaign-near")
        cells = [
            html.Th(column or "(no name)", scope="row"),
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
    """What is asked of columns that were taken for a feature although they are spelled otherwise."""
    return [NEAR if column in seen["near"] else "" for column in seen["header"]]


def first_values(seen: Mapping[str, Any]) -> list[Any]:
    """The first values of each column as in the file, and as they are read where that differs."""
    return [_first(at, seen["rows"], seen["read"]) for at in range(len(seen["header"]))]


def _first(at: int, lines: Sequence[Sequence[str]], read: Sequence[Sequence[str | None]]) -> list[Any]:
    cells = [(line[at] if at < len(line) else "", as_read[at]) for line, as_read in zip(lines, read, strict=True)]
    cells = [(cell, text) for cell, text in cells if cell]
    shown: list[Any] = [" · ".join(cell for cell, _ in cells)]
    if any(text is not None and text != cell for cell, text in cells):
        words = f"read as {' · '.join(cell_text(text) for _, text in cells)}"
        shown.append(html.Span(words, className="campaign-read"))
    return shown


def _records(seen: Mapping[str, Any]) -> str:
    estimated = seen["estimated"]
    if estimated is None:
        return ""
    # Estimated from the file's size: two digits
    return count(estimated, "record") if seen["whole"] else f"about {whole(float(f'{estimated:.2g}'))} records"


def _holds(name: str, seen: Mapping[str, Any], records: str) -> str:
    if not seen["header"]:
        return f"{name} cannot be read as it is. Say below how it is written, or correct the file and choose it again."
    given = len(seen["features"]) - len(seen["missing"])
    return f"{name} holds {records or 'records'}. {whole(given)} of {count(len(seen['features']), 'feature')} found."


def _problems(seen: Mapping[str, Any]) -> list[Component]:
    if not seen["problems"]:
        return []
    label = {feature["name"]: feature["label"] for feature in seen["features"]}
    all_of_them = seen["whole"] and seen["checked"] == seen["estimated"]
    those = count(seen["checked"], "record")
    words = (
        f"{whole(seen['refused'])} of {those if all_of_them else f'the first {those}'} cannot be scored. "
        "They stay in the result, with what is wrong."
    )
    return [html.P(words), html.Ul([_problem(problem, label) for problem in seen["problems"]])]


def _problem(problem: Mapping[str, Any], label: Mapping[str, str]) -> Component:
    feature = problem["feature"] or ""
    where = problem["column"] or label.get(feature, feature)  # a line that does not fit the header has no column
    row, records = whole(problem["row"]), problem["records"]
    found = f"In {count(records, 'record')}, the first is {row}" if records > 1 else f"In record {row}"
    said: list[Any] = [html.Strong(f"{where}: ")] if where else []
    said += [f"{problem['message']} {problem['hint'] or ''} ", html.Span(found, className="campaign-where")]
    return html.Li(said)


def _reasons_time(seconds: float) -> str:
    more = f", {duration(seconds)} more" if seconds else ""
    long = ". A list can have them too, for those on it only" if seconds > LONG else ""
    return f" three for each record{more}{long}."


def _tick(name: str, job: str, words: list[Component]) -> Component:
    """A checkbox with its words, hidden until it makes a difference."""
    place = ids.campaign_part(name, job)
    box = dbc.Checkbox(id=place, label=html.Span(words), value=False, class_name="campaign-tick")
    return html.Div(box, id=ids.campaign_part(f"{name}-choice", job), hidden=True)
