"""Files that commands cannot read or write are named in words, without an error number or a temporary name."""

import re
import shutil
from types import SimpleNamespace

import pytest

from ml.cli import FAILED, OK
from ml.cli.commands import main

LINES = "sl,sw,pl,pw\n5.1,3.5,1.4,0.2\n"


def add(data, out):
    return ["add", "m", "--estimator", data, "--data", data, "--holdout", data, "--truth", data]


COMMANDS = {
    "score": lambda data, out: ["score", "iris", "--in", data, "--out", out],
    "training": lambda data, out: ["training", "iris", "--out", out],
    "report": lambda data, out: ["report", "iris", "--out", out],
    "backup": lambda data, out: ["backup", out, "--overwrite"],
    "restore": lambda data, out: ["restore", data],
    "records": lambda data, out: ["records", "iris", "--data", data],
    "add": add,
}
READS = ("score", "restore", "records", "add")
WRITES = ("score", "training", "report", "backup")


@pytest.fixture
def run(models_dir, tmp_path, capsys):
    def run(name, data, out):
        code = main(
            COMMANDS[name](str(data), str(out)),
            models_dir,
            outcome_rows=lambda *_: iter(()),
            store_backup=lambda: SimpleNamespace(step=1, dump=lambda *_, **__: {}, has_rows=list),
            book_store=SimpleNamespace,
        )
        return code, capsys.readouterr().err

    (tmp_path / "in.csv").write_text(LINES)
    return run


def in_words(said, name):
    assert "error: " in said
    assert str(name) in said
    assert not re.search(r"Errno|Traceback|\.part|\(\d+", said)


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("there", ["nothing", "a folder"])
def test_a_file_that_cannot_be_read_is_named(run, tmp_path, name, there):
    data = tmp_path / "given.csv"
    if there == "a folder":
        data.mkdir()
    code, said = run(name, data, tmp_path / "out.csv")
    assert code == FAILED
    in_words(said, data)
    words = {"add": "There is no file", "nothing": "No such file or directory", "a folder": "Is a directory"}
    assert words[name if name == "add" else there] in said


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("there", ["no folder", "a folder", "a file as a folder"])
def test_a_file_that_cannot_be_written_is_named(run, tmp_path, name, there):
    ending = "html" if name == "report" else "csv"
    out = {
        "no folder": tmp_path / "none" / f"out.{ending}",
        "a folder": tmp_path / f"folder.{ending}",
        "a file as a folder": tmp_path / "in.csv" / f"out.{ending}",
    }[there]
    if there == "a folder":
        out.mkdir()
    code, said = run(name, tmp_path / "in.csv", out)
    assert code == FAILED
    in_words(said, out)
    assert not list(tmp_path.glob(".*"))  # nothing half written is left


@pytest.mark.parametrize("same", ["the name", "a link", "another way"])
def test_a_result_does_not_take_the_place_of_its_records(run, tmp_path, same):
    data = tmp_path / "in.csv"
    out = {"the name": data, "a link": tmp_path / "link.csv", "another way": tmp_path / "x" / ".." / "in.csv"}[same]
    (tmp_path / "x").mkdir()
    if same == "a link":
        out.symlink_to(data)
    code, said = run("score", data, out)
    assert code == FAILED
    assert "is the file of --in, too. Name another for the result" in said
    assert data.read_text() == LINES
    shutil.copy(data, tmp_path / "copy.csv")
    assert run("score", data, tmp_path / "copy.csv")[0] == OK  # a file that is there, with the same content


def test_the_number_of_decisions_says_what_is_accepted(models_dir, capsys):
    for written in ("0", "-1", "1.5", "many"):
        with pytest.raises(SystemExit):
            main(["retrain", "iris", f"--most={written}"], models_dir)
        assert f"argument --most: '{written}' is no whole number from 1." in capsys.readouterr().err


def test_a_mistyped_model_is_not_one_without_a_challenger(models_dir, capsys):
    none = SimpleNamespace(state=lambda name: None)
    assert main(["challenger", "nosuch"], models_dir, challengers=lambda: none) == FAILED
    assert "There is no model 'nosuch'." in capsys.readouterr().err
