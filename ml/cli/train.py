"""``python -m ml train``: trains demo models by their recipes and makes them live."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.cli import OK, warm
from ml.cli.made_version import print_made
from ml.cli.options import add_history_options
from ml.errors import LikelyError
from ml.service import open_service

if TYPE_CHECKING:
    from ml.recipes import Recipe


def register(commands: Any) -> None:
    """Add the command."""
    train = commands.add_parser("train", help="train demo models and make them live")
    train.add_argument("name", nargs="?", help="the model; all of them without a name")
    train.add_argument("--data", type=Path, metavar="FILE", help="CSV file to learn from, where the recipe takes one")
    train.add_argument("--missing", action="store_true", help="only the models that are not there yet")
    warm.add_warm_option(train)
    add_history_options(train)


def run(given: argparse.Namespace) -> int:
    """Train the model that is named, else all, one after the other."""
    from ml.recipes import RECIPES, recipe

    if given.data and not given.name:
        raise LikelyError("--data belongs to one model.", "Name it: python -m ml train NAME --data FILE.")
    there = open_service(given.models).names() if given.missing else ()
    names = [name for name in ([given.name] if given.name else RECIPES) if name not in there]
    started = time.perf_counter()
    for number, name in enumerate(names, start=1):
        print(f"[{number}/{len(names)}] {name}", flush=True)
        _train_one(recipe(name), given)
    if names:
        print(f"{len(names)} trained in {time.perf_counter() - started:.1f} s, in {given.models}/")
    else:
        print(f"All models are there already, in {given.models}/")
    if given.warm:
        warm.warm_each(given.served(), names)
    return OK


def _train_one(train: Recipe, given: argparse.Namespace) -> None:
    from ml.training.build import build_bundle

    trained = train(given.data, lambda line: print(f"      {line}", flush=True))
    print("      proving and writing the version", flush=True)
    key = build_bundle(trained, given.models, action="train", by=given.by, why=given.why)
    print_made(key, given.models, "      ")
