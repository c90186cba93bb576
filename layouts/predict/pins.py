"""Comparison of scenarios: pinned records, and beside them the one in the form.

The table is drawn by ``assets/ts/predict/pins.ts``. It writes down what the page showed and computes nothing.
"""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from layouts.shared import ids
from layouts.shared.field_texts import NOT_KNOWN, YES_NO
from layouts.shared.static_html import static_html
from ml.data.outcomes import Outcomes

KEY = "Control+Enter"


def pin_tools() -> list[Component]:
    """The button that pins the current scenario, and the one that leads to the table."""
    said = {"data-do": "pin", "aria-keyshortcuts": KEY}
    pin = html.Button("Pin", type="button", title="Keep this to compare (Ctrl+Enter)", className="tool-button", **said)
    compare = html.Button("Compare", type="button", hidden=True, className="tool-button", **{"data-do": "compare"})
    return [pin, compare]


def pin_words() -> Component:
    """Place of messages about pins."""
    return html.P("", id=ids.PINS_WORDS, className="pins-words", role="status")


def pins(outcomes: Outcomes) -> Component:
    """The place of the table; it shows itself once something is pinned.

    Parameters
    ----------
    outcomes : Outcomes
        Their labels, in the order of the table's first rows.
    """
    named = json.dumps([[item.name, item.label] for item in outcomes.items], ensure_ascii=False)
    data = {"data-outcomes": named, "data-words": json.dumps({"": NOT_KNOWN} | YES_NO)}
    # The table may be wider than a phone: it scrolls inside itself, by the arrow keys too.
    frame = html.Div(
        html.Table(id=ids.PINS_TABLE, className="pins-table", **{"aria-labelledby": ids.PINS_TITLE}),
        className="pins-frame",
        tabIndex="0",
        role="region",
        **{"aria-labelledby": ids.PINS_TITLE},
    )
    heading = html.H2("Scenarios", id=ids.PINS_TITLE)
    return static_html(html.Section([heading, frame], id=ids.PINS, className="pins", hidden=True, **data))
