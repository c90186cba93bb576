"""Loading of a bundle's estimator: only with matching versions and allowed types and code."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ml.errors import BrokenModel, UntrustedModel
from ml.runtime.foreign_code import how_to_install, installed_version, is_here
from ml.translation import text
from ml.trust.code import Code, importable
from ml.trust.record import FILE, Trusted
from ml.trust.trees import fault_of_trees
from ml.trust.types import ESTIMATORS, defines, is_harmless
from ml.trust.walk import reads_files

LARGEST_UNPACKED = 8 * 2**30  # a bomb of 0.3 MB unpacks to gigabytes


def load_estimator(path: Path, key: str, versions: Mapping[str, str], trusted: Trusted, code: Code | None) -> Any:
    """The estimator of a bundle.

    Parameters
    ----------
    path : Path
        The skops file, its SHA-256 compared already.
    key : str
        The model's key, for the words of a refusal.
    versions : mapping of str to str
        Versions of libraries that it was made with, from the card.
    trusted : Trusted
        Permissions of the model.

    Raises
    ------
    BrokenModel, UntrustedModel
        And exceptions of foreign code, which the caller turns into errors of ours.
    """
    _check_versions(key, versions)
    if code is not None and code.digest not in trusted.code:
        files = ", ".join(sorted(code.files)[:5])
        message = text("{key} brings code that nobody allowed here: {files}.", key=key, files=files)
        raise UntrustedModel(message, _how_to_allow(key, [f"--code {code.digest}"], str(code.folder)))
    import skops.io

    _check_size(path, key)
    unknown = names_in(path, code)
    with importable(code):
        _check_packages(key, unknown)
        _check_names(key, unknown, trusted, code)
        estimator = skops.io.load(path, trusted=unknown)
    reader = reads_files(estimator)
    fault = fault_of_trees(estimator) or (reader and f"{reader} reads files that a record names")
    if fault:
        raise BrokenModel(text("{key}: {fault}.", key=key, fault=fault), text("Train or add it again."))
    return estimator


def names_in(path: Path, code: Code | None = None) -> list[str]:
    """Names in a skops file that skops itself does not trust, sorted. Nothing is loaded."""
    import skops.io

    with importable(code):
        names: list[str] = skops.io.get_untrusted_types(file=path)
    return names


def _check_versions(key: str, versions: Mapping[str, str]) -> None:
    made, here = versions["scikit-learn"], installed_version("scikit-learn")
    if made.split(".")[:2] != here.split(".")[:2]:
        message = text("{key} was made with scikit-learn {made}; this is {here}.", key=key, made=made, here=here)
        raise BrokenModel(message, text("Train it again here, or install scikit-learn {made}.", made=made))


def _check_size(path: Path, key: str) -> None:
    with zipfile.ZipFile(path) as file:
        size = sum(member.file_size for member in file.infolist())
    if size > LARGEST_UNPACKED:
        message = text(
            "{key}: the estimator unpacks to {size} GB; at most {largest_unpacked} are read.",
            key=key,
            size=f"{size / 2**30:,.1f}",
            largest_unpacked=LARGEST_UNPACKED // 2**30,
        )
        raise BrokenModel(message, text("Make a smaller estimator, with fewer or shallower trees for instance."))


def _check_packages(key: str, names: Collection[str]) -> None:
    for top in sorted({name.partition(".")[0] for name in names} & set(ESTIMATORS)):
        if not is_here(top):
            raise BrokenModel(
                text("{key} needs the package {top}, which is not installed.", key=key, top=top), how_to_install(top)
            )


def _check_names(key: str, names: Collection[str], trusted: Trusted, code: Code | None) -> None:
    refused = sorted(name for name in names if not _is_allowed(name, trusted, code))
    if refused:
        message = text("{key} holds names that are not trusted here: {refused}.", key=key, refused=", ".join(refused))
        raise UntrustedModel(message, _how_to_allow(key, [f"--type {name}" for name in refused]))


def _is_allowed(name: str, trusted: Trusted, code: Code | None) -> bool:
    if code is not None and code.modules.holds(name):
        return name in trusted.names(code.digest) and defines(code, name)
    return is_harmless(name) or name in trusted.types


def _how_to_allow(key: str, flags: Collection[str], place: str = "") -> str:
    slots = {"command": f"python -m ml trust {key} {' '.join(flags)}", "file": FILE}
    if place:
        return text("Read {place}; if you trust it, run: {command} (it is kept in {file}).", **slots, place=place)
    return text("Look at each of them; if you trust it, run: {command} (it is kept in {file}).", **slots)
