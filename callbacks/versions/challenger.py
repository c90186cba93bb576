"""The challenger on the Versions page: shown, chosen and stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import no_update
from dash.development.base_component import Component

from auth.access import allowed
from auth.permissions import Permission
from feedback.shadow.challengers import Challengers, State
from layouts.versions import challenger as layout
from layouts.versions import change
from layouts.versions.challenger import ShownChallenger, share_text
from ml.errors import LikelyError
from ml.runtime.deadline import ANSWER_DEADLINE, StillWorking, deadline
from ml.service import Service
from ml.translation import text
from store.errors import StoreUnavailable


@dataclass(frozen=True)
class Shadow:
    """Reader of challengers for the page; shows none where there is no store of challengers."""

    service: Service
    challengers: Challengers | None = None

    def of(self, name: str) -> State | None:
        """The challenger of a model; None where there is none, or the store does not answer."""
        try:
            return self.challengers.state(name) if self.challengers else None
        except StoreUnavailable:
            return None


def show_challenger(shadow: Shadow, _times: object, place: Any) -> tuple[Any, bool]:
    """The challenger and how it does, and True when the page need not ask again; `place` names the model."""
    model = str(place["model"])
    name = model.partition("@")[0]
    shadow.service.allow(name)
    state = shadow.of(name)
    if state is None or shadow.challengers is None:
        return "", True
    judged = _judged(shadow, state)
    may_change = allowed(Permission.VERSIONS, name)
    return layout.section(_shown(state, judged), model, may_change=may_change), judged is not None


def _judged(shadow: Shadow, state: State) -> Mapping[str, Any] | None:
    """Judgements by label of the outcome; None while they are being worked out, nothing where a version is gone."""
    try:
        with deadline(ANSWER_DEADLINE):
            judgements = shadow.challengers.judged(state) if shadow.challengers else {}
        outcomes = shadow.service.model(state.challenger.model).outcomes
    except StillWorking:
        return None
    except (LikelyError, StoreUnavailable):
        return {}
    return {outcomes[name].label: each for name, each in judgements.items()}


def _shown(state: State, judged: Mapping[str, Any] | None) -> ShownChallenger:
    chosen, counts = state.challenger, state.counts
    return ShownChallenger(
        chosen.version.partition("@")[2], chosen.share, chosen.since, chosen.by, chosen.why,
        counts.answered, counts.failed, counts.waiting, chosen.left_out, counts.errors, counts.seconds, counts.beside,
        judged,
    )  # fmt: skip


def choose_challenger(shadow: Shadow, clicks: Any, why: Any, place: Any, share: Any) -> tuple[list[Component], Any]:
    """Choose a challenger; True for what ends the form.

    Parameters
    ----------
    clicks : int or None
    why : str
    place : dict
        Id of the button: the model of the address, and the version.
    share : str
        Share of the decisions. As all that a browser sends, why and share may be anything.
    """

    def choose(challengers: Challengers, name: str, version: str) -> str:
        chosen = challengers.choose(f"{name}@{version}", _share(share), _reason(why))
        said = share_text(chosen.share)
        return text("From now on {version} is asked too, for {share} of the decisions.", version=version, share=said)

    return _changed(shadow, clicks, place, choose)


def stop_challenger(shadow: Shadow, clicks: Any, why: Any, place: Any) -> tuple[list[Component], Any]:
    """Ask a challenger no more; parameters as of :func:`choose_challenger`."""

    def stop(challengers: Challengers, name: str, version: str) -> str:
        challengers.stop(name, _reason(why))
        return text("{version} is no longer asked.", version=version)

    return _changed(shadow, clicks, place, stop)


def _changed(
    shadow: Shadow, clicks: Any, place: Any, does: Callable[[Challengers, str, str], str]
) -> tuple[list[Component], Any]:
    if not clicks:
        return [], no_update
    model, version = str(place["model"]), str(place["to"])
    try:
        if shadow.challengers is None:
            raise StoreUnavailable
        return change.changed(does(shadow.challengers, model.partition("@")[0], version), model), True
    except LikelyError as error:
        return change.failed(error.message, error.hint), False
    except StoreUnavailable:
        return change.failed(text("Nothing was changed: the store does not answer."), ""), False


def _reason(given: Any) -> str:
    return given if isinstance(given, str) else ""


def _share(given: Any) -> float:
    try:
        return float(given)
    except (TypeError, ValueError):
        return 0.0  # which is refused
