"""Trusted types and code of models, for commands: in ``trust.json``, or in the store where instances share models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ml.lifecycle.shared import changes
from ml.lifecycle.shared.shared_models import SharedModels, shared_of
from ml.trust import record
from ml.trust.record import Trusted, trusted_of


def allow(models: Path, name: str, more: Trusted) -> Trusted:
    """Extend a model's permissions; return the new ones.

    Raises
    ------
    UntrustedModel
        When what is there cannot be read.
    NotWritten
        When the store does not answer.
    """
    shared = shared_of(models)
    if shared is None:
        return record.allow(models, name, more)
    added = more.without(trusted_of(models, name))
    _change(shared, name, lambda before: before.with_(added.types, added.code))
    return added


@contextmanager
def allowed(models: Path, name: str, more: Trusted) -> Iterator[None]:
    """Extend a model's permissions; withdraw them when the block fails. Errors as of :func:`allow`."""
    shared = shared_of(models)
    if shared is None:
        with record.allowed(models, name, more):
            yield
        return
    added = allow(models, name, more)
    try:
        yield
    except BaseException:
        _change(shared, name, lambda now: now.without(added))
        raise


def forget(models: Path, name: str) -> None:
    """Delete a model's permissions, so that a removed one leaves none to the next of its name."""
    shared = shared_of(models)
    if shared is None:
        record.forget(models, name)
    else:
        _change(shared, name, lambda _: Trusted())


def _change(shared: SharedModels, name: str, to: Callable[[Trusted], Trusted]) -> None:
    before = trusted_of(shared.folder, name)
    now = to(before)
    if now.to_json() != before.to_json():
        changes.trust(shared, name, before, now)
