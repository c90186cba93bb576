"""Cards of plots, shared by the Insights and the Performance page, and the choice of their outcome.

The page is there at once; each card requests its plot when it comes near the screen (``assets/ts/plots/cards.ts``), and
its options are inputs of the plot's callback (``callbacks/plots.py``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids, plot_table
from layouts.shared.field_texts import number_format_data, typed
from layouts.shared.static_html import static_html
from ml.bundle.bundle import Bundle
from ml.data.feature import text_of
from ml.data.outcomes import Outcomes
from ml.decision.cut_offs import CUT_OFF
from ml.errors import LikelyError, UnknownOption
from ml.plots import theme
from ml.plots.catalogue import CATALOGUE
from ml.plots.drawn_plots import Drawn
from ml.plots.option import Option, Setting
from ml.plots.plot import PROBABILITIES, Plot
from ml.plots.table import TextTable
from ml.text.cut_off_words import cut_off_digits
from ml.translation import reader_language, text, text_parts

MOST_OPTIONS = 4  # that stand open on a card
TYPING = 400  # ms of quiet after a keystroke in a number until its plot is drawn anew

OpeningCutOff = tuple[float, tuple[float, ...]]


def frame(
    bundle: Bundle, outcome: str, body: list[Component], cut_off: str | None = None, opens: OpeningCutOff | None = None
) -> Component:
    """The element with the data that the page's script needs.

    Parameters
    ----------
    cut_off : str, optional
        Cut-off in the address; None where the page has none.
    opens : tuple of a float and floats, optional
        The cut-off with which the page opens and the extra rows of its threshold table: with these the plots need not
        wait for the table.
    """
    data = {"data-model": bundle.key, "data-outcome": outcome, "data-name": bundle.title}
    data |= {"data-label": bundle.outcomes[outcome].label} | number_format_data()
    if cut_off is not None:
        data["data-cut-off"] = cut_off
    if opens is not None:
        data["data-opens"] = json.dumps({"cut_off": opens[0], "extra": opens[1]})
    return html.Div(body, id=ids.PLOTS, className="plots-page", **data)


def requested_outcome(bundle: Bundle, state: dict[str, Any]) -> str:
    """The outcome that the address names, or the positive one."""
    outcome = state.get("outcome")
    return outcome if outcome in bundle.outcomes.names else bundle.outcomes.positive


def choice(outcomes: Outcomes, chosen: str) -> Component:
    """The outcome that the page is about."""
    # Of two exclusive outcomes each is the other's mirror image: the page is about the positive one.
    alone = len(outcomes) == 1 or (outcomes.exclusive and len(outcomes) == 2)
    options = [{"value": item.name, "label": item.label} for item in outcomes.items]
    select = dbc.Select(id=ids.PLOTS_OUTCOME, options=options, value=chosen)
    if alone:
        said = text_parts("Outcome: {outcome}", outcome=html.Strong(outcomes[chosen].label))
        return html.Div([html.Div(select, hidden=True), html.P(said)])
    return html.Div([html.Label(text("Outcome"), htmlFor=ids.PLOTS_OUTCOME), select], className="plots-outcome")


def fitting(bundle: Bundle, plots: Iterable[Plot]) -> list[Plot]:
    """The plots that apply to a version: it has the probabilities that they need, and something to show."""
    certain = bundle.offers == "probabilities"
    return [plot for plot in plots if (certain or plot.needs != PROBABILITIES) and plot.fits(bundle)]


def fold(
    bundle: Bundle,
    plots: Sequence[Plot],
    outcome: str,
    state: dict[str, Any],
    summary: Component,
    cut_off: float | None = None,
    opened: bool = False,
) -> Component:
    """Folded cards, whose plots are not requested; open where the address has an option of one."""
    chosen = {name.partition(".")[0] for name in state if "." in name}
    cards = [card(bundle, plot, outcome, state, cut_off) for plot in plots]
    opens = opened or any(plot.key in chosen for plot in plots)
    return html.Details([summary, html.Div(cards, className="plots")], className="plots-more", open=opens)


def card(bundle: Bundle, plot: Plot, outcome: str, state: dict[str, Any], cut_off: float | None = None) -> Component:
    """The card of a plot: question, method, options, and the place of the figure."""
    inside = place(bundle, outcome, plot.key, text(plot.question), _shared_with(plot).key)
    return html.Section(
        [_head(plot), *_options(bundle, plot, outcome, state, cut_off), *inside],
        className="plot-card plot-card-wide" if plot.wide else "plot-card",
        **_data(plot),
    )


def place(bundle: Bundle, outcome: str, key: str, question: str, options: str = "") -> list[Component]:
    """The places of a card's figure and of its data, and its request; `options`: the plot on whose card these are."""
    at = (bundle.key, outcome, key, options or key)
    waiting = static_html(html.Div(text("Working it out …"), className="plot-waiting", role="status"), "likely-waiting")
    said = {"aria-label": text("As a table: {question}", question=question)}
    opener = html.Summary(text("As a table"), id=ids.plot(*at, ids.PLOT_DATA_OPENER), **said)
    return [
        html.Div(waiting, id=ids.plot(*at), className="plot-body"),
        html.Details([opener, html.Div(id=ids.plot(*at, ids.PLOT_DATA))], className="plot-data"),
        dcc.Store(id=ids.plot(*at, ids.PLOT_REQUEST)),
    ]


