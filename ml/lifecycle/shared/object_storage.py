"""Object storage: files of versions in a bucket, or whatever else fsspec opens."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

BLOCK = 1024 * 1024
# A bucket that stands still must not hold a command or the thread that fetches for minutes
_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {"config_kwargs": {"connect_timeout": 3, "read_timeout": 10, "retries": {"max_attempts": 1}}}
}


class StorageUnavailable(OSError):
    """The object storage does not answer, or refuses."""


class ObjectStorage:
    """Files below a URL for fsspec: ``s3://bucket/models``, ``gs://…``, ``abfs://…``, ``file:///…``, ``memory://…``.

    Nothing in it is believed: whoever reads compares with hashes that are kept elsewhere. Every method raises
    :class:`StorageUnavailable` where the storage fails; its own words go to the log only, for they may hold the URL.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: tuple[int, Any, str] | None = None

    def blocks(self, path: str) -> Iterator[bytes]:
        """Yield a file block by block; FileNotFoundError where there is none."""
        with _failures(f"{path} cannot be read"):
            system, root = self._system()
            with system.open(f"{root}/{path}", "rb") as file:
                while block := file.read(BLOCK):
                    yield block

    def upload(self, source: Path, path: str) -> None:
        """Write a file, over one that is there."""
        with _failures(f"{path} cannot be written"):
            system, root = self._system()
            place = f"{root}/{path}"
            system.makedirs(place.rpartition("/")[0], exist_ok=True)
            with source.open("rb") as from_, system.open(place, "wb") as to:
                shutil.copyfileobj(from_, to, BLOCK)

    def remove(self, folder: str) -> None:
        """Remove a folder with all that is in it, if it is there."""
        with _failures(f"{folder} cannot be removed"), contextlib.suppress(FileNotFoundError):
            system, root = self._system()
            system.invalidate_cache()
            system.rm(f"{root}/{folder}", recursive=True)

    def _system(self) -> tuple[Any, str]:
        # A forked process opens its own: connections cannot be shared
        if self._opened is None or self._opened[0] != os.getpid():
            from fsspec.core import url_to_fs

            system, root = url_to_fs(self._url, **_OPTIONS.get(self._url.partition(":")[0], {}))
            self._opened = (os.getpid(), system, root.rstrip("/"))
        return self._opened[1], self._opened[2]


@contextlib.contextmanager
def _failures(what: str) -> Iterator[None]:
    """Raise what any library of any storage raises as StorageUnavailable."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        log.warning("MODELS_URL: %s: %s: %s", what, type(error).__name__, " ".join(str(error).split())[:300])
        refused = isinstance(error, PermissionError)
        raise StorageUnavailable("it refuses" if refused else "it does not answer") from error
