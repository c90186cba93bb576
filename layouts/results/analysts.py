"""For analysts: evidence over time, drift of the inputs, and performance estimated before outcomes are known."""

from __future__ import annotations

from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.results.parts import Results, table
from layouts.shared.plot_cards import read_by_keys
from ml.plots import theme
from ml.plots.columns import yes_no
from ml.plots.evidence_over_time import evidence_over_time, evidence_words
from ml.text.number_words import count, decimal, p_value_text, percent
from ml.translation import text

MOST = 12  # features that are listed


def analysts(results: Results, more: Results) -> list[Component]:
    """The three parts, of what ``feedback.results.model_results.ModelResults.of`` and ``.analysts`` give."""
    return [html.Div([_evidence(results["right"]), _drift(more["drift"]), _estimated(more)], className="plots")]


def _card(title: str, method: str, body: list[Component]) -> Component:
    head = html.Header(html.Div([html.H3(title), html.P(method)]))
    return html.Section([head, *body], className="plot-card")


def _evidence(right: Results) -> Component:
    question = text("How much evidence speaks against its probabilities, over time?")
    counted = text("All decisions count, called or not: a change in who is called can move it, too.")
    words = html.P([evidence_words(right["evidence"], right["alarm"]), " ", counted], className="plot-words")
    if not right["path"]:
        return _card(
            question, text("Calibration alarm (e-process)"), [html.P(text("There is no outcome yet that counts."))]
        )
    drawn = evidence_over_time(right["path"], right["alarm"])
    graph = dcc.Graph(figure=drawn, config=theme.CONFIG, style={"height": f"{drawn.layout.height}px"})
    return _card(question, text("Calibration alarm (e-process)"), [read_by_keys(graph, question), words])


def _drift(drift: Results | None) -> Component:
    question = text("Are the records different from those it was tested on?")
    method = text("Drift of the inputs, weighted by importance: information, no alarm")
    if drift is None:
        few = text(
            "Too few decisions are stored with their values: 50 are needed to compare (setting DECISION_VALUES)."
        )
        return _card(question, method, [html.P(few)])
    slots = {"index": percent(max(drift["index"], 0.0)), "line": percent(max(drift["line"], 0.0))}
    slots |= {"n": count(drift["records"]), "p": p_value_text(drift["p_value"])}
    if drift["beyond"]:
        said = text(
            "The latest {n} decisions are about other records than the hold-out, by {index} (chance: up to {line}; "
            "{p}).",
            **slots,
        )
    else:
        said = text(
            "The latest {n} decisions are about records like those of the hold-out ({index}; chance: up to {line}; "
            "{p}).",
            **slots,
        )
    heads = [
        text("Feature"),
        text("Importance"),
        text("Moved"),
        text("Beyond chance"),
        text("Missing before"),
        text("Now"),
    ]
    rows: list[list[Any]] = [
        [
            each["label"], percent(each["importance"]), percent(each["moved"]), yes_no(each["beyond"]),
            percent(each["missing_before"]), percent(each["missing_now"]),
        ]
        for each in drift["features"][:MOST]
    ]  # fmt: skip
    shown = table(text("Drift of each feature"), heads, rows)
    about = text("Drift of inputs need not do harm, and outcomes may change without it: for that there is the alarm.")
    return _card(question, method, [html.P(said), shown, html.P(about, className="plot-words")])


def _estimated(more: Results) -> Component:
    question = text("How good is it on the latest decisions, before their outcomes are known?")
    method = text("Estimated performance, from the probabilities alone")
    estimated = more["estimated"]
    if estimated is None:
        return _card(question, method, [html.P(text("It has not decided about anybody yet."))])
    names = {
        "precision": text("Precision"), "recall": text("Recall"), "roc_auc": text("ROC AUC"),
        "log_loss": text("Log-loss"),
    }  # fmt: skip
    rows = [[label, _estimate(estimated[name])] for name, label in names.items()]
    assumed = text(
        "This assumes that the probabilities are right for these records: if the alarm has gone off, "
        "these numbers are wrong. The intervals cover chance alone. Precision and recall are at the "
        "cut-off {cut_off}, on {n} decisions.",
        cut_off=percent(estimated["cut_off"]),
        n=count(estimated["records"]),
    )
    shown = table(text("Estimated measures"), [text("Measure"), text("Estimate (95 %)")], rows)
    return _card(question, method, [shown, html.P(assumed, className="plot-words")])


def _estimate(results: Results) -> str:
    if results["value"] is None:
        return "–"
    if results["low"] is None:
        return decimal(results["value"], 3)
    ends = {name: decimal(results[name], 3) for name in ("value", "low", "high")}
    return text("{value} ({low} to {high})", **ends)
