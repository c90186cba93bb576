"""``python -m ml upload``: brings models of a folder into object storage, or repairs what is there (MODELS_URL)."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ml.cli import OK
from ml.cli.instances.sharing import need_shared
from ml.cli.options import add_history_options
from ml.errors import UnknownModel
from ml.lifecycle.model_folder import NAME, POINTER, pointed, versions_in
from ml.lifecycle.publish import HOLD, publish
from ml.lifecycle.shared import changes
from ml.lifecycle.shared.shared_models import SharedModels
from ml.lifecycle.trusted_types import allowed
from ml.trust.record import trusted_of


def register(commands: Any) -> None:
    """Add the command."""
    upload = commands.add_parser(
        "upload",
        help="bring models of MODELS_DIR into object storage (MODELS_URL)",
        description="Upload the versions of models that stand in MODELS_DIR, with what they may load, and make live\n"
        "what is live there, unless the name has a live version already. What the storage has is uploaded again.",
    )
    upload.add_argument("name", nargs="*", help="the models; all of MODELS_DIR without a name")
    add_history_options(upload)


def run(given: argparse.Namespace) -> int:
    """Upload each model."""
    shared, source = need_shared(given.models), Path(given.own_models)
    there = sorted(path.parent.name for path in source.glob(f"*/{POINTER}"))
    for name in given.name or there:
        _upload(shared, source, name, given)
    if not given.name and not there:
        print(f"There is no model in {source}/.")
    return OK


def _upload(shared: SharedModels, source: Path, name: str, given: argparse.Namespace) -> None:
    """Upload the versions of one model: versions that the store knows again, then new ones from the folder."""
    if not NAME.fullmatch(name):
        raise UnknownModel(f"There is no model {name[:80]!r}.")
    own, known = versions_in(source / name), shared.known().of(name).versions
    again = [each for each in known if each in {*own, *versions_in(shared.folder / name)}]
    for fingerprint in again:
        changes.upload(shared, name, fingerprint, again=True, source=source if fingerprint in own else None)
        print(f"{name}@{fingerprint} is uploaded again")
    live = pointed(source, name)
    for fingerprint in sorted(set(own) - set(known), key=lambda each: each == live):  # the live one last
        goes_live = fingerprint == live and shared.known().of(name).live is None
        with allowed(shared.folder, name, trusted_of(source, name)):
            _publish(shared.folder, source / name / fingerprint, "add" if goes_live else HOLD, given)
        print(f"{name}@{fingerprint} is {'live' if goes_live else 'held, not live'}")
    if not (again or own):
        raise UnknownModel(f"There is no model {name!r} in {source}/, nor a version of it in the cache.")


def _publish(cache: Path, version: Path, action: str, given: argparse.Namespace) -> None:
    name, fingerprint = version.parent.name, version.name
    with tempfile.TemporaryDirectory(prefix=".making-", dir=cache) as making:
        copy = Path(making) / "version"
        shutil.copytree(version, copy, symlinks=True)
        publish(copy, cache, name, fingerprint, action=action, by=given.by, why=given.why or "Uploaded from a folder")
