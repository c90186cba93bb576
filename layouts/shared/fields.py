"""Form fields: one for each feature, with label, unit, help, control, and room for a message under it."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids
from layouts.shared.controls import control, described_by
from layouts.shared.field_texts import starting_text
from layouts.shared.search_box import words_of
from layouts.shared.static_html import static_html
from ml.data.feature import Feature, text_of
from ml.data.records import shown
from ml.translation import text


def field(
    feature: Feature,
    position: int,
    held: str,
    *,
    live: bool = False,
    start: str | None = None,
    reset_to: str | None = None,
    searched: bool = False,
) -> Component:
    """The field of one feature.

    Parameters
    ----------
    position : int
        Position of the feature in its schema, from which its ids are made.
    held : str
        What stands in it.
    live : bool
        With a button that resets it, and a place for the sweep of the score over its values.
    start : str or None
        With what it starts in a new record; None for the feature's default.
    reset_to : str or None
        The value of the record in the form, to which the button resets; None for a new record.
    searched : bool
        With the words that a search over the form matches.
    """
    hint = range_hint(feature)
    said = html.P(hint, id=ids.said(position), className="field-said")
    return html.Div(
        [
            _head(feature, position, live),
            control(feature, position, held),
            *([html.Div(className="what-if")] if live else []),
            said,
        ],
        className=f"field field-{feature.shown_as}",
        **_data(feature, position, starting_text(feature) if start is None else start, reset_to),
        **{"data-hint": hint},
        **({"data-words": words_of(feature)} if searched else {}),
    )


def range_hint(feature: Feature) -> str:
    """The training range in a few words; empty where a feature has none."""
    if feature.seen is None or feature.codes or not feature.is_ordered:
        return ""
    low, high = (shown(end, feature) for end in feature.seen)
    return text("{low} to {high} in training", low=low, high=high)


def _data(feature: Feature, position: int, start: str, reset_to: str | None) -> dict[str, str]:
    data = {
        "data-feature": feature.name,
        "data-control": ids.element(ids.field(position)),
        "data-said": ids.said(position),
        "data-says": described_by(feature, position),
        "data-start": start,
        "data-default": start if reset_to is None else reset_to,
    }
    if feature.personal:
        data["data-personal"] = "true"
    if feature.is_number:
        numbers = {"data-low": feature.low, "data-high": feature.high, "data-step": feature.step or 1}
        numbers["data-typical"] = feature.default
        data |= {name: text_of(value) for name, value in numbers.items() if value is not None}
    return data


def _head(feature: Feature, position: int, live: bool) -> Component:
    words = [html.Span(feature.label)]
    if feature.unit:
        words += [" ", html.Span(feature.unit, className="unit")]
    named = {"id": ids.label(position), "className": "field-label"}
    # A group of buttons has no one control that a label could be for: it is named by its role instead.
    grouped = feature.shown_as == "radio"
    control = ids.element(ids.field(position))
    label = html.Span(words, **named) if grouped else html.Label(words, htmlFor=control, **named)
    tools = [_reset(feature)] if live else []
    parts = [label, *tools, *([_help(feature, position)] if feature.help else [])]
    return static_html(html.Div(parts, className="field-head"))


# Tab leads from one value to the next, so the tools beside a value have shortcuts instead
# (assets/ts/shared/shell.ts, assets/ts/predict/call.ts), and screen readers read the help with the control.
def _reset(feature: Feature) -> Component:
    said = {
        "aria-label": text("Reset {feature}", feature=feature.label),
        "aria-keyshortcuts": "Alt+R",
        "data-reset": "field",
    }
    looks = {"className": "quiet-button reset", "hidden": True, "title": "Alt+R", "tabIndex": "-1"}
    return html.Button(text("Reset"), type="button", **looks, **said)


def _help(feature: Feature, position: int) -> Component:
    said = {"aria-label": text("About {feature}", feature=feature.label), "aria-keyshortcuts": "F1"}
    mark = html.Summary("?", title="F1", tabIndex="-1", **said)
    return html.Details([mark, html.P(feature.help, id=ids.help_of(position))], className="help")
