"""``python -m ml challenger``: runs a version in shadow beside the live one, on a share of the decisions."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Protocol

from ml.cli import BAD_INPUT, OK
from ml.cli.made_version import split_key
from ml.cli.options import add_history_options
from ml.lifecycle.history import by_whom
from ml.service import open_service


class Challengers(Protocol):
    """Chooses and stops challengers, and tells how they do."""

    def choose(self, key: str, share: float, reason: str, by: str = "") -> Any:
        """Run a version in shadow, on a share of the decisions."""

    def stop(self, model: str, reason: str, by: str = "") -> Any:
        """Ask the challenger of a model no more."""

    def state(self, model: str) -> Any:
        """The challenger of a model, and how it does; None where it has none."""

    def judged(self, state: Any) -> Mapping[str, Any]:
        """Observed outcomes of the decisions that both answered, by outcome."""


def register(commands: Any) -> None:
    """Add the command."""
    challenger = commands.add_parser(
        "challenger",
        help="have a version asked in shadow, beside the live one",
        description="Have a version asked about a share of the decisions, after they are given and in a process of\n"
        "its own. Nobody sees its answers. What comes of these decisions tells which version is better.\n"
        "With the name of a model alone: say how its challenger does.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    challenger.add_argument("key", metavar="NAME[@FINGERPRINT]", help="the version, or the model of a challenger")
    challenger.add_argument("--share", type=float, default=0.2, help="of the decisions, above 0 and at most 1 (0.2)")
    challenger.add_argument("--stop", action="store_true", help="ask the challenger of the model no more")
    add_history_options(challenger)


def run(given: argparse.Namespace) -> int:
    """Choose or stop a challenger, or say how it does."""
    challengers: Challengers = given.challengers()
    by, why = by_whom(given.by), given.why or "by the command line"
    name = given.key.partition("@")[0]
    if given.stop:
        print(f"{challengers.stop(name, why, by).version} is no longer asked")
        return OK
    if "@" in given.key:
        split_key(given.key)
        chosen = challengers.choose(given.key, given.share, why, by)
        print(f"{chosen.version} is asked for {100 * chosen.share:g} % of the decisions of {name} from now on")
        return OK
    state = challengers.state(name)
    if state is None:
        open_service(given.models).model(name)  # UnknownModel: a name that was mistyped has no challenger either
        print(f"{name} has no challenger")
        return BAD_INPUT
    _print(state, challengers.judged(state))
    return OK


def _print(state: Any, judged: Mapping[str, Any]) -> None:
    counts = state.counts
    print(f"{state.challenger.version}: asked for {100 * state.challenger.share:g} % of the decisions")
    print(f"answered {counts.answered:,}, failed {counts.failed:,}, waiting {counts.waiting:,}")
    for reason, times in counts.errors.items():
        print(f"  failed {times:,} times: {reason}")
    for label, seconds in (("challenger", counts.seconds), ("live version", counts.beside)):
        if seconds:
            print(f"time of the {label}: {1_000 * seconds[0]:.2f} ms, 95 % within {1_000 * seconds[1]:.2f} ms")
    for outcome, judgement in judged.items():
        loss = judgement["log_loss"]
        print(f"{outcome}: {str(judgement['verdict']).replace('_', ' ')} on {judgement['outcomes']:,} outcomes")
        if loss["low"] is not None:
            print(
                f"  log-loss {loss['challenger']:.4f} against {loss['champion']:.4f}: difference "
                f"{loss['difference']:+.4f}, 95 % {loss['low']:+.4f} to {loss['high']:+.4f}"
            )
