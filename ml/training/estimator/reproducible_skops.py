"""Write an estimator with skops so that the same estimator gives the same bytes.

skops names objects and files after memory addresses, and zip files hold times. Neither says
anything of the estimator; left in, two machines that train the same model would give it two keys.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import skops.io

from ml.trust.walk import parts_of

START_OF_TIME = (1980, 1, 1, 0, 0, 0)
DESCRIPTION = "schema.json"
LEFT_OUT = (
    "_stop_words_id",  # address of the stop words that a text vectorizer has checked; it checks them again without it
    "_metadata_request",  # who passes weights to whom when it is fitted; refers to its estimator, so skops never ends
)


def write_estimator(estimator: Any, path: Path) -> None:
    """Write a fitted estimator for ``skops.io.load``; equal estimators give equal files."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(estimator))) as given:
        numbers: dict[str, str] = {}
        described = _renumber(json.loads(given.read(DESCRIPTION)), numbers)
        members = {_renamed(name, numbers): given.read(name) for name in given.namelist() if name != DESCRIPTION}
    members[DESCRIPTION] = json.dumps(described).encode()  # an indent would take ten times as long
    with zipfile.ZipFile(path, "w") as written:
        for name in sorted(members):
            written.writestr(zipfile.ZipInfo(name, START_OF_TIME), members[name], zipfile.ZIP_DEFLATED, 6)


@contextmanager
def without_what_is_no_model(estimator: Any) -> Iterator[None]:
    """Context manager: remove attributes of scikit-learn that are no part of the model (:data:`LEFT_OUT`)."""
    held = [
        (vars(part), name, vars(part)[name])
        for part in parts_of(estimator)
        for name in LEFT_OUT
        if name in getattr(part, "__dict__", ())
    ]
    for state, name, _ in held:
        state.pop(name, None)
    try:
        yield
    finally:
        for state, name, value in held:
            state[name] = value


def _renumber(node: Any, numbers: dict[str, str]) -> Any:
    """The description with objects numbered in the order in which they appear."""
    if isinstance(node, list):
        return [_renumber(item, numbers) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _number(key, value, numbers) for key, value in node.items()}


def _number(key: str, value: Any, numbers: dict[str, str]) -> Any:
    if key == "__id__" and isinstance(value, int):
        return int(numbers.setdefault(str(value), str(len(numbers) + 1)))
    if key == "file" and isinstance(value, str):
        numbers.setdefault(value.partition(".")[0], str(len(numbers) + 1))
        return _renamed(value, numbers)
    return _renumber(value, numbers)


def _renamed(name: str, numbers: dict[str, str]) -> str:
    stem, dot, rest = name.partition(".")
    return numbers.get(stem, stem) + dot + rest
