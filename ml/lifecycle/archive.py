"""Models in a backup: pointers, histories and permissions of a folder, and the files of versions where asked for."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ml.errors import LikelyError
from ml.files.write.atomic_output import atomic_output
from ml.lifecycle import history
from ml.lifecycle.commit import known_versions
from ml.lifecycle.model_folder import FINGERPRINT, NAME, POINTER, pointed, versions_in
from ml.lifecycle.shared import changes
from ml.lifecycle.shared.shared_models import shared_of
from ml.trust import record, verify
from ml.trust.code import is_inner_path

ROOT = "models/"
BLOCK = 1024 * 1024
OF_A_FOLDER = (POINTER, history.FILE)


def write_pointers(models: Path, archive: zipfile.ZipFile) -> list[str]:
    """Write pointers, histories and permissions of a folder; names of its models.

    Where instances share the models these are in the store too; a backup may be restored where they do not.
    """
    names = sorted({path.parent.name for file in OF_A_FOLDER for path in models.glob(f"*/{file}")})
    for path in [models / record.FILE, *(models / name / file for name in names for file in OF_A_FOLDER)]:
        if path.is_file():
            archive.writestr(f"{ROOT}{path.relative_to(models).as_posix()}", path.read_bytes())
    return names


def write_versions(models: Path, archive: zipfile.ZipFile) -> list[str]:
    """Write the files of all versions, fetched where they are elsewhere; their keys. Its fault where one is broken."""
    shared, keys = shared_of(models), []
    names = sorted({path.parent.name for path in models.glob(f"*/{history.FILE}")} | _stored(models))
    for name in names:
        for fingerprint in known_versions(models, name):
            if shared is not None:
                shared.fetch(name, fingerprint)
            folder = models / name / fingerprint
            for file in sorted({*verify.verify(folder, name), verify.MANIFEST, "created"}):
                if (folder / file).is_file():
                    archive.write(folder / file, f"{ROOT}{name}/{fingerprint}/{file}")
            keys.append(f"{name}@{fingerprint}")
    return keys


def read_versions(models: Path, archive: zipfile.ZipFile) -> list[str]:
    """Bring the versions of a backup into a folder, and into the storage that instances share; their keys.

    Each is verified by its manifest. What a version may load is not decided here.
    """
    shared, keys = shared_of(models), []
    for name, fingerprint in _versions_of(archive):
        if not (models / name / fingerprint).is_dir():
            _extract(models, archive, name, fingerprint)
        if shared is not None and fingerprint in shared.known().of(name).versions:
            changes.upload(shared, name, fingerprint, again=True)
        keys.append(f"{name}@{fingerprint}")
    return keys


def read_pointers(models: Path, archive: zipfile.ZipFile) -> list[str]:
    """Write pointers, histories and permissions of a backup into a folder; keys of live versions that are not there.

    Models that are not in the backup keep theirs.

    Pointers of those are written, too: the model is then named broken until its version is brought.
    """
    if shared_of(models) is not None:
        return []
    missing = []
    models.mkdir(parents=True, exist_ok=True)
    if f"{ROOT}{record.FILE}" in archive.namelist():
        record.replace_all(models, record.entries(models) | json.loads(archive.read(f"{ROOT}{record.FILE}")))
    for member in archive.namelist():
        path = _of_a_folder(member)
        if path is not None:
            (models / path).parent.mkdir(exist_ok=True)
            with atomic_output(models / path) as file:
                file.write(archive.read(member))
    for name in sorted({member.split("/")[1] for member in archive.namelist() if _of_a_folder(member)}):
        live = pointed(models, name)
        if live is not None and live not in versions_in(models / name):
            missing.append(f"{name}@{live}")
    return missing


def _stored(models: Path) -> set[str]:
    shared = shared_of(models)
    return set() if shared is None else set(shared.known().models)


def _of_a_folder(member: str) -> str | None:
    """The path of a pointer or a history in a backup; None for any other part."""
    path = member.removeprefix(ROOT)
    name, _, file = path.partition("/")
    good = member.startswith(ROOT) and NAME.fullmatch(name) and file in OF_A_FOLDER
    return path if good else None


def _versions_of(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    seen = dict.fromkeys(tuple(member.split("/")[1:3]) for member in archive.namelist() if member.startswith(ROOT))
    for parts in seen:
        if len(parts) == 2 and NAME.fullmatch(parts[0]) and FINGERPRINT.fullmatch(parts[1]):
            yield parts[0], parts[1]


def _extract(models: Path, archive: zipfile.ZipFile, name: str, fingerprint: str) -> None:
    """Unpack a version beside the others, verify it, and move it into its place."""
    start = f"{ROOT}{name}/{fingerprint}/"
    (models / name).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=models) as making:
        part = Path(making) / fingerprint
        for member in archive.namelist():
            inner = member.removeprefix(start)
            if not member.startswith(start) or not is_inner_path(inner):
                continue
            (part / inner).parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as from_, (part / inner).open("wb") as to:
                shutil.copyfileobj(from_, to, BLOCK)
        verify.verify(part, name)
        try:
            os.replace(part, models / name / fingerprint)
        except OSError as error:
            raise LikelyError(f"{name}@{fingerprint} cannot be restored: {error}.") from None
