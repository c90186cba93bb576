"""The notebooks in examples/ run from top to bottom in a fresh process, and what they print is true."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ml.service import open_service
from tests.serving import ROOT

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def code_cells(notebook):
    """The code cells of a notebook, in order."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs_and_is_plain_python(notebook):
    cells = code_cells(notebook)
    assert cells
    for cell in cells:
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        compile("".join(cell["source"]), notebook.name, "exec")  # no magics: what runs here runs in Jupyter


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Likely in a folder of its own, for a notebook adds its model to the models beside it."""
    folder = tmp_path_factory.mktemp("likely")
    for name in ("ml", "store", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(notebook):
    """Output of a notebook, run cell after cell in one process in its folder, as Jupyter does it."""
    program = "\n\n".join("".join(cell["source"]) for cell in code_cells(notebook))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=notebook.parent, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_model_is_added_asked_and_reported_on(clone):
    key, *said = run(clone / "examples" / "add_a_model.ipynb")
    assert open_service(clone / "models").model("wine").key == key

    wine = load_wine(as_frame=True)
    names = wine.target.map({0: "barolo", 1: "grignolino", 2: "barbera"})
    X_train, X_holdout, y_train, _ = train_test_split(wine.data, names, test_size=0.4, stratify=names, random_state=0)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)
    expected = dict(zip(pipeline.classes_, pipeline.predict_proba(X_holdout[:1])[0], strict=True))
    assert {line.split()[0]: float(line.split()[1]) for line in said[:3]} == pytest.approx(expected, abs=5.1e-7)

    blanks = [[float(number) for number in re.findall(r"\d\.\d+", line)] for line in said[3:6]]
    assert sum(mean for mean, _, _ in blanks) == pytest.approx(1, abs=0.016)  # each rounded by 0.005 at most
    assert all(0 <= low <= mean <= high <= 1 and low < high for mean, low, high in blanks)
    report = clone / "examples" / "wine.html"
    assert said[6] == report.as_uri()
    assert key in report.read_text(encoding="utf-8")
