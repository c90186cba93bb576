"""The usual way to serve a classifier, to measure ours beside it.

A Dash page as tutorials write it (dcc components, a plotly bar chart, one callback that asks the
estimator with a one-row frame), and two Flask routes: one that does nothing, one that keeps the
pipeline in memory and asks it.
"""

from __future__ import annotations

import os
from typing import Any

import pandas as pd
import plotly.express as px
from dash import Dash, Input, Output, dcc, html
from flask import Flask, Response, jsonify, request

from ml.service import open_service

BUNDLE = open_service(os.environ.get("MODELS_DIR", "models")).model(os.environ.get("MODEL", "breast-cancer"))
ESTIMATOR = BUNDLE.estimator
NAMES = BUNDLE.schema.names
CLASSES = [str(value) for value in ESTIMATOR.classes_]

flask = Flask(__name__)


@flask.route("/nothing", methods=["GET", "POST"])
def nothing() -> tuple[str, int, dict[str, str]]:
    request.get_data()
    return "{}", 200, {"Content-Type": "application/json"}


@flask.post("/predict")
def predict() -> Response:
    frame = pd.DataFrame([request.get_json()])[list(NAMES)]
    return jsonify(dict(zip(CLASSES, ESTIMATOR.predict_proba(frame)[0].tolist(), strict=True)))


def make_dash() -> Dash:
    app = Dash(__name__, compress=True)
    fields = [
        html.Label([f.label, dcc.Input(id=f.name, type="number", value=f.default, step="any")])
        for f in BUNDLE.schema.features
    ]
    app.layout = html.Div([*fields, html.Div(id="answer"), dcc.Graph(id="bars")])

    @app.callback(Output("answer", "children"), Output("bars", "figure"), [Input(name, "value") for name in NAMES])  # type: ignore[untyped-decorator]  # Dash is not read
    def show(*values: float | None) -> tuple[str, Any]:
        given = ESTIMATOR.predict_proba(pd.DataFrame([dict(zip(NAMES, values, strict=True))]))[0]
        return f"{CLASSES[0]}: {given[0]:.6f}", px.bar(x=given, y=CLASSES, orientation="h")

    return app


if os.environ.get("USUAL") == "dash":
    server = make_dash().server
    server.test_client().get("/_dash-layout")  # Dash's first requests race, and some of them would fail
    px.bar(x=[0.5], y=CLASSES[:1])  # and so do plotly's first figures, which load a template
