"""Protocol by which the model service asks which models the caller may know and use; ``auth/access.py`` answers."""

from __future__ import annotations

from typing import Protocol


class Access(Protocol):
    """Access of who asks."""

    def knows(self, name: str) -> bool:
        """True where they may know that there is a model of this name."""

    def check(self, name: str) -> None:
        """Raise UnknownModel or another LikelyError where the caller has no access to the model."""
