"""Pages of plots as the server writes them into the index: on the screen before Dash has started."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import Any

from callbacks.performance import averages_asked, counts_asked
from callbacks.plots import plot_asked
from callbacks.router import show_page
from layouts import before, ids, picks
from layouts.before import Known, Opening, Written, place
from ml.errors import LikelyError
from ml.patience import Aside, StillWorking, glancing
from ml.service import Service

log = logging.getLogger("likely")

GLANCE = 0.3  # seconds for what is not in the cache
LIMIT = 0.5  # seconds for the whole, whatever it waits for
MOST = 4  # pages at once in a worker; beyond these they come without

_aside = Aside(MOST)


def page_before(service: Service, path: str, search: str) -> Written | None:
    """The page at an address as HTML; None where it has no plots, cannot be shown so, or would keep the index.

    Parameters
    ----------
    service : Service
    path, search : str
        ``/loan/performance`` and ``?cut_off=0.4``, as a browser sends them.
    """
    return _aside.ask(LIMIT, partial(_written, service, path, search))


def _written(service: Service, path: str, search: str) -> Written | None:
    try:
        with glancing(GLANCE):
            page = show_page(service, path, search)
            opening = before.opening(page)
            return before.written(page, _known(service, opening)) if opening else None
    except LikelyError:
        return None  # the real page says why
    except Exception:
        log.exception("The page %s could not be written before Dash starts; it comes without that.", path)
        return None


def _known(service: Service, opening: Opening) -> Known:
    """The counts, the averages and the first plot of a page, as far as they come soon; what does not is begun."""
    inside: dict[str, Any] = {}
    shown: picks.Shown = ({}, {})
    if opening.has(ids.CUT_OFF):
        with suppress(StillWorking):
            shown = picks.at_opening(*counts_asked(service, opening.model, opening.outcome, opening.cut_off))
    if opening.has(ids.AVERAGES):
        with suppress(StillWorking):
            inside[place(ids.AVERAGES)] = averages_asked(service, opening.model)
    if asked := opening.first_plot():
        with suppress(StillWorking):
            inside[place(ids.plot(asked["model"], asked["plot"]))] = plot_asked(service, asked)
    return Known(inside, *shown)
