"""Facts about a version below the plots: model card, schema, and the estimator's diagram."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from layouts import html
from layouts.shared.blocks import table_head
from layouts.shared.static_html import static_html
from ml.bundle.bundle import Bundle
from ml.bundle.model_card import HEADS, NOT_SAID, card_facts, schema_facts
from ml.translation import in_row, text

MOST_COLUMNS = 8  # that a step of the diagram names; the others are counted


def folded(bundle: Bundle) -> list[Component]:
    """Schema and estimator, folded up like the sections of plots."""
    return [static_html(each) for each in (_schema(bundle), _diagram(bundle))]


def _folded(key: str, title: str, lead: str, body: Component) -> Component:
    summary = html.Summary([html.Strong(title, id=f"{key}-title"), html.Span(lead)])
    section = html.Section(body, className="about-card", **{"aria-labelledby": f"{key}-title"})
    return html.Details([summary, section], className="plots-more")


def card(bundle: Bundle) -> Component:
    """The model card: what the version is for, and what serves it."""
    facts = [
        html.Div([html.Dt(label), html.Dd(said, className="about-gap" if said == text(NOT_SAID) else "")])
        for label, said in card_facts(bundle)
    ]
    gaps = any(said == text(NOT_SAID) for _, said in card_facts(bundle))
    hint = text("Whoever adds the model can write what is missing here into its description.")
    words = [html.P(hint)] if gaps else []
    title = html.H2(text("What is this model for, and what serves it?"), id="card-title")
    head = html.Header([title, html.P(text("Card"))])
    named = {"aria-labelledby": "card-title"}
    whole = html.Section([head, html.Dl(facts), *words], className="about-card", **named)
    return static_html(html.Div(whole, className="about"))


def _schema(bundle: Bundle) -> Component:
    head = table_head(map(text, HEADS.values()))
    body = html.Tbody([_feature(schema_facts(feature)) for feature in bundle.schema.features])
    return _folded("schema", text("Schema"), text("What the model asks for"), html.Table([head, body]))


def _feature(facts: dict[str, str]) -> Component:
    name = [] if facts["name"] == facts["label"] else [html.Code(facts["name"])]
    cells = [html.Td(facts[key], **{"data-label": text(label)}) for key, label in HEADS.items() if key != "label"]
    return html.Tr([html.Th([html.Span(facts["label"]), *name], scope="row"), *cells])


def _diagram(bundle: Bundle) -> Component:
    diagram = bundle.card.get("diagram")
    old = text("This version was made before diagrams were kept: train or add it again to see one.")
    body = html.Ul(_node(diagram), className="diagram") if isinstance(diagram, dict) else html.P(old)
    return _folded("diagram", text("Estimator"), text("How it is put together"), body)


def _node(node: dict[str, Any]) -> Component:
    name = [html.Span(node["name"], className="diagram-name")] if node.get("name") else []
    columns = [html.P(_columns(node["columns"]), className="diagram-columns")] if node.get("columns") else []
    settings = [html.Code(f"{name} = {value}") for name, value in node.get("parameters", ())]
    words = [html.Div(settings, className="diagram-settings")] if settings else []
    box = html.Div([html.Div([html.Strong(node["kind"]), *name]), *columns, *words], className="diagram-box")
    parts = node.get("parts", ())
    if not parts:
        return html.Li(box)
    beside = node.get("parallel") and len(parts) > 1
    inner = [_node(part) for part in parts]
    kind = "diagram-beside" if beside else "diagram-after"
    # A list with numbers says to a screen reader what the arrows say to the eye: one after the other.
    return html.Li([box, html.Ul(inner, className=kind) if beside else html.Ol(inner, className=kind)])


def _columns(names: list[str]) -> str:
    shown = in_row(names[:MOST_COLUMNS])
    more = len(names) - MOST_COLUMNS
    return text("{names} and {more} more", names=shown, more=more) if more > 0 else shown
