"""Which model answers where an address names none: ``/``, ``/predict``, ``/invocations``, ``/score``."""

from __future__ import annotations

from ml.errors import UnknownModel
from ml.service import Service


class DefaultModel:
    """The model that a setting names, or the only one that there is.

    Parameters
    ----------
    service : Service
    name : str
        From the setting; empty where it is not set.
    """

    def __init__(self, service: Service, name: str = "") -> None:
        self._service, self._name = service, name

    def name(self) -> str:
        """Name or key of the model.

        Raises
        ------
        UnknownModel
            Where nobody says which of several it is.
        """
        names = self._service.names()
        if self._name or len(names) == 1:
            return self._name or names[0]
        message = f"There are {len(names)} models, and this address names none."
        known = ", ".join(f"/{name}/predict" for name in names)
        raise UnknownModel(message, f"Set DEFAULT_MODEL to one of them, or use {known}." if names else "Add one.")
