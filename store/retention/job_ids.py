"""Ids of jobs: they begin with a tag of the database, so that folders of files tell whose they are."""

from __future__ import annotations

import secrets
from collections.abc import Callable

TAG = "tag of job ids"  # its name among the secrets that all instances share
LENGTH = 8  # hexadecimal digits


class JobIds:
    """Makes ids of 32 hexadecimal digits: the tag of the database, asked for at the first use, and 96 random bits."""

    def __init__(self, tag: Callable[[], str]) -> None:
        self._ask = tag
        self._tag: str | None = None

    @property
    def tag(self) -> str:
        """The tag of this database."""
        if self._tag is None:
            self._tag = self._ask()
        return self._tag

    def new(self) -> str:
        """An id that no job has."""
        return self.tag + secrets.token_hex(16 - LENGTH // 2)


def new_tag() -> str:
    """A tag for a database that has none."""
    return secrets.token_hex(LENGTH // 2)
