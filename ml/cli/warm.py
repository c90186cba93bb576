"""``python -m ml warm``: computes ahead what the Insights and Performance pages open with, so that nobody waits for it.

Results go where the server's cache finds them. What is there already is not computed again, so a
second run takes no time, and a server may run meanwhile.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ml.bundle.bundle import Bundle
from ml.cli import FAILED, OK
from ml.decision.cut_offs import CUT_OFF
from ml.errors import LikelyError
from ml.service import Service

if TYPE_CHECKING:
    from ml.plots.plot import Plot


@dataclass(frozen=True)
class Task:
    """One result that a page opens with: what people call it, and how it comes into the cache."""

    what: str
    run: Callable[[], Any]


def register(commands: Any) -> None:
    """Add the command."""
    ahead = commands.add_parser("warm", help="compute ahead what the Insights and Performance pages open with")
    ahead.add_argument("name", nargs="*", help="models, or keys such as loan@3f9a1c2b; all models without a name")


def add_warm_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--warm`` to a command that makes versions."""
    parser.add_argument("--warm", action="store_true", help="then compute ahead what its pages open with")


def run(given: argparse.Namespace) -> int:
    """Warm the named models, else all that serve; print which do not serve."""
    service = given.served()
    faults = {} if given.name else service.check()
    for name, fault in faults.items():
        if fault:
            print(f"{name}: {fault}", file=sys.stderr)
    warm_each(service, given.name or [name for name, fault in faults.items() if not fault])
    return FAILED if any(faults.values()) else OK


def warm_each(service: Service, names: Iterable[str], show: bool | None = None) -> None:
    """Compute what the pages of some models open with, and say how far it is.

    Parameters
    ----------
    service : Service
        With the cache of the server.
    names : iterable of str
        Names or keys of models.
    show : bool or None
        Whether to draw a bar; None draws one where a person looks on.

    Raises
    ------
    UnknownModel, BrokenModel
    """
    import click

    for bundle in [service.model(name) for name in names]:
        started, refused = time.perf_counter(), 0
        tasks = list(tasks_of(service, bundle))
        hidden = not sys.stderr.isatty() if show is None else not show
        with click.progressbar(
            tasks,
            label=bundle.key,
            item_show_func=lambda task: task.what if task else "",
            file=sys.stderr,
            hidden=hidden,
        ) as bar:
            for task in bar:
                refused += not _run_task(task)
        left = f", {refused} do not apply to this model" if refused else ""
        taken = time.perf_counter() - started
        print(f"{bundle.key}: {len(tasks) - refused} results are there{left}, {taken:.1f} s", flush=True)


def tasks_of(service: Service, bundle: Bundle) -> Iterator[Task]:
    """All results with which the pages of a version open, for each outcome that a page can be about."""
    from ml.metrics.overview import averages_of, overview  # plots take 0.1 s to import: only warm pays
    from ml.plots.catalogue import CATALOGUE
    from ml.plots.plot import PROBABILITIES

    yield Task("averages", lambda: averages_of(service, bundle))
    outcomes = bundle.outcomes
    alone = outcomes.exclusive and len(outcomes) == 2  # of two, pages are about the positive one
    for number, name in enumerate((outcomes.positive,) if alone else outcomes.names):
        of = f" of {outcomes[name].label}" if len(outcomes) > 1 else ""
        if bundle.offers == "probabilities":
            yield Task(f"headline{of}", partial(overview, service, bundle, name))
        for plot in CATALOGUE:
            if (bundle.offers == "probabilities" or plot.needs != PROBABILITIES) and (plot.per_outcome or not number):
                what = f"{plot.method}{of if plot.per_outcome else ''}"
                yield Task(what, partial(_plot, service, bundle, plot, name))


def _plot(service: Service, bundle: Bundle, plot: Plot, outcome: str) -> Any:
    """The result as the page asks for it: at the cut-off in use, all else as it opens."""
    from ml.plots.drawn_plots import result_of, view_of

    follows = any(option.key == CUT_OFF for option in plot.options) and bundle.offers == "probabilities"
    options = {CUT_OFF: service.cut_off(bundle, outcome)} if follows else {}
    return result_of(service, bundle, plot, view_of(bundle, plot, outcome, options))


def _run_task(task: Task) -> bool:
    """Run a task; False where the model has no such result."""
    try:
        task.run()
    except LikelyError:
        return False
    return True
