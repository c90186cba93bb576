"""Callbacks of the Performance page: its threshold table, its averages, and the cut-off in use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State
from dash.development.base_component import Component

from auth.caller import current_request, signed_in_as
from layouts.performance import cut_off_change, headline, threshold_table
from layouts.shared import ids, plot_cards
from ml.data.outcomes import Outcomes
from ml.errors import LikelyError
from ml.metrics.custom import CustomMeasure, custom_measures_of
from ml.metrics.overview import Overview, averages_of, overview, read_cut_off
from ml.runtime.deadline import ANSWER_DEADLINE, StillWorking, deadline
from ml.service import Service
from ml.text.cut_off_words import cut_off_text
from ml.translation import mark, text
from store.cut_off_change import LONGEST_REASON, CutOffChange
from store.db import Store
from store.errors import StoreUnavailable

NO_REASON = mark("Nothing was changed. Say in a few words why, so that others understand it later.")
LONG_REASON = mark("Nothing was changed: the reason has {length} characters. Accepted: up to {most}.")
NOT_KEPT = mark("This cut-off could not be saved: the store does not answer. The present one stays in use.")


Counts = tuple[Overview, Outcomes, str, tuple[CustomMeasure, ...]]


def register(app: Dash, service: Service, store: Store | None = None) -> None:
    """Register the callbacks of the threshold table, the averages and the cut-off in use."""
    of_page = Input(ids.PLOTS, "data-model"), Input(ids.PLOTS, "data-outcome")
    app.callback(Output(ids.THRESHOLD_TABLE, "data"), *of_page, Input(ids.PLOTS, "data-cut-off"))(
        partial(show_threshold_table, service)
    )
    app.callback(
        Output(ids.CUT_OFF_RESPONSE, "data"),
        Input(ids.CUT_OFF_REQUEST, "data"),
        State(ids.PLOTS, "data-model"),
        State(ids.PLOTS, "data-outcome"),
        prevent_initial_call=True,
    )(partial(set_cut_off, service, store))
    app.callback(Output(ids.CUT_OFF_HISTORY, "children"), *of_page, Input(ids.CUT_OFF_RESPONSE, "data"))(
        partial(show_history, service, store)
    )
    app.callback(Output(ids.AVERAGES, "children"), of_page[0], Input(ids.AVERAGES, "data-asked"))(
        partial(show_averages, service)
    )
    shown = Output(ids.AVERAGES, "data-shown"), Input(ids.AVERAGES, "children")
    app.clientside_callback(ClientsideFunction("likely", "averages"), *shown, prevent_initial_call=True)
    _move_in_the_browser(app)


def _move_in_the_browser(app: Dash) -> None:
    """Clientside callbacks of the threshold table (``plots/cut-off.ts``): the cut-off moves without a request."""
    typed, place = State(ids.CUT_OFF_TYPED, "value"), ids.CUT_OFF
    use, undo = (Input(each, "n_clicks") for each in (ids.CUT_OFF_USE, ids.CUT_OFF_UNDO))
    yes, no = (Input(each, "n_clicks") for each in (ids.CUT_OFF_CONFIRM, ids.CUT_OFF_CANCEL))
    left, entered = (Input(ids.CUT_OFF_TYPED, how) for how in ("n_blur", "n_submit"))
    for name, output, *changed in (
        ("tally", Output(place, "data-tally"), Input(ids.THRESHOLD_TABLE, "data")),
        ("move", Output(place, "data-moved"), Input(ids.CUT_OFF_SLIDER, "value"), Input(ids.CUT_OFF_TYPED, "value")),
        ("leave", Output(place, "data-left"), left, entered, typed),
        ("propose", Output(ids.CUT_OFF_DIALOG, "data-asked"), use, undo),
        ("confirm", Output(ids.CUT_OFF_REQUEST, "data"), yes, no),
        ("kept", Output(place, "data-kept"), Input(ids.CUT_OFF_RESPONSE, "data")),
    ):
        app.clientside_callback(ClientsideFunction("likely", name), output, *changed, prevent_initial_call=True)


def show_threshold_table(
    service: Service, model: Any = None, outcome: Any = None, cut_off: Any = None
) -> dict[str, Any]:
    """The threshold table of the page's outcome, for its script; or the reason why there is none.

    `cut_off`, number or text, is that with which the page opens. As all that a browser sends, these may be anything.
    """
    model, outcome = str(model), str(outcome)
    try:
        with deadline(ANSWER_DEADLINE):
            table = threshold_table.table_data(*threshold_table_inputs(service, model, outcome, cut_off))
    except StillWorking as error:
        table = threshold_table.unfinished(error, outcome)
    except LikelyError as error:
        table = threshold_table.refused(error, outcome)
    return table | {"model": model}


def threshold_table_inputs(service: Service, model: str, outcome: str, cut_off: object) -> Counts:
    """Arguments of the threshold table's layout; raises StillWorking, or any LikelyError."""
    bundle = service.model(model)
    evaluation = overview(service, bundle, outcome, read_cut_off(cut_off))
    return evaluation, bundle.outcomes, outcome, custom_measures_of(bundle.card, outcome)


