"""Recipes that train the demo models: one file a recipe, one row here.

A recipe is a function ``train(data, say)``: `data` is the path of a file with the recipe's
columns, or None for data that needs no file; `say` takes a line of progress. It returns a
:class:`ml.training.trained.Trained`. The same data gives the same model.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ml.errors import UnknownModel

if TYPE_CHECKING:
    from ml.training.trained import Trained

Say = Callable[[str], None]
Recipe = Callable[[Path | None, Say], "Trained"]

RECIPES = {
    "bank-products": "ml.recipes.bank_products",
    "loan": "ml.recipes.loan",
    "breast-cancer": "ml.recipes.breast_cancer",
    "iris": "ml.recipes.iris",
}


def recipe(name: str) -> Recipe:
    """The recipe of that name; UnknownModel where there is none."""
    if name not in RECIPES:
        raise UnknownModel(f"There is no recipe for {name!r}.", f"Recipes: {', '.join(RECIPES)}.")
    train: Recipe = import_module(RECIPES[name]).train
    return train
