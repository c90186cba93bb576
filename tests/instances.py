"""Machines that share their models: a cache each, one store and one object storage in folders of the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from ml.lifecycle.shared.sync import Sync, open_shared
from ml.service import Service, open_service
from ml.training.build import build_bundle
from ml.training.trained import Trained
from store.db import Store, open_store
from tests.small import people, pushed, trained_of


def trained(c: float, name: str = "pay") -> Trained:
    """A small model; another `c` is another version."""
    frame = people()[["income", "debt"]]
    truth = pd.Series(np.where(pushed(people()) > 0.5, "yes", "no"))
    estimator = LogisticRegression(C=c).fit(frame[:300], truth[:300])
    return trained_of(name, estimator, frame, truth, 300, title=name.capitalize())


class Machine:
    """One machine: its cache, and what keeps it up to date."""

    def __init__(self, folder: Path, url: str, store: Store) -> None:
        self.folder = folder
        self.sync: Sync = open_shared(folder, url, store.shared_models)
        self.shared = self.sync.shared
        self.service: Service = open_service(folder)

    def catch_up(self) -> list[str]:
        return self.sync.catch_up()

    def live(self, name: str = "pay") -> str:
        return self.service.model(name).key

    def add(self, made: Trained, **told: Any) -> str:
        """Add a version here; its fingerprint."""
        return build_bundle(made, self.folder, by="anna", **told).partition("@")[2]


class Cluster:
    """Two machines and what they share."""

    def __init__(self, folder: Path) -> None:
        self.bucket, self._away = folder / "bucket", folder / "bucket-away"
        self.url, self.home = f"file://{self.bucket}", folder
        self.store = open_store(f"sqlite:///{folder / 'store' / 'likely.db'}")
        self.one, self.two = self.machine("one"), self.machine("two")

    def machine(self, name: str) -> Machine:
        return Machine(self.home / name, self.url, self.store)

    def lose_bucket(self) -> None:
        """A file in the way of a folder fails in another way than a folder that is empty."""
        self.bucket.rename(self._away)
        self.bucket.write_text("no folder")

    def find_bucket(self) -> None:
        self.bucket.unlink()
        self._away.rename(self.bucket)

    def lose_store(self) -> Callable[[], None]:
        """Gives what brings it back."""
        self.store._engine().dispose()
        self.store._opened = None
        home = self.home / "store"
        home.rename(self.home / "store-away")
        home.write_text("no folder")

        def back() -> None:
            home.unlink()
            (self.home / "store-away").rename(home)
            self.store._breaker.succeeded()

        return back

    def copy_of(self, template: Path) -> None:
        shutil.copytree(template, self.home, dirs_exist_ok=True)
