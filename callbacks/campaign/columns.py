"""Callbacks of the second step: a preview of the file for each change of how it is read and its columns are matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.campaign.backend import CampaignBackend, by_name, words
from jobs.errors import NotHeld, UnknownJob
from jobs.files.preview_view import preview_json
from layouts.campaign import columns, parts, reading
from layouts.shared import ids
from ml.advice.score_known import AVERAGE, ESTIMATOR, Blanks
from ml.errors import LikelyError
from ml.files.text.read_options import ReadOptions
from ml.locale import use_number_format
from ml.translation import text

ColumnChoices = dict[str, str]  # by column of the file the feature that was chosen for it
part = ids.campaign_part
OUTPUTS = {
    "holds": Output(part("holds", MATCH), "children"),
    "dialect": Output(part("dialect", MATCH), "children"),
    "differently_hidden": Output(part("differently", MATCH), "hidden"),
    "differently_open": Output(part("differently", MATCH), "open"),
    "read_options": Output(part("read", MATCH, name=ALL), "options"),
    "read_hidden": Output(part("read-field", MATCH, name=ALL), "hidden"),
    "notes": Output(part("notes", MATCH), "children"),
    "table_hidden": Output(part("table", MATCH), "hidden"),
    "rows": Output(part("matches", MATCH), "children"),
    "row_classes": Output(part("row", MATCH, at=ALL), "className"),
    "first_values": Output(part("first", MATCH, at=ALL), "children"),
    "values": Output(part("match", MATCH, at=ALL), "value"),
    "near_words": Output(part("near", MATCH, at=ALL), "children"),
    "problems": Output(part("problems", MATCH), "children"),
    "blanks_hidden": Output(part("blanks-choice", MATCH), "hidden"),
    "reasons_hidden": Output(part("reasons-choice", MATCH), "hidden"),
    "reasons_time": Output(part("reasons-time", MATCH), "children"),
    "start": Output(part("start", MATCH), "children"),
    "why": Output(part("why", MATCH), "children"),
    "seen": Output(part("seen", MATCH), "data"),
    "turn": Output(part("turn", MATCH, by="look"), "data"),
}
"""What a look into the file fills."""


def register(app: Dash, backend: CampaignBackend) -> None:
    """Look into the file when the step opens and when something changes, and start the scoring."""
    controls = {
        "reads": Input(part("read", MATCH, name=ALL), "value"),
        "matches": Input(part("match", MATCH, at=ALL), "value"),
        "blanks": Input(part("blanks", MATCH), "value"),
        "names": State(part("read", MATCH, name=ALL), "id"),
        "before": State(part("seen", MATCH), "data"),
        "of": State(part("seen", MATCH), "id"),
    }
    app.callback(
        output=OUTPUTS,
        inputs={**controls, "_again": Input(part("again", MATCH), "data")},
        # Without the job's id: Dash 4.4 knows no pattern here before something has changed
        running=[(Output(ids.campaign("starting"), "disabled"), True, False)],
    )(partial(look, backend))
    # The button waits until the preview on the screen is one of the present choices. A choice made while a preview is
    # under way is lost to Dash, for the preview's answer sets the same controls: the script asks for it again
    app.clientside_callback(
        ClientsideFunction("likely", "lookedAt"),
        Output(part("start", MATCH), "disabled"),
        Input(part("seen", MATCH), "data"),
        Input(part("read", MATCH, name=ALL), "value"),
        Input(part("match", MATCH, at=ALL), "value"),
        Input(part("blanks", MATCH), "value"),
        State(part("again", MATCH), "id"),
    )
    app.callback(
        Output(part("start-said", MATCH), "children"),
        Output(part("turn", MATCH, by="start"), "data"),
        inputs={
            "clicks": Input(part("start", MATCH), "n_clicks"),
            "reasons": State(part("reasons", MATCH), "value"),
            **{name: State(each.component_id, each.component_property) for name, each in controls.items()},
        },
        prevent_initial_call=True,
    )(partial(start, backend))


def look(
    backend: CampaignBackend, reads: list[Any], matches: list[Any], blanks: Any, names: list[Any], before: Any, of: Any,
    _again: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """Preview of the file, read and with its columns matched as the controls say.

    Parameters
    ----------
    reads, names : list
        What the person says of how the file is written, and the controls' ids.
    matches : list
        The feature that each column is to give, empty for none; an empty list before the first look.
    blanks : bool
        Whether missing values are averaged over what they may be.
    before : dict or None
        What the page shows: ``header``, ``read``, ``matches`` and ``blanks`` of the look before, and ``chosen``, the
        columns that were matched by hand.
    of : dict
        Names the job.
    """
    shown, options = _before(before), {name: str(value) for name, value in by_name(names, reads).items() if value}
    now = {"read": options, "matches": list(matches), "blanks": _averaged(blanks, shown)}
    if shown and all(shown[name] == value for name, value in now.items()):
        raise PreventUpdate  # the rows of the table came in, and say what is known
    nothing = dict.fromkeys(OUTPUTS, no_update) | _unchanged(len(names), len(matches))
    try:
        return nothing | _look(backend, of["job"], now, shown)
    except (NotHeld, UnknownJob):
        return nothing | {"turn": "over"}
    except LikelyError as error:
        if not shown:
            return nothing | {"turn": [text("The file cannot be read"), words(error)]}
        kept = {**shown, **now, "matches": shown["matches"], "ready": False}
        return nothing | {"why": parts.bad(words(error)), "seen": kept}


def _look(
    backend: CampaignBackend, job: str, now: Mapping[str, Any], shown: Mapping[str, Any] | None
) -> dict[str, Any]:
    options, blanks = now["read"], _blanks(now["blanks"])
    chosen = chosen_by_hand(shown, now["matches"])
    anew = shown is not None and any(options.get(name) != shown["read"].get(name) for name in reading.NEW_COLUMNS)
    seen = _preview(backend, job, {} if anew else chosen, options, blanks)
    if anew:  # choices are kept for columns that are still there
        chosen = {column: feature for column, feature in chosen.items() if column in seen["header"]}
        seen = _preview(backend, job, chosen, options, blanks) if chosen else seen
    step = columns.seen_as(backend.job(job), seen, options)
    if not seen["header"]:
        step["differently_open"] = True
    header, values = list(seen["header"]), columns.values(seen)
    if shown and shown["header"] == header and len(now["matches"]) == len(header):
        step |= {
            "row_classes": columns.row_classes(seen),
            "first_values": columns.first_values(seen),
            # Only what differs: a choice that was made meanwhile must not be set back
            "values": _changed(values, now["matches"]),
            "near_words": columns.near_words(seen),
        }
    else:
        step["rows"] = columns.rows(job, seen)
    kept = {"header": header, "read": options, "matches": values, "blanks": now["blanks"], "chosen": chosen}
    kept |= {"asks_blanks": seen["blank"], "ready": seen["ready"]}
    return {**step, "seen": kept}


def _changed(values: Sequence[str], chosen: Sequence[Any]) -> list[Any]:
    return [no_update if value == there else value for value, there in zip(values, chosen, strict=True)]


def chosen_by_hand(shown: Mapping[str, Any] | None, matches: Sequence[Any]) -> ColumnChoices:
    """The columns that were matched by hand so far; a feature has one column."""
    if not shown:
        return {}
    chosen: ColumnChoices = dict(shown["chosen"])
    pairs = list(zip(shown["header"], shown["matches"], matches, strict=False))
    for column, before, now in pairs:
        if now != before:
            others = [other for other, _, feature in pairs if now and feature == now and other != column]
            chosen |= dict.fromkeys(others, "") | {column: str(now or "")}
    return chosen


def start(
    backend: CampaignBackend, clicks: Any, reasons: Any, reads: list[Any], matches: list[Any], blanks: Any,
    names: list[Any], before: Any, of: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Start the scoring with what the controls say; parameters as those of :func:`look`."""
    if not clicks:
        raise PreventUpdate
    options = {name: str(value) for name, value in by_name(names, reads).items() if value}
    shown = _before(before)
    chosen, averaged = chosen_by_hand(shown, matches), _blanks(_averaged(blanks, shown))
    try:
        backend.campaigns.start(of["job"], chosen, bool(reasons), ReadOptions.from_mapping(options), averaged)
    except UnknownJob:
        return no_update, "gone"
    except NotHeld:
        return no_update, "over"  # somebody else started it, or this was asked twice
    except LikelyError as error:
        return parts.bad(words(error)), no_update
    return text("Starting …"), "started"


