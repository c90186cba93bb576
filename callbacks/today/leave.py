"""The route by which a page that is left gives back its claim: a browser that closes a page calls no callback."""

from __future__ import annotations

from flask import Flask, request

from feedback.desk.service import Desk
from layouts.predict.outcome_row import Claim

LEAVE = "/_leave-customer"  # to the dispatcher an address of the pages
LONGEST = 1_024  # bytes


def register(server: Flask, desk: Desk) -> None:
    """Add the route."""

    def leave() -> tuple[str, int]:
        request.max_content_length = LONGEST
        request.get_data()  # 413 where it is longer
        claim = Claim.read(request.get_json(silent=True))
        if claim is not None:
            desk.leave(claim.list, claim.row, claim.page)
        return "", 204

    server.add_url_rule(LEAVE, "leave_customer", leave, methods=["POST"])
