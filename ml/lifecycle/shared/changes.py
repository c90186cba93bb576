"""Changes of shared models: uploaded, announced to all who serve, and made in the store by compare and set."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ml.lifecycle.history import ChangedMeanwhile, HistoryEntry, NotWritten
from ml.lifecycle.shared.fetch import manifest_digest, upload_version
from ml.lifecycle.shared.object_storage import StorageUnavailable
from ml.lifecycle.shared.shared_models import SharedModels
from ml.lifecycle.shared.state import VersionRecord, entry_to_json
from ml.trust.record import Trusted

log = logging.getLogger(__name__)

SILENT = 6.0  # seconds after which a machine that does not report is taken for gone
SPREAD = 60.0  # seconds for which a version that goes live is waited for
LOOKED = 0.1


def upload(
    shared: SharedModels, name: str, fingerprint: str, *, again: bool = False, source: Path | None = None
) -> dict[str, VersionRecord]:
    """Upload a version that is here, or in another folder of models, unless it is there; `again` in any case.

    Returns
    -------
    dict
        What :func:`change` has to add; empty where the store knows it.

    Raises
    ------
    NotWritten, BrokenModel
    """
    known = shared.known().of(name).versions.get(fingerprint)
    if known and not again:
        return {}
    folder = (source or shared.folder) / name / fingerprint
    if known and manifest_digest(folder) != known.manifest:
        hint = "It is another version whose name begins alike: train it again with other rows or settings."
        raise NotWritten(f"{name}@{fingerprint} is not the version that the store knows.", hint)
    try:
        record = upload_version(shared.storage, folder, name)
    except StorageUnavailable as error:
        message = f"{name}@{fingerprint} cannot be uploaded: the object storage fails: {error}."
        raise NotWritten(message, "Nothing was changed; the log says more.") from None
    return {} if known else {fingerprint: record}


def spread(
    shared: SharedModels, name: str, fingerprint: str, added: Mapping[str, VersionRecord], seconds: float = SPREAD
) -> None:
    """Have all machines that serve fetch a version before it goes live, so that they switch at the same time.

    A machine that has not got it within `seconds` follows later; the log says so.

    Raises
    ------
    NotWritten
        The store does not answer, or knows another version of that name.
    """
    key, end = f"{name}@{fingerprint}", time.monotonic() + seconds
    try:
        if not shared.store.announce(name, fingerprint, _to_json(added).get(fingerprint)):
            raise _met(name)
        while lacking := [each for each in shared.store.instances(SILENT) if key not in each]:
            if time.monotonic() > end:
                log.warning("%s goes live although %d machines have not fetched it yet.", key, len(lacking))
                return
            time.sleep(LOOKED)
    except OSError as error:
        raise _away(name, error) from None


def change(
    shared: SharedModels,
    name: str,
    live: tuple[str | None, str | None],
    entries: Sequence[HistoryEntry],
    added: Mapping[str, VersionRecord] | None = None,
    removed: Collection[str] = (),
) -> None:
    """Change what is live in the store, for all instances, and then here.

    Parameters
    ----------
    live : tuple of str or None, length 2
        Fingerprint that was live when the change was decided, and the one that is live from now on.
    added : mapping, optional
        As of :func:`upload`.
    removed : collection of str
        Fingerprints.

    Raises
    ------
    NotWritten
        The store does not answer, or somebody changed the model meanwhile.
    """
    lines = [entry_to_json(entry) for entry in entries]
    new = _to_json(added or {})
    try:
        done = shared.store.change(name, expected=live[0], live=live[1], entries=lines, added=new, removed=removed)
    except OSError as error:
        raise _away(name, error) from None
    with suppress(OSError):  # the next refresh makes up for it
        shared.refresh()
    if not done:
        raise _met(name)


def trust(shared: SharedModels, name: str, before: Trusted, now: Trusted) -> None:
    """Change what a model may load, for all instances, and then here; errors as of :func:`change`."""
    try:
        done = shared.store.trust(name, before.to_json(), now.to_json())
        shared.refresh()
    except OSError as error:
        raise _away(name, error) from None
    if not done:
        raise _met(name)


def _to_json(added: Mapping[str, VersionRecord]) -> dict[str, dict[str, str]]:
    return {each: {"manifest": record.manifest, "created": record.created} for each, record in added.items()}


def _away(name: str, error: OSError) -> NotWritten:
    hint = f"When it answers, python -m ml versions {name} tells whether anything was changed."
    return NotWritten(f"{name} cannot be changed: {error}.", hint)


def _met(name: str) -> ChangedMeanwhile:
    hint = f"Nothing was changed. Look with python -m ml versions {name}, and try again."
    return ChangedMeanwhile(f"{name} was changed by somebody else at the same time.", hint)