def _preview(
    backend: CampaignBackend, job: str, chosen: ColumnChoices, options: Mapping[str, str], blanks: Blanks
) -> dict[str, Any]:
    with use_number_format(None):  # as for programs: the page writes the numbers of its sentences anew
        return preview_json(*backend.campaigns.preview(job, chosen, ReadOptions.from_mapping(options), blanks))


def _averaged(blanks: Any, shown: Mapping[str, Any] | None) -> bool:
    """True when the box of blanks is ticked, and shown: it is where it makes a difference."""
    return bool(blanks) and shown is not None and bool(shown.get("asks_blanks"))


def _blanks(averaged: bool) -> Blanks:
    return AVERAGE if averaged else ESTIMATOR


def _before(data: Any) -> dict[str, Any] | None:
    """Matches that the page showed; None where a browser sent anything else."""
    kinds = {"header": list, "read": dict, "matches": list, "blanks": bool, "chosen": dict}
    known = isinstance(data, dict) and all(isinstance(data.get(name), kind) for name, kind in kinds.items())
    return data if known else None


def _unchanged(options: int, rows: int) -> dict[str, Any]:
    """No update of each control and each row."""
    of_row = {name: [no_update] * rows for name in ("row_classes", "first_values", "values", "near_words")}
    return of_row | {name: [no_update] * options for name in ("read_options", "read_hidden")}
