"""``python -m ml backup``: the store and the pointers in one file, while the service runs."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Protocol

from ml.cli import OK
from ml.errors import InvalidData, os_error_words
from ml.files.write.atomic_output import atomic_output
from ml.lifecycle.archive import write_pointers, write_versions

HEAD = "backup.json"
FORMAT = 1


class StoreBackup(Protocol):
    """Writes and reads the tables of the store."""

    step: int

    def dump(self, archive: Any, *, with_secrets: bool) -> dict[str, int]:
        """Write all tables; rows by table."""

    def has_rows(self) -> list[str]:
        """Tables that hold something."""

    def load(self, archive: Any, rows: Mapping[str, int]) -> None:
        """Replace what the store holds; ValueError with the reason where it does not take it."""


class Parts:
    """Parts of a ZIP file as the store writes and reads them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def write(self, name: str) -> IO[bytes]:
        """A new part, of any size."""
        return self._archive.open(name, "w", force_zip64=True)

    def read(self, name: str) -> IO[bytes]:
        """A part; KeyError where there is none."""
        return self._archive.open(name)


def register(commands: Any) -> None:
    """Add the command."""
    backup = commands.add_parser(
        "backup",
        help="write the store and the pointers to live versions into a file",
        description="Write all tables of the store, as they are at one moment, and which versions are live, into one\n"
        "file. The service may run. Files of jobs are not in it, nor, unless asked for, the files of versions.",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="such as likely.zip; readable for its owner only")
    backup.add_argument("--models", dest="versions", action="store_true", help="with the files of all versions")
    backup.add_argument(
        "--with-secrets",
        action="store_true",
        help="with open sessions, invitations and the key that signs cookies: nobody has to sign in again",
    )
    backup.add_argument("--overwrite", action="store_true", help="over a file that is there")


def run(given: argparse.Namespace) -> int:
    """Write the file, and print what it holds."""
    if given.file.exists() and not given.overwrite:
        raise InvalidData(f"{given.file} is there already.", "Choose another name, or say --overwrite.")
    store: StoreBackup = given.store_backup()
    try:
        with atomic_output(given.file) as file:
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), 0o600)  # hashes of passwords and keys, and what people loaded
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                head = _write(archive, store, given)
    except OSError as error:
        raise InvalidData(f"{given.file} cannot be written: {os_error_words(error)}.") from None
    print_head(head)
    print(f"written to {given.file}")
    return OK


def _write(archive: zipfile.ZipFile, store: StoreBackup, given: argparse.Namespace) -> dict[str, Any]:
    head: dict[str, Any] = {"format": FORMAT, "step": store.step, "secrets": given.with_secrets}
    head["made"] = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    head["tables"] = store.dump(Parts(archive), with_secrets=given.with_secrets)
    head["models"] = write_pointers(given.models, archive)
    head["versions"] = write_versions(given.models, archive) if given.versions else []
    archive.writestr(HEAD, json.dumps(head, indent=1))
    return head


def print_head(head: Mapping[str, Any]) -> None:
    """Print what a backup holds."""
    print(f"backup of {head['made']}")
    for name, rows in head["tables"].items():
        if rows:
            print(f"      {rows:>9,} {name}")
    if not head["secrets"]:
        print("      without sessions, invitations and the key that signs cookies: people sign in again")
    if head["models"]:
        print(f"      pointers of {', '.join(head['models'])}")
    print(f"      {len(head['versions']) or 'no'} versions of models with their files")
