"""``python -m ml restore``: brings a backup into an empty store, of either database."""

from __future__ import annotations

import argparse
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ml.cli import OK
from ml.cli.instances.backup import FORMAT, HEAD, Parts, StoreBackup, print_head
from ml.cli.instances.sharing import catch_up
from ml.errors import InvalidData, os_error_words
from ml.lifecycle.archive import read_pointers, read_versions
from ml.lifecycle.commit import refresh_shared
from ml.lifecycle.history import FILE
from ml.lifecycle.shared.shared_models import shared_of

FIELDS = {"format": int, "step": int, "secrets": bool, "made": str, "tables": dict, "models": list, "versions": list}


def register(commands: Any) -> None:
    """Add the command."""
    restore = commands.add_parser(
        "restore",
        help="bring a backup into an empty store",
        description="Replace what the store holds by a backup: all of it, or nothing. Stop the service first, or\n"
        "start it anew afterwards. The database may be another one than that of the backup (SQLite, PostgreSQL).",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="of python -m ml backup")
    restore.add_argument("--list", action="store_true", help="say what it holds, and restore nothing")
    restore.add_argument(
        "--overwrite", action="store_true", help="replace what the store, or the folder of models, holds"
    )


def run(given: argparse.Namespace) -> int:
    """Restore, and print what was."""
    with _opened(given.file) as archive:
        head = _head(archive, given.file)
        if not given.list:
            _restore(archive, head, given)
        print_head(head)
    print(f"{'held by' if given.list else 'restored from'} {given.file}")
    return OK


def _restore(archive: zipfile.ZipFile, head: dict[str, Any], given: argparse.Namespace) -> None:
    _check_parts(archive, given.file)
    store: StoreBackup = given.store_backup()
    if head["step"] != store.step:
        hint = "Restore it with the release that made it, and deploy this one then."
        raise InvalidData(f"The backup is of step {head['step']} of the database, this release of {store.step}.", hint)
    if not given.overwrite and (there := _there(store, head, given.models)):
        raise InvalidData(f"There is something already: {', '.join(there)}.", "Say --overwrite to replace all of it.")
    try:
        store.load(Parts(archive), head["tables"])
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise InvalidData(f"{given.file} cannot be restored: {error}", "Nothing was changed.") from None
    refresh_shared(given.models)  # the shared state, with which the versions are compared
    read_versions(given.models, archive)
    catch_up(given.models)
    for key in read_pointers(given.models, archive):
        print(f"note: {key} is live, and its files are not here: copy or add them")
    if shared_of(given.models) is not None and head["models"] and not head["tables"].get("shared_models"):
        print("note: its models are those of a folder: restore it without MODELS_URL, then python -m ml upload")


def _check_parts(archive: zipfile.ZipFile, file: Path) -> None:
    """Read each part once before anything is changed: InvalidData where one is not what was written."""
    try:
        bad = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        bad = str(error)
    if bad is not None:
        raise InvalidData(f"{file} is damaged: {bad}.", "Nothing was changed.")


def _there(store: StoreBackup, head: dict[str, Any], models: Path) -> list[str]:
    """Contents that a restore would replace."""
    names = head["models"] if shared_of(models) is None else ()  # a cache follows the store
    return [*store.has_rows(), *(f"{models / name}" for name in names if (models / name / FILE).exists())]


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, OSError) as error:
        words = os_error_words(error) if isinstance(error, OSError) else error
        raise InvalidData(f"{file} is no backup of Likely that can be read: {words}.") from None


def _head(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    try:
        head = json.loads(archive.read(HEAD))
    except (KeyError, ValueError, RecursionError):
        head = None
    whole = isinstance(head, dict) and all(isinstance(head.get(name), kind) for name, kind in FIELDS.items())
    if not whole or head["format"] != FORMAT:
        raise InvalidData(f"{file} is no backup of Likely, or of a later release.", "python -m ml backup makes one.")
    fields: dict[str, Any] = head
    return fields
