"""Models with every kind of damage, for tests of who stands beside them."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ml.lifecycle.registry import set_live
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from ml.trust.code import read_code
from ml.trust.record import Trusted, allow
from ml.trust.verify import FINGERPRINT_LENGTH, sha256

RECORD = {"a": 0.5, "b": -0.25}
SOUND = """
from sklearn.base import BaseEstimator, TransformerMixin


class Same(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X * 1.0
"""


def frame(rows: int = 80) -> pd.DataFrame:
    """Two numbers."""
    draw = np.random.default_rng(3)
    return pd.DataFrame({"a": draw.normal(size=rows), "b": draw.normal(size=rows)})


def truth_of(table: pd.DataFrame) -> pd.Series:
    """Outcome of each row, of two."""
    return pd.Series(np.where(table["a"] + table["b"] ** 2 > 0.5, "yes", "no"))


def build(name: str, models: Path, kind: str = "linear", code: Path | None = None) -> str:
    """A small model: "linear", "trees" (with an ONNX program), a library's, or "own" (with code that travels along)."""
    table = frame()
    truth = truth_of(table)
    given = None if code is None else read_code(code)
    if kind == "own":
        assert given is not None
        with given.modules.installed():
            import shop_code

            estimator = make_pipeline(shop_code.Same(), LogisticRegression())
    else:
        estimator = _estimator(kind)
    estimator.fit(table[:60], truth[:60] == "yes" if kind == "xgboost" else truth[:60])
    trained = Trained(
        name=name,
        title=name.capitalize(),
        description="",
        estimator=estimator,
        schema=infer_schema(table[:60]),
        outcomes=outcomes_of(estimator),
        training=table[:60],
        holdout=table[20:],
        truth=truth[20:] == "yes" if kind == "xgboost" else truth[20:],
        code=given,
    )
    return build_bundle(trained, models)


def _estimator(kind: str) -> Any:
    if kind == "lightgbm":
        return importlib.import_module(kind).LGBMClassifier(n_estimators=3, verbose=-1)
    if kind == "xgboost":
        return importlib.import_module(kind).XGBClassifier(n_estimators=3)
    if kind == "catboost":
        return importlib.import_module(kind).CatBoostClassifier(iterations=3, verbose=0, allow_writing_files=False)
    return {"linear": LogisticRegression(), "trees": RandomForestClassifier(5, random_state=0)}[kind]


def folder_of(models: Path, name: str) -> Path:
    """The folder of the live version."""
    return models / name / (models / name / "live").read_text().strip()


def forge(models: Path, name: str, change: Callable[[Path], object], listed: bytes | None = None) -> None:
    """Alter a version and make manifest, folder and pointer fit: what checksums cannot see."""
    folder = folder_of(models, name)
    change(folder)
    manifest = folder / "manifest.json"
    if listed is None:
        files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("manifest.json", "created")]
        entries = {
            path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": sha256(path)} for path in files
        }
        listed = json.dumps(entries).encode()
    manifest.write_bytes(listed)
    fingerprint = hashlib.sha256(listed).hexdigest()[:FINGERPRINT_LENGTH]
    if fingerprint != folder.name:
        shutil.move(folder, folder.with_name(fingerprint))
    set_live(models, name, fingerprint)


def written(name: str, content: bytes) -> Callable[[Path], object]:
    """Put another content into a file."""
    return lambda folder: (folder / name).write_bytes(content)


def rewritten(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    """Change what a JSON file says."""

    def alter(folder: Path) -> None:
        data = json.loads((folder / name).read_text())
        change(data)
        (folder / name).write_text(json.dumps(data))

    return alter


def _without(key: str, data: dict[str, Any]) -> None:
    del data[key]


def _with(key: str, value: object, data: dict[str, Any]) -> None:
    data[key] = value


def coded(source: str) -> Callable[[Path], object]:
    """Put another source in the place of the code, and let the operator's file allow it."""

    def alter(folder: Path) -> None:
        path = folder / "code" / "shop_code.py"
        path.write_text(source)
        digest = read_code(path).digest
        allow(folder.parent.parent, folder.parent.name, Trusted(code={digest: frozenset({"shop_code.Same"})}))

    return alter


NOT_JSON = {
    "object": b"{}",
    "list": b"[]",
    "null": b"null",
    "number": b"17",
    "text": b'"x"',
    "cut": b'{"a": [1, 2',
    "empty": b"",
    "bytes": b"\xff\xfe\x00{",
    "deep": b"[" * 200_000,
}
RAISING = {
    "exit": "raise SystemExit(3)",
    "memory": "raise MemoryError",
    "deep": "raise RecursionError",
    "own": "class Odd(BaseException): pass\nraise Odd('odd')",
    "missing": "import nowhere_to_be_found",
    "syntax": "def (",
    "quiet": "raise Exception",
    "mute": "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
}
CONSTRUCTED = SOUND + "\n    def __setstate__(self, state):\n        {}\n"
ASKED = SOUND.replace("return X * 1.0", "{}")


def damages() -> dict[str, tuple[str, Callable[[Path], object]]]:
    """Name of the model to its kind and what is done to it; each is broken, or breaks when it is asked."""
    made: dict[str, tuple[str, Callable[[Path], object]]] = {}
    for file in ("card", "schema", "golden", "program"):
        for how, content in NOT_JSON.items():
            made[f"{file}-{how}"] = ("linear", written(f"{file}.json", content))
    for key in ("title", "outcomes", "offers", "path", "rows", "versions"):
        made[f"card-without-{key}"] = ("linear", rewritten("card.json", partial(_without, key)))
    for key, value in {"payoff": "x", "cut-offs": [1], "bands": 3, "title": 3, "rows": {"training": "many"}}.items():
        name = key.replace("-", "_")
        made[f"card-odd-{key}"] = (
            "linear", rewritten("card.json", partial(_with, name, value)),
        )  # fmt: skip
    made["onnx-garbled"] = ("trees", written("program.onnx", b"\x08\x07 garbled"))
    made["skops-garbled"] = ("own", written("estimator.skops", b"PK garbled"))
    for how, statement in RAISING.items():
        made[f"import-{how}"] = ("own", coded(statement + "\n"))
        last = statement.splitlines()[-1]
        if how in ("exit", "memory", "deep", "quiet"):
            made[f"construct-{how}"] = ("own", coded(CONSTRUCTED.format(last)))
            made[f"ask-{how}"] = ("own", coded(ASKED.format(last)))
    return made


def broken_models(models: Path, sources: Path) -> list[str]:
    """Make a folder of models with one kind of damage each; gives their names."""
    code = sources / "shop_code.py"
    code.write_text(SOUND)
    for kind in ("linear", "trees", "own"):
        build(f"sound-{kind}", models, kind, code if kind == "own" else None)
    own = json.loads((models / "trust.json").read_text())["sound-own"]
    names = []
    for name, (kind, change) in damages().items():
        names.append(name)
        shutil.copytree(models / f"sound-{kind}", models / name)
        if kind == "own":
            allow(models, name, Trusted(code={digest: frozenset(each) for digest, each in own["code"].items()}))
        forge(models, name, change)
    for how, content in NOT_JSON.items():
        names.append(f"manifest-{how}")
        shutil.copytree(models / "sound-linear", models / names[-1])
        forge(models, names[-1], lambda folder: None, content)
    return names
