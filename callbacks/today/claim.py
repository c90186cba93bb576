"""The claim of a page on a customer: renewed while it is open, and given back when it is left."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State
from dash.exceptions import PreventUpdate
from flask import Flask, request

from feedback.desk.service import Desk
from layouts.predict.outcome_row import Claim
from layouts.shared import ids
from layouts.shared.static_html import message_attributes
from ml.translation import text

LEAVE = "/_leave-customer"  # to the dispatcher an address of the pages
LONGEST = 1_024  # bytes


def register(app: Dash, desk: Desk) -> None:
    """Renew the claim of an open page, and add the route of one that is left."""
    app.callback(
        Output(ids.CLAIM_SAID, "attributes"),
        Input(ids.CLAIM_TICK, "n_intervals"),
        State(ids.CLAIM_HELD, "data"),
        prevent_initial_call=True,
    )(lambda _, held: renew(desk, held))
    add_route(app.server, desk)


def renew(desk: Desk, held: Any) -> dict[str, Any]:
    """Renew the claim of a page that is open; words where somebody else is with the customer by now."""
    claim = Claim.read(held)
    if claim is None:
        raise PreventUpdate
    if desk.renew(claim.list, claim.row, claim.page):
        return message_attributes({"words": ""})
    other = desk.holder(claim.list, claim.row)
    if other is None:
        return message_attributes({"words": text("Somebody else is done with this customer.")})
    name = desk.names().of(other) or text("Somebody")
    return message_attributes({"words": text("{name} is with this customer now.", name=name)})


def add_route(server: Flask, desk: Desk) -> None:
    """Give a claim back: a browser that closes a page calls no callback."""

    def leave() -> tuple[str, int]:
        request.max_content_length = LONGEST
        request.get_data()  # 413 where it is longer
        claim = Claim.read(request.get_json(silent=True))
        if claim is not None:
            desk.leave(claim.list, claim.row, claim.page)
        return "", 204

    server.add_url_rule(LEAVE, "leave_customer", leave, methods=["POST"])