def _head(plot: Plot) -> Component:
    return _head_in(reader_language(), plot)


@cache
def _head_in(_language: str, plot: Plot) -> Component:
    question = text(plot.question)
    head = html.Div([html.H3(question), html.P(text(plot.method))])
    return static_html(html.Header([head, download(plot, question)]))


def shown(drawn: Drawn) -> list[Component]:
    """A figure or a table, and the sentence under it."""
    sentence = html.P(drawn.sentence, className="plot-words")
    if isinstance(drawn.figure, TextTable):
        return [plot_table.shown(drawn.figure), sentence]
    height = {"height": f"{drawn.figure.layout.height}px"}
    graph = dcc.Graph(figure=drawn.figure, config=theme.CONFIG, style=height)
    return [read_by_keys(graph, text(drawn.plot.question)), sentence]


def read_by_keys(graph: Component, question: str) -> Component:
    """A figure that takes the focus, and the place of the words of its points (``assets/ts/plots/keys.ts``)."""
    words = html.P("", className="visually-hidden", role="status")
    keys = text("Arrow keys read the points.")
    named = {"aria-label": f"{question} {keys}", "aria-roledescription": text("plot")}
    return html.Div([graph, words], className="plot-figure", tabIndex=0, role="application", **named)


def plot_error(error: LikelyError) -> list[Component]:
    """The reason why a plot cannot be drawn, in its place."""
    return [html.Div([html.P(error.message), html.P(error.hint, className="plot-hint")], className="plot-refusal")]


def unfinished(error: LikelyError) -> list[Component]:
    """Message in place of a result that takes long: its computation continues, and the element asks again."""
    words = html.P(f"{error.message} {error.hint}")
    said = html.Div(words, className="plot-refusal", role="status", **{"data-again": "true"})
    return [static_html(said, "likely-unfinished")]


def following(texts: Sequence[str], row: int, style: str = "plot-words") -> Component:
    """Texts that follow the page's cut-off, one for each row of its table."""
    return html.P(texts[row], className=style, **{"data-follows": json.dumps(list(texts))})


def followed(texts: Sequence[str], row: int, best: tuple[float, str] | None = None) -> list[Component]:
    """Like :func:`following`, and a button that moves the cut-off to the best."""
    words = following(texts, row, "plot-follows")
    if best is None:
        return [words]
    there = {"data-go": repr(best[0])}
    said = text("Show everything at {cut_off}", cut_off=best[1])
    button = html.Button(said, type="button", className="quiet-button", **there)
    return [words, button]


