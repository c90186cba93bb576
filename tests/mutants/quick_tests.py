"""A pytest plugin that leaves out tests which take long for each mutant: slow ones, and those of demo models."""

from __future__ import annotations

import pytest


def is_quick(item: pytest.Item) -> bool:
    """Whether a test is not slow by itself, needs no demo model, and is not one that runs on SQLite too."""
    of_models = "models_dir" in getattr(item, "fixturenames", ())
    return not of_models and "[postgresql" not in item.name and item.get_closest_marker("slow") is None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what takes long."""
    left_out = [item for item in items if not is_quick(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if is_quick(item)]
