"""The default model, for addresses without a model's name: ``/``, ``/predict``, ``/invocations``, ``/score``."""

from __future__ import annotations

from ml.errors import UnknownModel
from ml.service import Service


class DefaultModel:
    """The model of the setting DEFAULT_MODEL, or the only one that there is where that is empty."""

    def __init__(self, service: Service, name: str) -> None:
        self._service, self._name = service, name

    def name(self) -> str:
        """Name or key of the model.

        Raises
        ------
        UnknownModel
            There are several, and the setting is empty.
        """
        names = self._service.names()
        if self._name or len(names) == 1:
            return self._name or names[0]
        message = f"There are {len(names)} models, and this address names none."
        known = ", ".join(f"/{name}/predict" for name in names)
        raise UnknownModel(message, f"Set DEFAULT_MODEL to one of them, or use {known}." if names else "Add one.")