def _data(plot: Plot) -> dict[str, str]:
    data = {"data-plot": plot.key}
    if plot.mark:
        data["data-mark"] = json.dumps([plot.mark.x, plot.mark.y])
    if any(option.key == CUT_OFF for option in plot.options):
        data["data-follows-cut-off"] = "moves" if moves(plot) else "asks"
    if (first := _shared_with(plot)) is not plot:
        data["data-options-of"] = first.key
    return data


def moves(plot: Plot) -> bool:
    """True when the plot shows the confusion counts at the cut-off, which the script can fill in itself."""
    return any(option.key == CUT_OFF and not option.computed for option in plot.options)


def _shared_with(plot: Plot) -> Plot:
    """The first plot with the same options: their fields are on its card only."""
    return next((row for row in CATALOGUE if plot.options and row.options is plot.options), plot)


def _options(bundle: Bundle, plot: Plot, outcome: str, state: dict[str, Any], cut_off: float | None) -> list[Component]:
    if _shared_with(plot) is not plot:
        return []
    own = [option for option in plot.options if plot.page != "performance" or option.key != CUT_OFF]
    fields = html.Div(
        [_option(bundle, plot, option, outcome, state, cut_off) for option in own], className="plot-options"
    )
    if len(own) <= MOST_OPTIONS:
        return [fields] if own else []
    opened = any(f"{plot.key}.{option.key}" in state for option in own)
    summary = html.Summary(text("What is assumed here: change it"))
    return [html.Details([summary, fields], className="plot-assumes", open=opened)]


def _option(
    bundle: Bundle, plot: Plot, option: Option, outcome: str, state: dict[str, Any], cut_off: float | None
) -> Component:
    opens = _text(_opening(option, option.opens_with(bundle, outcome), cut_off))
    raw = state.get(f"{plot.key}.{option.key}")
    value = opens if raw is None else _accepted(bundle, option, outcome, raw, opens)
    named = ids.plot_option(bundle.key, outcome, plot.key, option.key)
    control = (
        dbc.Input(id=named, type="text", inputmode="decimal", value=typed(value), autocomplete="off", debounce=TYPING)
        if option.choices is None
        else dbc.Select(
            id=named,
            value=value,
            options=[{"value": item, "label": label} for item, label in option.choices(bundle, outcome)],
        )
    )
    words = [text(option.label), *([html.Span(f" {text(option.unit)}", className="unit")] if option.unit else [])]
    note = [html.Small(text(option.help))] if option.help else []
    data = {"data-option": option.key, "data-opens": opens}
    return html.Div([html.Label(words, htmlFor=ids.element(named)), control, *note], className="plot-option", **data)


def _opening(option: Option, value: Setting, cut_off: float | None) -> Setting:
    """Initial value of a field: a cut-off is the one in use, with as many digits as people read of it elsewhere."""
    if option.key == CUT_OFF and isinstance(value, float):
        return round(float(cut_off_digits(value if cut_off is None else cut_off)) / 100, 15)
    return value


def _accepted(bundle: Bundle, option: Option, outcome: str, raw: object, opens: str) -> str:
    """The address's value of an option if the plot takes it, else the one with which the option opens."""
    try:
        return _text(option.read(bundle, outcome, raw))
    except UnknownOption:
        return opens


def _text(value: Setting) -> str:
    return value if isinstance(value, str) else "" if value is None else text_of(value)


def download(plot: Plot, question: str) -> Component:
    """The menu of a card: its picture and its data as files."""
    said = {"aria-label": text("Download: {question}", question=question)}
    picture = [
        html.Button(text("Picture ({kind})", kind=kind.upper()), type="button", **{"data-picture": kind})
        for kind in ("png", "svg")
    ]
    data = html.A(text("Data (CSV)"), href="#", download="", **{"data-table": plot.key})
    return html.Details(
        [html.Summary(text("Download"), **said), html.Div([*picture, data], className="plot-downloads")],
        className="plot-download help",
    )
