"""A pytest plugin that leaves out tests which take long for each mutant: they train demo models, or repeat others."""

from __future__ import annotations

import pytest


def is_quick(item: pytest.Item) -> bool:
    """Whether a test needs no demo model, and is not one that runs on SQLite too."""
    return "models_dir" not in getattr(item, "fixturenames", ()) and "[postgresql" not in item.name


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what takes long."""
    left_out = [item for item in items if not is_quick(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if is_quick(item)]
