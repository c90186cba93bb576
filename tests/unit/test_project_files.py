"""What stands beside the code: the index of decisions, the guide for contributors, hooks and their script."""

import datetime as dt
import os
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from tests.serving import ROOT

PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # make test starts the tests
DECISIONS = ROOT / "docs" / "decisions"
ROW = re.compile(
    r"\| (\d+) \| \[(.+)\]\((\d{4}-[a-z0-9-]+\.md)\) \| (accepted|(?:amended|superseded) by (\d+)) \| (\S+) \|"
)


def index():
    """The rows of the index: number, title, file, status, the number of the record that changed it, date."""
    lines = (DECISIONS / "README.md").read_text(encoding="utf-8").splitlines()
    return [ROW.fullmatch(line).groups() for line in lines if re.match(r"\| \d", line)]


def test_numbers_of_decisions_have_no_holes_and_none_is_given_twice():
    numbers = sorted(int(path.name[:4]) for path in DECISIONS.glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_index_names_every_decision_as_its_record_does():
    records = {}
    for path in sorted(DECISIONS.glob("[0-9]*.md")):
        number, title = re.fullmatch(r"# (\d+)\. (.+)", path.read_text(encoding="utf-8").splitlines()[0]).groups()
        assert int(number) == int(path.name[:4]), path.name
        records[number] = (title, path.name)
    rows = index()
    assert [row[0] for row in rows] == list(records)
    assert {row[0]: (row[1], row[2]) for row in rows} == records


def test_statuses_name_later_records_that_there_are_and_dates_are_dates():
    rows = index()
    numbers = {row[0] for row in rows}
    for number, _, _, _, changed_by, date in rows:
        assert dt.date.fromisoformat(date) >= dt.date(2026, 11, 21)
        assert changed_by is None or changed_by in numbers - {number}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "README.md", "CHANGELOG.md", "docs/decisions/README.md"])
def test_files_that_a_page_names_are_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    linked = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if ":" not in target}
    named = set(re.findall(r"`((?:[a-z_.]+/)+(?:[\w.-]+\.(?:py|md|in|ipynb))?|[a-z_]+\.py)`", text))
    assert linked | named
    missing = [each for each in linked if not ((ROOT / page).parent / each).exists()]
    missing += [each for each in named if not (ROOT / each).exists() and each not in {"var/", "models/wine/"}]
    assert missing == []


def commands_of_make_check():
    """What make check runs once all is installed, as make itself says."""
    said = subprocess.run(
        ["make", "-n", "check"], cwd=ROOT, env=PLAIN, capture_output=True, text=True, check=True
    ).stdout
    runs = (line for line in said.splitlines() if line.startswith((".venv/bin/", ".ci/npm run")))
    return {line for line in runs if " -m pip " not in line}


def test_hooks_run_what_make_check_runs():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    entries = {hook["entry"] for hook in hooks if "commit-msg" not in hook.get("stages", ())}
    assert commands_of_make_check() == entries
    assert ".venv/bin/mypy" in entries


@pytest.mark.parametrize(
    ("message", "accepted"),
    [
        ("x" * 72, True),
        ("x" * 73, False),
        ("“" * 72, True),  # characters, not bytes
        ("\n# a comment of git's, which may be as long as it likes to be, and a bit longer than that\nShort\n", True),
        (f"Short\n\n{'x' * 200}\n", True),
        (f"\n{'x' * 73}\n\nShort\n", False),
    ],
)
def test_a_subject_of_more_than_72_characters_is_refused(message, accepted, tmp_path):
    file = tmp_path / "COMMIT_EDITMSG"
    file.write_text(message, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, ".ci/commit_subject.py", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == accepted
    assert accepted or "73 characters" in done.stderr


def test_make_help_lists_every_target():
    said = subprocess.run(["make", "help"], cwd=ROOT, env=PLAIN, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert set(shlex.split(phony)) <= set(re.findall(r"^  ([a-z-]+) ", said, re.MULTILINE))
