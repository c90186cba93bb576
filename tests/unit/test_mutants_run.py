"""``make mutants`` comes to its end whatever one group does, tells how far it is, and goes on where it was stopped."""

from __future__ import annotations

import json
import sys
import time

import pytest

from tests.mutants import run
from tests.mutants.groups import GROUPS

FOUND = {"file": "ml/a.py", "function": "f", "was": "a < b", "now": "a <= b", "name": "ml.a.x_f__mutmut_1"}
JUDGED = {("ml/a.py", "f", "a < b", "a <= b"): "equivalent: b is none of them"}


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A folder for two groups, whose copies of the repository are left out."""
    monkeypatch.setattr(run, "WORK", tmp_path)
    monkeypatch.setattr(run, "copy_into", lambda folder, group: None)
    monkeypatch.setattr(sys, "argv", ["run", "jobs", "tensors"])
    return tmp_path


def ends(work, monkeypatch, found):
    """Let a run of mutmut leave what it found, or say why it found nothing; gives the groups that were run."""
    ran = []

    def command(command, folder, name):
        ran.append((name, command[2:]))
        if isinstance(found[name], str):
            return found[name]
        (folder / "result.json").write_text(json.dumps(found[name]))
        return ""

    monkeypatch.setattr(run, "run_to_its_end", command)
    return ran


def code():
    with pytest.raises(SystemExit) as end:
        run.main()
    return end.value.code


def result(*survivors):
    return {"counts": {"killed": 3, "survived": len(survivors)}, "survivors": list(survivors)}


def test_a_group_that_fails_keeps_no_other_from_its_end(work, monkeypatch, capsys):
    ends(work, monkeypatch, {"jobs": "it ended with 1", "tensors": result()})
    assert code() == 1
    said = capsys.readouterr().out
    assert "tensors: 3 killed, 0 survived" in said
    assert "not through: jobs: it ended with 1" in said


@pytest.mark.parametrize(("known", "expected"), [({}, 1), (JUDGED, 0)])
def test_a_survivor_fails_unless_it_is_judged(work, monkeypatch, capsys, known, expected):
    ends(work, monkeypatch, {"jobs": result(FOUND), "tensors": result()})
    monkeypatch.setattr(run, "judged", lambda: known)
    assert code() == expected
    said = capsys.readouterr().out
    assert ("- a < b" in said) == (expected == 1)
    assert f"1 survivors, 1 {'equivalent' if known else 'not judged'}" in said


def test_a_judgement_of_which_nothing_survives_is_named():
    key = ("store/jobs.py", "claim", "a", "b")
    told = list(run.summed_up({"jobs": result()}, {key: "accepted: no", **JUDGED}))
    assert told[0] == "0 survivors"
    assert [line for line in told if "store/jobs.py claim" in line]
    assert not [line for line in told if "ml/a.py" in line]  # of another group


def test_what_was_stopped_goes_on_and_what_is_through_is_told_again(work, monkeypatch, capsys):
    ends(work, monkeypatch, {"jobs": result(FOUND), "tensors": "it ended with 1"})
    assert code() == 1
    ran = ends(work, monkeypatch, {"tensors": result()})
    (work / "tensors" / "mutants").mkdir()
    (work / "tensors" / "mutants" / "mutmut-stats.json").write_text("{}")
    monkeypatch.setattr(sys, "argv", ["run", "--continue", "jobs", "tensors"])
    assert code() == 1
    assert ran == [("tensors", [])]
    assert (work / "tensors" / "mutants" / "mutmut-stats.json").exists()  # tests are not timed anew
    assert "- a < b" in capsys.readouterr().out


def test_a_new_run_takes_nothing_of_the_one_before(work, monkeypatch):
    ends(work, monkeypatch, {"jobs": result(), "tensors": result()})
    assert code() == 0
    ran = ends(work, monkeypatch, {"jobs": "it ended with 1", "tensors": result()})
    assert code() == 1
    assert [name for name, _ in ran] == ["jobs", "tensors"]
    assert not (work / "jobs" / "result.json").exists()


def test_survivors_alone_are_tested_again(work, monkeypatch):
    ends(work, monkeypatch, {"jobs": result(FOUND), "tensors": result()})
    code()
    ran = ends(work, monkeypatch, {"jobs": result()})
    monkeypatch.setattr(sys, "argv", ["run", "--again", "jobs", "tensors"])
    assert code() == 0
    assert ran == [("jobs", [FOUND["name"]])]


def noted(folder, *codes):
    (folder / "mutants" / "ml").mkdir(parents=True)
    (folder / "mutants" / "ml" / "a.py.meta").write_text(json.dumps({"exit_code_by_key": dict(enumerate(codes))}))
    (folder / "mutants" / "ml" / "b.py.meta").write_text('{"exit_code_by_')  # is being written


def test_how_far_a_group_is_is_told(tmp_path, capsys):
    noted(tmp_path, 1, None, 0)
    assert run.run_to_its_end(["sleep", "0.5"], tmp_path, "jobs", every=0.05) == ""
    assert capsys.readouterr().out == "jobs: 2 of 3 mutants after 0 min\n"


def test_a_group_in_which_nothing_happens_is_ended_with_what_it_started(tmp_path):
    started = tmp_path / "alive"
    child = f"import time, pathlib\nwhile True: pathlib.Path({str(started)!r}).touch(); time.sleep(.01)"
    command = ["bash", "-c", f'{sys.executable} -c "{child}" & sleep 600']
    assert "nothing has happened" in run.run_to_its_end(command, tmp_path, "jobs", every=0.1, still=2.0)
    started.unlink(missing_ok=True)
    time.sleep(0.2)
    assert not started.exists()


def test_a_run_that_ends_badly_is_no_result(tmp_path):
    assert run.run_to_its_end(["false"], tmp_path, "jobs", every=0.05) == "it ended with 1"


def test_groups_name_modules_and_tests_that_are_there():
    for group in GROUPS.values():
        assert all(list(run.ROOT.glob(pattern)) for pattern in group.modules)
        assert all((run.ROOT / "tests" / "unit" / f"{name}.py").is_file() for name in group.tests)
