"""Prerendered page with its numbers and its first figure, as far as they are computed within a deadline."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import Any

from callbacks.performance import draw_averages, threshold_table_inputs
from callbacks.plots import draw_plot
from callbacks.router import show_page
from layouts.performance import threshold_table
from layouts.shared import ids
from ml.errors import LikelyError
from ml.runtime.deadline import BestEffort, StillWorking, strict_deadline
from ml.service import Service
from prerender.opening import Opening
from prerender.page import OpeningResponses, Prerendered, to_html

log = logging.getLogger("likely")

GLANCE = 0.3  # seconds for what is not in the cache
LIMIT = 0.5  # seconds for the whole page
MOST = 4  # pages at once in a worker; further ones are not prerendered

_best_effort = BestEffort(MOST)


def prerender(service: Service, path: str, search: str) -> Prerendered | None:
    """The page at a path and query as HTML; None where it has no plots, is an error page, or takes too long."""
    return _best_effort.ask(LIMIT, partial(_prerender, service, path, search))


def _prerender(service: Service, path: str, search: str) -> Prerendered | None:
    try:
        with strict_deadline(GLANCE):
            page = show_page(service, path, search)
            opening = Opening.of(page)
            return to_html(page, _answers(service, opening)) if opening else None
    except LikelyError:
        return None  # the real page says why
    except Exception:
        log.exception("The page %s could not be prerendered; it comes without that.", path)
        return None


def _answers(service: Service, opening: Opening) -> OpeningResponses:
    """The counts, the averages and the first plot of a page; what is not ready in time goes on being computed."""
    inside: list[tuple[Any, Any]] = []
    shown: threshold_table.Shown = ({}, {})
    if ids.CUT_OFF in opening.ids:
        with suppress(StillWorking):
            shown = threshold_table.at_opening(
                *threshold_table_inputs(service, opening.model, opening.outcome, opening.cut_off)
            )
    if ids.AVERAGES in opening.ids:
        with suppress(StillWorking):
            inside.append((ids.AVERAGES, draw_averages(service, opening.model)))
    if first := opening.first_plot():
        place, request = first
        with suppress(StillWorking):
            inside.append((place, draw_plot(service, request)))
    return OpeningResponses(inside, *shown)
