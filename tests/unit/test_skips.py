"""Skips of a run in CI: accepted reasons only, asked of a run of pytest in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import ACCEPTED, refused

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = "from tests.skips import pytest_make_collect_report, pytest_runtest_makereport\n"
ONE = """
import pytest
@pytest.fixture
def away():
    pytest.skip("redis is not started")
def test_in_itself(): pytest.skip("nothing here")
def test_by_its_fixture(away): pass
@pytest.mark.skipif(True, reason="the moon is full")
def test_by_its_mark(): pass
@pytest.mark.xfail(reason="known")
def test_known(): assert False
@pytest.mark.skipif(True, reason="the system cannot fork")
def test_accepted(): pass
def test_whole(): pass
"""
TWO = 'import pytest\nimported = pytest.importorskip("no_such_package")\ndef test_never(): pass\n'


@pytest.mark.parametrize(("ci", "counts"), [("true", "1 passed, 1 skipped, 1 xfailed"), ("", "1 passed, 5 skipped")])
def test_where_ci_is_set_a_skip_for_another_reason_fails(tmp_path, ci, counts):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_one.py").write_text(ONE)
    (tmp_path / "test_two.py").write_text(TWO)
    words = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    environ = os.environ | {"CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [*words, "-p", "no:dash", "-p", "no:schemathesis", "--continue-on-collection-errors", str(tmp_path)],
        capture_output=True, text=True, env=environ, cwd=tmp_path, timeout=300,
    )  # fmt: skip
    said = done.stdout
    if ci:
        for reason in (
            "nothing here",
            "redis is not started",
            "the moon is full",
            "could not import 'no_such_package'",
        ):
            assert re.search(f"CI is set, and tests/skips.py does not accept: .*{reason}", said), said
        assert done.returncode
    assert counts in said, said


def test_each_accepted_reason_is_that_of_a_test():
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py") if file.name != "skips.py"]
    assert [each for each in ACCEPTED if not any(re.search(each, text) for text in texts)] == []


def test_outside_ci_every_reason_is_accepted(monkeypatch):
    monkeypatch.setenv("CI", "")
    assert refused("whatever") == ""
    monkeypatch.setenv("CI", "true")
    assert refused("whatever") != ""
    assert refused("Skipped: minutes: in the long lane") == ""
