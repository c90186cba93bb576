"""Change of the cut-off for everybody: the dialog that asks for a reason, and the list of changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dash.development.base_component import Component

from layouts import html
from layouts.performance.headline import pick
from layouts.shared import ids
from layouts.shared.static_html import static_html
from ml.text.cut_off_words import cut_off_text
from ml.translation import plural, text, text_parts

MOST = 50  # changes that are listed


class Change(Protocol):
    """One change of a cut-off, as ``store.cut_off_change.CutOffChange`` has it."""

    @property
    def before(self) -> float:
        """The cut-off that was in use."""

    @property
    def after(self) -> float | None:
        """The new one; None where the choice was forgotten with its model."""

    @property
    def reason(self) -> str:
        """Reason of the change."""

    @property
    def who(self) -> str | None:
        """Author of the change, where that is known."""

    @property
    def at(self) -> datetime:
        """Time of the change, UTC."""


def dialog() -> Component:
    """Modal dialog that asks whether everybody is to use the cut-off, and why; ``cut-off.ts`` opens it."""
    asks = {"aria-labelledby": f"{ids.CUT_OFF_DIALOG}-title", "aria-describedby": f"{ids.CUT_OFF_DIALOG}-about"}
    about = html.P(
        text_parts(
            "Prediction and campaigns use it at once, for everybody. In use now: {cut_off}.",
            cut_off=pick("in_use"),
        ),
        id=f"{ids.CUT_OFF_DIALOG}-about",
    )
    said = {"data-undone": text("Undone."), "data-missing": text("Say in a few words why.")}
    why = html.Textarea(
        id=ids.CUT_OFF_REASON,
        rows=2,
        required=True,
        **said,
        **{"aria-describedby": f"{ids.CUT_OFF_DIALOG}-said"},
    )
    buttons = [
        html.Button(text("Cancel"), id=ids.CUT_OFF_CANCEL, type="button", className="quiet-button"),
        html.Button(text("Use it"), id=ids.CUT_OFF_CONFIRM, type="button", className="cut-off-use"),
    ]
    body = [
        html.H2(text_parts("Use {cut_off} for everybody?", cut_off=pick("cut_off")), id=f"{ids.CUT_OFF_DIALOG}-title"),
        about,
        html.Label(text("Why?"), htmlFor=ids.CUT_OFF_REASON),
        why,
        html.P("", className="cut-off-dialog-said", role="alert", id=f"{ids.CUT_OFF_DIALOG}-said"),
        html.Div(buttons, className="dialog-buttons"),
    ]
    return html.Dialog(body, id=ids.CUT_OFF_DIALOG, className="dialog cut-off-dialog", **asks)


def history(changes: Sequence[Change]) -> Component | str:
    """The changes, the newest first, folded up under their number; empty where there are none."""
    if not changes:
        return ""
    many = len(changes)
    twice = text("Changed twice") if many == 2 else ""
    times = twice or plural("Changed once", "Changed {n} times", many)
    listed = html.Ol([_change(each) for each in changes[:MOST]], reversed=True, start=many)
    more = [html.P(text("The newest {n} of them.", n=MOST))] if many > MOST else []
    return static_html(html.Details([html.Summary(times), *more, listed]))


def unread() -> Component:
    """Said where the changes cannot be read."""
    return html.P(text("Its changes cannot be read just now: the store does not answer."))


def _change(change: Change) -> Component:
    after = text("no cut-off was chosen") if change.after is None else cut_off_text(change.after)
    when = html.Time(f"{change.at:%Y-%m-%d %H:%M} UTC", dateTime=change.at.isoformat(timespec="seconds"))
    by = f", {change.who}" if change.who else ""
    return html.Li([when, f"{by}: {cut_off_text(change.before)} → {after}. {change.reason}"])
