"""A new plot is one file and one line: the plot of the guide, put into a copy of the product, stands at every door."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small import small_model

ROOT = Path(__file__).parents[2]
KEY = "probability-histogram"


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Path:
    """A copy of the product with the file and the line that the guide shows, and nothing else."""
    copy = tmp_path_factory.mktemp("product")
    for package in {path.parent for path in ROOT.glob("*/__init__.py")} | {ROOT / "docs", ROOT / "tests"}:
        shutil.copytree(package, copy / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*ROOT.glob("*.py"), ROOT / "pyproject.toml"):
        shutil.copy(path, copy / path.name)
    (copy / "assets").symlink_to(ROOT / "assets")
    guide = (ROOT / "docs" / "ADDING_A_PLOT.md").read_text(encoding="utf-8")
    code, line = (block.split("```")[0] for block in guide.split("```python\n")[1:3])
    (place,) = re.findall(r"`(ml/plots/\w+/\w+\.py)`:\n\n```python", guide)
    (copy / place).write_text(code, encoding="utf-8")
    catalogue = copy / "ml" / "plots" / "catalogue.py"
    listed = catalogue.read_text(encoding="utf-8")
    before = listed.index('    "curves.roc_curve",\n')
    catalogue.write_text(listed[:before] + line + listed[before:], encoding="utf-8")
    return copy


def ran(product: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of Python inside the copy."""
    given = [sys.executable, "-W", "ignore", *command]
    return subprocess.run(given, cwd=product, check=False, capture_output=True, text=True, timeout=600)


def test_the_plot_of_the_guide_stands_on_the_page_at_the_api_in_the_report_and_is_warmed(product, tmp_path):
    small_model("independent", tmp_path)
    done = ran(product, "-m", "tests.contract.doors_of_a_plot", str(tmp_path), KEY)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["order"][seen["order"].index(KEY) + 1] == "roc"  # where its line stands
    assert sum(seen["shares"]) == pytest.approx(1)
    assert seen["drawn"] == seen["page"] == seen["shares"]
    assert "“Credit card”" in seen["sentence"]
    assert seen["places"] == 1
    assert seen["csv"].splitlines()[0] == "low,shares"
    assert seen["chapters"] == ["curves"]
    assert len(seen["warmed"]) == len(("loan", "card"))


@pytest.mark.nightly
def test_the_contract_of_the_catalogue_takes_it_as_it_is(product):
    chosen = ("-k", f"{KEY} or file or left_over", "-p", "no:cacheprovider")
    done = ran(product, "-m", "pytest", "tests/contract/test_catalogue.py", "-q", *chosen)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d\d passed", done.stdout), done.stdout


@pytest.mark.nightly
def test_no_test_of_all_plots_has_to_be_touched(product):
    """Those that name keys of plots or go through the whole catalogue, its sentences apart."""
    files = [f"tests/unit/test_{name}.py" for name in ("plots", "api_plots", "plot_columns", "plot_pages", "warm")]
    done = ran(product, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
    assert done.returncode == 0, done.stdout[-5_000:]
