"""Demo models: a service that is started without models trains them in one background process of low priority."""

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
    """The training of the demo models, as seen by the service.

    A lock in the folder of models lets one process train them, however many services start. The file of the progress is
    in `var`, the program in `home`.
    """

    def __init__(self, models: Path, var: Path, home: Path, environ: Mapping[str, str]) -> None:
        self._models, self._file, self._home = models.resolve(), (var / "demo-models.json").resolve(), home
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None  # a reference: else Python would warn of an unreaped child

    def make(self) -> None:
        """Start the training, unless another process runs it already."""
        if status.is_made_now(self._models):
            log.warning("There are no models yet; the demo models are being made by another process.")
            return
        said = "There are no models in %s (MODELS_DIR); demo models are being made. DEMO_MODELS=off leaves that to you."
        log.warning(said, self._models)
        status.write(self._file, DemoStatus(status.STARTING, status.QUICK_FIRST))
        command = [sys.executable, "-m", "ml.demo", str(self._models), str(self._file)]
        self._process = subprocess.Popen(command, cwd=self._home, env=self._environ, stdin=subprocess.DEVNULL)  # noqa: S603

    def forget(self) -> None:
        """Forget past failures, once there are models."""
        if not status.is_made_now(self._models):
            self._file.unlink(missing_ok=True)

    def making(self) -> DemoStatus | None:
        """Progress of the training; None where none was started."""
        progress = status.read(self._file, self._models)
        if progress is None and status.is_made_now(self._models):
            return DemoStatus(status.MAKING, status.QUICK_FIRST)
        return progress
