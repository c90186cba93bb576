"""The step to another version, as somebody confirms it on the page."""

from __future__ import annotations

from typing import Any

from dash import no_update
from dash.development.base_component import Component

from auth.versions import changes as version_changes
from auth.versions.changes import VersionChange
from layouts.versions import change
from ml.errors import LikelyError
from ml.service import Service
from ml.translation import text


def change_version(service: Service, clicks: Any, why: Any, place: Any) -> tuple[list[Component], Any]:
    """Make a version live or roll back, and say what is live then; True for what ends the form.

    Parameters
    ----------
    clicks : int or None
    why : str
        As all that a browser sends, it may be anything.
    place : dict
        Id of the button: the model of the address, the version `to`, the one that was `live` when the page was made,
        and the `kind` of the step.
    """
    if not clicks:
        return [], no_update
    model, to, live, kind = (str(place[name]) for name in ("model", "to", "live", "kind"))
    name, reason = model.partition("@")[0], why if isinstance(why, str) else ""
    try:
        if kind == "rollback":
            made = version_changes.roll_back(service, name, reason, live, to)
        else:
            made = version_changes.promote(service, name, to, reason, live)
    except LikelyError as error:
        return change.failed(error.message, error.hint), False
    return change.changed(_words(made), model), True


def _words(made: VersionChange) -> str:
    if made.entry is None:
        return text("{version} is live already. Nothing was changed.", version=made.live)
    if made.previous is None:
        return text("{version} is live now.", version=made.live)
    return text("{version} is live now. Before it was {previous}.", version=made.live, previous=made.previous)
