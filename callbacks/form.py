"""Callback in the browser of pages with a form: a changed control makes a request, when one is due."""

from __future__ import annotations

from dash import ALL, ClientsideFunction, Dash, Input, Output

from layouts.shared import ids


def request_when_due(app: Dash, request: str) -> None:
    """Give a page's request when a control of its form has another value and the server is to be asked.

    ``changed`` in ``assets/ts/shared/form.ts`` gives the request (debounce): none while a person types or an answer is
    awaited, for Dash discards the answer of a request that a newer one follows, and while a key is held down nothing
    would be shown (``docs/decisions/0070-controls-are-inputs.md``). `request` is the id of the store that holds it: the
    input of the callback that asks the server.
    """
    app.clientside_callback(
        ClientsideFunction("likely", "changed"),
        Output(request, "data"),
        Input(ids.field(ALL), "value"),
        prevent_initial_call=True,
    )
