"""Has it been right: the verdict in a sentence, and what was said and what came, by band."""

from __future__ import annotations

from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.results.parts import Results, Sentence, card, date_text, how_to_tell, share_text, table
from layouts.shared import ids
from ml.text.number_words import count, decimal, percent, span
from ml.translation import plural, text, text_parts

LONGEST_REASON = 500  # characters
DAY = 86_400.0  # seconds


def calibration_card(results: Results, label: str, may_acknowledge: bool) -> Component:
    """The card, of what ``feedback.results.model_results.ModelResults.of`` gives; who may end an alarm finds how."""
    right, records = results["right"], results["records"]
    more: list[Component] = []
    if not records["told"]:
        more.append(how_to_tell())
    if right["all"]["records"]:
        more.append(_bands(right, label))
    if right["state"] == "off" and right["episode"] and may_acknowledge:
        more.append(_acknowledge(right["episode"]))
    return card("right", text("Has it been right?"), [*_verdict(right, label), *_left_out(records)], more)


def _verdict(right: Results, label: str) -> list[Sentence]:
    if right["state"] == "off":
        return _off(right, label)
    if not right["outcomes"]:
        return [text("Nobody can say yet: no outcome of a decision is known.")]
    times = {name: count(round(right[name] * right["outcomes"])) for name in ("said", "came")}
    so_far = plural(
        "Of {n} decision whose outcome is known, “{outcome}” was expected {said} times and came {came} times.",
        "Of {n} decisions whose outcome is known, “{outcome}” was expected {said} times and came {came} times.",
        right["outcomes"],
        outcome=label,
        **times,
    )
    if right["state"] == "right":
        return [text("Yes: outcomes came as often as it said."), so_far]
    wanted = right["wanted"]
    if wanted is None or wanted <= right["outcomes"]:
        return [text("Too few outcomes are known yet; nothing speaks against it so far."), so_far]
    enough = text("With about {wanted} a large error would show.", wanted=count(wanted))
    return [text("Too few outcomes are known yet; nothing speaks against it so far."), so_far, enough]


def _off(right: Results, label: str) -> list[Sentence]:
    numbers = {"said": percent(right["said"]), "came": percent(right["came"]), "outcome": label}
    date = date_text(right["since"])
    if right["direction"] == "more":
        first = text_parts("No: it has been off since {date}. Outcomes come more often than it says.", date=date)
    else:
        first = text_parts("No: it has been off since {date}. Outcomes come less often than it says.", date=date)
    since = text("Since then it said {said} for “{outcome}” on average, and {came} came.", **numbers)
    advice = text("Do not rely on its probabilities; have the model trained again with the outcomes since then.")
    return [first, since, advice]


def _left_out(records: Results) -> list[str]:
    said = []
    if records["unripe"]:
        slots = {"share": percent(records["unripe_share"]), "days": decimal(records["after"] / DAY, 0)}
        said.append(
            plural(
                "Of {n} more decision ({share} of all) it may still come, within {days} days; it counts neither way.",
                "Of {n} more decisions ({share} of all) it may still come, within {days} days; they count neither way.",
                records["unripe"],
                **slots,
            )
        )
    if records["unknown"]:
        said.append(
            plural(
                "For {n} decision nobody has noted what came.",
                "For {n} decisions nobody has noted what came.",
                records["unknown"],
            )
        )
    return said


def _bands(right: Results, label: str) -> Component:
    """Table of predicted and observed shares, a row for each band, with a picture of them."""
    heads = [text("Probability"), text("Outcomes known"), text("Said"), text("Came (95 %)"), text("Picture")]
    rows = [each for each in (*right["bands"], right["all"]) if each["records"]]
    caption = text("What was said and what came of “{outcome}”, by band of probability", outcome=label)
    marks = {
        "said": text("said"),
        "came": text("came"),
        "between": text("95 % interval for the share of all such records"),
    }
    key = html.P(
        [html.Span([html.Span("", className=f"mark-{name}"), words]) for name, words in marks.items()],
        className="said-came-key",
        **{"aria-hidden": "true"},
    )
    return html.Div([table(caption, heads, [_band(each, right["all"]) for each in rows], "said-came-table"), key])


def _band(row: Results, every: Results) -> list[Any]:
    if row is every:
        name: Any = html.Strong(text("All"))
    else:
        band = span(percent(row["start"]), percent(row["end"]))
        name = [row["label"] or "", " ", html.Span(band, className="unit number")]
    came = share_text(row)
    off: list[Component] = []
    if row["off"]:
        off = [html.Span(text("off"), className="said-came-off")]
    return [name, count(row["records"]), percent(row["said"]), html.Span([came, *off]), _picture(row)]


def _picture(row: Results) -> Component:
    marks = {f"--{name}": f"{100 * row[name]:.2f}%" for name in ("said", "low", "high")}
    marks["--came"] = f"{100 * row['share']:.2f}%"
    parts = [html.Span("", className=f"mark-{name}") for name in ("between", "came", "said")]
    return html.Div(parts, className="said-came", style=marks, **{"aria-hidden": "true"})


def _acknowledge(episode: str) -> Component:
    """Ends the alarm: the question begins anew."""
    label = html.Label(text("We know about it. What is being done?"), htmlFor=ids.RESULTS_REASON)
    reason = dcc.Input(id=ids.RESULTS_REASON, type="text", maxLength=LONGEST_REASON, value="", className="form-control")
    button = html.Button(
        text("Acknowledge and start again"), id=ids.RESULTS_ACKNOWLEDGE, type="button", className="quiet-button",
        **{"data-episode": episode},
    )  # fmt: skip
    about = text("After that only outcomes that become known later count, and the alarm can go off again.")
    said = html.P("", id=ids.RESULTS_SAID, role="status")
    return html.Div(
        [
            label,
            html.Div([reason, button], className="results-acknowledge"),
            html.P(about, className="results-note"),
            said,
        ],
        className="acknowledge-alarm",
    )
