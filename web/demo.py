"""A service that is started without models has the demo models made beside it, by one process of low priority."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ml.demo import status
from ml.demo.status import DemoStatus

log = logging.getLogger(__name__)


class DemoModels:
    """The making of the demo models, as a service sees it.

    Parameters
    ----------
    models : Path
        The folder of models; the lock there lets one process make them, however many services start.
    var : Path
        Where it is kept how far the making is.
    home : Path
        The folder of the program.
    environ : mapping
        The environment of the maker.
    """

    def __init__(self, models: Path, var: Path, home: Path, environ: Mapping[str, str]) -> None:
        self._models, self._file, self._home = models.resolve(), (var / "demo-models.json").resolve(), home
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None  # kept, so that it is not taken for forgotten

    def make(self) -> None:
        """Begin, unless somebody else makes them already."""
        if status.is_made_now(self._models):
            log.warning("There are no models yet; the demo models are being made by another process.")
            return
        log.warning("There are no models; the demo models are being made. DEMO_MODELS=off leaves that to you.")
        status.write(self._file, DemoStatus(status.STARTING, status.QUICK_FIRST))
        command = [sys.executable, "-m", "ml.demo", str(self._models), str(self._file)]
        self._process = subprocess.Popen(command, cwd=self._home, env=self._environ, stdin=subprocess.DEVNULL)  # noqa: S603

    def forget(self) -> None:
        """There are models now: what once could not be made is of no interest any more."""
        if not status.is_made_now(self._models):
            self._file.unlink(missing_ok=True)

    def making(self) -> DemoStatus | None:
        """How far it is; None where nothing was begun and nobody makes any."""
        found = status.read(self._file, self._models)
        if found is None and status.is_made_now(self._models):
            return DemoStatus(status.MAKING, status.QUICK_FIRST)
        return found