def show_averages(service: Service, model: Any, _again: Any = None) -> Component | list[Component] | str:
    """The table of all outcomes at the model's own decisions, or the reason why there is none."""
    try:
        with deadline(ANSWER_DEADLINE):
            return draw_averages(service, str(model))
    except StillWorking as error:
        return plot_cards.unfinished(error)
    except LikelyError as error:
        return str(error)


def draw_averages(service: Service, model: str) -> Component:
    """Like :func:`show_averages`, but raises errors: StillWorking, or any LikelyError."""
    bundle = service.model(model)
    return headline.all_outcomes(bundle, averages_of(service, bundle))


def set_cut_off(
    service: Service, store: Store | None, request: Any, model: Any = None, outcome: Any = None
) -> dict[str, Any]:
    """Put a cut-off into use everywhere; gives the cut-offs in use afterwards and before.

    The request is ``{"cut_off": number, "reason": text}``; as all that a browser sends, it and the page's model and
    outcome may be anything.
    """
    request = request if isinstance(request, dict) else {}
    cut_off, reason = read_cut_off(request.get("cut_off")), request.get("reason")
    if cut_off is None:
        typed = repr(str(request.get("cut_off"))[:40])
        return {"words": text("{typed} is no cut-off. Accepted: a number from 0 to 1.", typed=typed)}
    if not isinstance(reason, str) or not reason.strip():
        return {"words": text(NO_REASON)}
    if len(reason.strip()) > LONGEST_REASON:
        return {"words": text(LONG_REASON, length=len(reason.strip()), most=LONGEST_REASON)}
    try:
        bundle = service.model(str(model))
        name = bundle.outcomes[str(outcome)].name
        before = service.cut_off(bundle, name)
    except LikelyError as error:
        return {"words": str(error)}
    return _stored(store, (bundle.name, name), cut_off, before, reason.strip())


def show_history(service: Service, store: Store | None, model: Any, outcome: Any, _: Any = None) -> Any:
    """The changes of the cut-off in use, the newest first; nothing where there are none."""
    try:
        bundle = service.model(str(model))
        name = bundle.outcomes[str(outcome)].name
        changes = store.cutoff_history(bundle.name, name) if store else []
    except (LikelyError, StoreUnavailable):
        return cut_off_change.unread()
    return cut_off_change.history(changes)


def _same_change(changes: Sequence[CutOffChange], cut_off: float, reason: str) -> CutOffChange | None:
    """The last change, where it is the requested one: a browser asks again when the answer was lost on its way."""
    return changes[0] if changes and (changes[0].after, changes[0].reason) == (cut_off, reason) else None


def _stored(store: Store | None, of: tuple[str, str], cut_off: float, before: float, reason: str) -> dict[str, Any]:
    try:
        if store is None:
            raise StoreUnavailable(text("There is no store."))
        same = _same_change(store.cutoff_history(*of), cut_off, reason)
        if same:
            before = same.before
        else:
            asked = current_request()
            who = signed_in_as() or None
            store.set_cutoff(*of, cut_off, before=before, reason=reason, who=who, request=asked.id if asked else "")
    except StoreUnavailable:
        return {"words": text(NOT_KEPT)}
    shown = cut_off_text(cut_off)
    words = text("Prediction and campaigns now use {cut_off}.", cut_off=shown)
    return {"words": words, "in_use": cut_off, "text": shown, "former": before, "outcome": of[1]}
