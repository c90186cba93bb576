"""The Versions page as it opens, and its table once figures have been worked out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from dash.development.base_component import Component

from auth.access import allowed, require
from auth.permissions import Permission
from callbacks.versions.challenger import Shadow
from feedback.shadow.challengers import SHARES
from layouts import html
from layouts.shared.static_html import signal
from layouts.versions import challenger, change
from layouts.versions import page as versions_page
from ml.errors import LikelyError
from ml.lifecycle.actions import live_before
from ml.lifecycle.difference import Difference, difference
from ml.lifecycle.listing import Listing, VersionFacts, figures_now, list_versions
from ml.runtime import memory
from ml.runtime.deadline import ANSWER_DEADLINE, StillWorking, deadline
from ml.service import Service
from ml.translation import text

STEPS = (*change.KINDS, "challenge", "stop")  # names in the page's address
MOST = 30  # versions that are listed


def opening(service: Service, model: str, query: Mapping[str, str], shadow: Shadow | None = None) -> Component:
    """The page, or the step to another version that its address names; parameters as of the router."""
    step = next((kind for kind in STEPS if query.get(kind)), "")
    shown = _opened(service, model, query, shadow or Shadow(service))
    return html.Div([shown, signal("step", of=f"{step} {query[step]}" if step else "")])  # a script moves the focus


def _opened(service: Service, model: str, query: Mapping[str, str], shadow: Shadow) -> Component:
    name = model.partition("@")[0]
    service.allow(name)
    for kind in change.KINDS:
        if to := query.get(kind):
            return _step(service, model, kind, to)
    if to := query.get("challenge") or query.get("stop"):
        return _shadow_step(shadow, model, to, stops="challenge" not in query)
    listing = _listing(service, name, only_kept=True)
    may_change = allowed(Permission.VERSIONS, name)
    back = live_before(service.registry.folder, name)
    return versions_page.page(listing, model, back, may_change=may_change, challenger=_challenger_of(shadow, name))


def show_table(shadow: Shadow, _times: object, place: Any) -> tuple[Component, bool]:
    """The table with the figures that are known by now, and True when no more are to come; `place` names the model."""
    model, service = str(place["model"]), shadow.service
    name = model.partition("@")[0]
    service.allow(name)
    with deadline(ANSWER_DEADLINE):
        listing = _listing(service, name)
    may_change = allowed(Permission.VERSIONS, name)
    shown = versions_page.table_or_words(listing, model, _challenger_of(shadow, name), may_change=may_change)
    return shown, not versions_page.waits(listing)


def _listing(service: Service, name: str, *, only_kept: bool = False) -> Listing:
    return list_versions(service.registry.folder, name, partial(_figures, service, only_kept=only_kept), MOST)


def _figures(service: Service, key: str, *, only_kept: bool) -> Mapping[str, Any] | None:
    """Figures of a version, cached; computed once however many ask (single-flight)."""
    cache_key = (key, "version figures")
    figures: Mapping[str, Any] | None = service.kept(cache_key)
    if figures is None and not only_kept:
        with suppress(StillWorking):
            figures = service.result(cache_key, partial(_worked_out, service, key))
    return figures


def _worked_out(service: Service, key: str) -> dict[str, Any]:
    try:
        return figures_now(service.registry.folder, key)
    finally:
        memory.give_back(collect=True)


def _step(service: Service, model: str, kind: change.Kind, to: str) -> Component:
    name = model.partition("@")[0]
    try:
        require(Permission.VERSIONS, name)
    except LikelyError as error:
        return change.refused(str(error), model)
    with deadline(ANSWER_DEADLINE):
        listing = list_versions(service.registry.folder, name, partial(_figures, service, only_kept=False))
    by_name = {each.fingerprint: each for each in listing.versions}
    if to not in by_name:
        return change.refused(text("There is no version {version} of this model.", version=to[:40]), model)
    if to == listing.live:
        return change.refused(text("Version {version} is live already.", version=to), model)
    if kind == "rollback" and to != live_before(service.registry.folder, name):
        return change.refused(text("A rollback would no longer lead to {version}.", version=to), model)
    live = by_name.get(listing.live or "")
    return change.confirmation(
        change.PendingChange(kind, by_name[to], live, listing.events, _difference(service, name, live, to)), model
    )


def _challenger_of(shadow: Shadow, name: str) -> str:
    """Fingerprint of the challenger; empty for none."""
    state = shadow.of(name)
    return state.challenger.version.partition("@")[2] if state else ""


def _shadow_step(shadow: Shadow, model: str, to: str, *, stops: bool) -> Component:
    """The form that chooses a challenger, or stops it."""
    name, service = model.partition("@")[0], shadow.service
    try:
        require(Permission.VERSIONS, name)
    except LikelyError as error:
        return change.refused(str(error), model)
    asked = _challenger_of(shadow, name)
    if stops and to != asked:
        return change.refused(text("{version} is not the challenger.", version=to[:40]), model)
    if stops:
        return challenger.stopping(to, model)
    with deadline(ANSWER_DEADLINE):
        listing = list_versions(service.registry.folder, name, partial(_figures, service, only_kept=False))
    by_name = {each.fingerprint: each for each in listing.versions}
    if to not in by_name or listing.live not in by_name or to == listing.live:
        return change.refused(
            text("There is no version {version} to compare with the live one.", version=to[:40]), model
        )
    rows = by_name[listing.live], by_name[to]
    return challenger.choosing(rows, listing.events, model, SHARES, asked if asked != to else "")


def _difference(service: Service, name: str, live: VersionFacts | None, to: str) -> Difference:
    return difference(service.registry.folder, f"{name}@{live.fingerprint}", f"{name}@{to}") if live else Difference()
