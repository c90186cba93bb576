"""Shared models as commands see them: what must be set, and what is read before a command."""

from __future__ import annotations

import sys
from pathlib import Path

from ml.errors import InvalidData
from ml.lifecycle.shared.shared_models import SharedModels, shared_of
from ml.lifecycle.shared.sync import Sync


def catch_up(models: Path) -> None:
    """Bring the cache of this machine up to date before a command; what fails is said, and what is here is used."""
    shared = shared_of(models)
    if shared is not None:
        for fault in Sync(shared).catch_up():
            print(f"warning: {fault}", file=sys.stderr)


def need_shared(models: Path) -> SharedModels:
    """The shared models; InvalidData where MODELS_URL is not set."""
    shared = shared_of(models)
    if shared is None:
        raise InvalidData(
            "MODELS_URL is not set: the models are those of a folder.", "Set it and DATABASE_URL as for the servers."
        )
    return shared
