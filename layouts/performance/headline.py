"""Head of the Performance page: the cut-off, and the metrics at it. Its texts come with the threshold table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids
from layouts.shared.blocks import table_head
from layouts.shared.static_html import static_html
from ml.bundle.bundle import Bundle
from ml.metrics.custom import custom_measures_of
from ml.metrics.headline import Averages
from ml.metrics.registry import MEASURES, Measure, measure_of
from ml.text.cut_off_words import measure_words, span_words
from ml.translation import text, text_parts

FIRST = ("precision", "recall", "accuracy", "roc_auc")  # what a manager asks for; the others one click away


def stores() -> list[Component]:
    """Stores of the threshold table, and of a change of the cut-off and the response to it."""
    places = (ids.THRESHOLD_TABLE, ids.CUT_OFF_REQUEST, ids.CUT_OFF_RESPONSE)
    return [dcc.Store(id=place, storage_type="memory") for place in places]


def bar(*, may_change: bool = True) -> Component:
    """Controls of the cut-off: a slider, the exact number, and the button of those who may put it into use."""
    typed = dbc.Input(id=ids.CUT_OFF_TYPED, type="text", inputmode="decimal", autocomplete="off", value="")
    slider = dbc.Input(
        id=ids.CUT_OFF_SLIDER, type="range", min=0, max=100, step="any", value="50", class_name="form-range"
    )
    label = html.Label(text("Cut-off"), htmlFor=ids.CUT_OFF_TYPED)
    of_slider = html.Label(text("Cut-off, by a slider"), htmlFor=ids.CUT_OFF_SLIDER, className="visually-hidden")
    number = html.Div([label, typed, html.Span("%", **{"aria-hidden": "true"})], className="cut-off-number")
    use = html.Button(text("Use this cut-off"), id=ids.CUT_OFF_USE, type="button", className="cut-off-use")
    back = html.Button(text("Undo"), id=ids.CUT_OFF_UNDO, type="button", className="quiet-button", hidden=True)
    buttons = html.Div([use, back], className="cut-off-buttons", hidden=not may_change)
    used = text_parts("In use: {cut_off}", cut_off=html.Strong(pick("in_use")))
    words = html.P(used, className="cut-off-in-use", **{"aria-live": "polite"})
    said = html.P("", className="cut-off-said", role="status")
    return html.Div(
        [number, of_slider, slider, buttons, html.Div([words, said])],
        id=ids.CUT_OFF,
        className="cut-off",
        role="group",
        **{"aria-label": text("Cut-off")},
    )


def pick(name: str, class_name: str = "number") -> Component:
    """Placeholder of a text that the script picks from the threshold table."""
    return html.Span("–", className=class_name, **{"data-pick": name})


def summary(bundle: Bundle, outcome: str) -> Component:
    """The headline: a sentence, the first metrics as tiles, all of them in a table, and the confusion matrix.

    The outcome stands inside: the page of another outcome is drawn anew, without figures until its table has come.
    """
    tiles = [_tile(measure_of(key)) for key in FIRST]
    rest = html.Details(
        [html.Summary(text("All measures, and what they mean")), _table(bundle)], className="measures-all"
    )
    said = html.Div([html.P(pick("sentence", ""), className="headline-sentence"), html.Div(tiles, className="tiles")])
    first = html.Div([said, _confusion_matrix()], className="headline-first", **{"data-outcome": outcome})
    return static_html(html.Div([first, rest], className="performance-head"))


def _tile(measure: Measure) -> Component:
    # It takes the focus, so that its definition comes with a tap and with the keyboard as well as on hover.
    words = [
        html.Span(text(measure.label), className="tile-name"),
        html.Strong(pick(measure.key)),
        html.Span(pick(f"{measure.key}.range"), className="tile-range"),
        html.Span([f"{text(measure.trivial_words)}: ", pick(f"{measure.key}.trivial")], className="tile-trivial"),
        html.Span(text(measure.definition), className="tile-definition", role="tooltip", id=f"about-{measure.key}"),
    ]
    return html.Div(words, className="tile", tabIndex=0, **{"aria-describedby": f"about-{measure.key}"})


def _confusion_matrix() -> Component:
    def cell(name: str, words: str) -> Component:
        return html.Td([html.Strong(pick(name)), html.Span(words)])

    head = html.Tr([html.Td(), html.Th(text("Acted on"), scope="col"), html.Th(text("Left alone"), scope="col")])
    found, missed = cell("true_positive", text("found")), cell("false_negative", text("missed"))
    alarms, left = cell("false_positive", text("false alarms")), cell("true_negative", text("rightly left"))
    with_it = [html.Th(text("With it"), scope="row"), found, missed]
    without = [html.Th(text("Without it"), scope="row"), alarms, left]
    body = html.Tbody([html.Tr(with_it), html.Tr(without)])
    return html.Table([html.Caption(text("Records of the hold-out")), html.Thead(head), body], className="four")


def _table(bundle: Bundle) -> Component:
    names = (text("Measure"), text("Value"), text("95\u00a0% interval"), text("Without a model"))
    rows = [_row(measure) for measure in MEASURES if measure.headline]
    own = custom_measures_of(bundle.card, bundle.outcomes.positive)
    rows += [
        html.Tr(
            [html.Th(each.label, scope="row"), html.Td(pick(f"own-{at}")), html.Td(pick(f"own-{at}.range")), html.Td()]
        )
        for at, each in enumerate(own)
    ]
    return html.Div(html.Table([table_head(names), html.Tbody(rows)], className="measures"), className="measures-wide")


def _row(measure: Measure) -> Component:
    name = [text(measure.label), html.Small(text(measure.definition))]
    trivial = [pick(f"{measure.key}.trivial"), html.Small(text(measure.trivial_words))]
    cells = [html.Td(pick(measure.key)), html.Td(pick(f"{measure.key}.range")), html.Td(trivial)]
    return html.Tr([html.Th(name, scope="row"), *cells])


def all_outcomes(bundle: Bundle, averages: Averages) -> Component:
    """Table of all outcomes at the estimator's own decisions, with macro and weighted averages."""
    keys = [key for key in ("precision", "recall", "f1", "roc_auc", "average_precision") if key in averages.each]
    measures = [measure_of(key) for key in keys]
    names = [text("Outcome"), *(text(each.label) for each in measures)]
    rows = [
        _line(bundle.outcomes[name].label, measures, [averages.each[key][at] for key in keys])
        for at, name in enumerate(averages.outcomes)
    ]
    rows += [
        _mean(text("Mean (macro)"), measures, averages.macro, averages.macro_low, averages.macro_high),
        _mean(
            text("Mean weighted by records"), measures, averages.weighted, averages.weighted_low, averages.weighted_high
        ),
    ]
    words = text("As the model itself decides, whatever the cut-off.")
    table = html.Table([table_head(names), html.Tbody(rows)], className="measures measures-each")
    # Where the table is wider than the screen it is scrolled in its own box, also with the keyboard.
    named = {"aria-label": text("All outcomes")}
    box = html.Div(table, className="measures-wide", tabIndex=0, role="region", **named)
    return static_html(html.Div([html.P(words, className="measures-words"), box]))


Ends = Mapping[str, float]


def _line(name: str, measures: Sequence[Measure], values: Sequence[Any]) -> Component:
    cells = [html.Td(measure_words(measure, value)) for measure, value in zip(measures, values, strict=True)]
    return html.Tr([html.Th(name, scope="row"), *cells])


def _mean(name: str, measures: Sequence[Measure], means: Mapping[str, Any], low: Ends, high: Ends) -> Component:
    """A row of means, each with its interval where it has one."""
    cells = [html.Td([measure_words(each, means[each.key]), *_ends(each, low, high)]) for each in measures]
    return html.Tr([html.Th(name, scope="row"), *cells], className="average")


def _ends(measure: Measure, low: Ends, high: Ends) -> list[Component]:
    return [html.Small(span_words(measure, low[measure.key], high[measure.key]))] if measure.key in low else []
