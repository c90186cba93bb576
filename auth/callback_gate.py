"""Permission check of Dash's callbacks: all have one address, so the callback is read from the request's body."""

from __future__ import annotations

from dash import Dash
from flask import Flask, Response, g, jsonify, request

from auth.access import refused
from auth.caller import Request, current_request, use_request
from auth.table import permission_of_callback

PATH = "/_dash-update-component"


def guard_callbacks(app: Dash) -> None:
    """Refuse callbacks that the caller may not use; in the others, access to models is checked by their permission.

    Call it after the check of the request's envelope (``web.callback_guard``), for it reads which callback is meant.
    """
    server: Flask = app.server

    @server.before_request
    def check() -> tuple[Response, int] | None:
        asked = current_request()
        if asked is None or request.path != PATH or request.method != "POST":
            return None
        needs = permission_of_callback(request.get_json().get("output"))
        if needs is None or not asked.caller.may(needs):
            error = refused(needs) if needs else refused(asked.needs)
            return jsonify(error={"code": error.code, "message": str(error)}), 403
        g.callback_request = use_request(Request(asked.caller, needs, asked.id))
        g.callback_request.__enter__()
        return None

    @server.teardown_request
    def leave(_error: BaseException | None) -> None:
        entered = g.pop("callback_request", None)
        if entered is not None:
            entered.__exit__(None, None, None)
