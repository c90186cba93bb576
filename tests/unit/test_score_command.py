"""``python -m ml score``: formats, standard input and output, and what may not be replaced by a file."""

import csv
import gzip
import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import openpyxl
import pytest

from ml.batch.score_file import score_file
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from ml.service import open_service
from tests.parquet import ASIDE, folder_of_pyarrow
from tests.small import people, small_model

ROOT = Path(__file__).resolve().parents[2]


class Asked:
    """A model, a file, and the result as the function gives it."""

    def __init__(self, folder):
        self.models, self.source = folder / "models", folder / "in.csv"
        small_model("binary", self.models)
        frame = people(rows=12, seed=8).assign(phone="+1 415 555 0100", label="old")
        frame.to_csv(self.source, index=False)
        score_file(open_service(self.models), "binary", self.source, folder / "expected.csv")
        self.expected = (folder / "expected.csv").read_bytes()

    def score(self, target, *more, source=None):
        return main(["score", "binary", "--in", str(source or self.source), "--out", str(target), *more], self.models)

    def process(self, words, **more):
        environment = os.environ | {"MODELS_DIR": str(self.models), "PYTHONPATH": str(ASIDE)}
        command = f"{sys.executable} -m ml score binary {words}"
        return subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, **more)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return Asked(tmp_path_factory.mktemp("asked"))


def test_standard_input_and_output_and_nothing_else_in_it(asked):
    done = asked.process("--in - --out -", input=asked.source.read_bytes())
    assert done.returncode == OK, done.stderr
    assert done.stdout == asked.expected
    assert b"12 records scored, 0 with problems, written to standard output" in done.stderr
    assert b"so the result has label_2 for label." in done.stderr


def test_dev_stdout_is_standard_output_also_where_that_is_a_file(asked, tmp_path):
    done = asked.process(f"--in {asked.source} --out /dev/stdout > {tmp_path}/out.csv; echo end >> {tmp_path}/out.csv")
    assert (tmp_path / "out.csv").read_bytes() == asked.expected + b"end\n", done.stderr
    assert Path("/dev/stdout").is_symlink()


def test_a_device_is_written_into(asked):
    ours, theirs = os.openpty()
    place = os.ttyname(theirs)
    try:
        assert asked.score(place) == OK
        assert stat.S_ISCHR(Path(place).stat().st_mode)
        assert os.read(ours, 100).replace(b"\r\r\n", b"\r\n")[:50] == asked.expected[:50]
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("name", ["pipe", "link to a pipe"])
def test_a_named_pipe_stays_one(asked, tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link to a pipe").symlink_to(tmp_path / "pipe")
    came = []
    reader = threading.Thread(target=lambda: came.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    assert asked.score(tmp_path / name) == OK
    reader.join()
    assert came == [asked.expected]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert (tmp_path / "link to a pipe").is_symlink()


def test_a_link_stays_a_link_and_what_it_points_to_is_replaced(asked, tmp_path):
    (tmp_path / "real.csv").write_text("before")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert asked.score(tmp_path / "link.csv") == OK
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == asked.expected


def test_what_goes_wrong_leaves_what_was_there(asked, tmp_path):
    (tmp_path / "out.csv").write_text("before")
    (tmp_path / "bad.csv").write_text('income\n"1\n')
    assert asked.score(tmp_path / "out.csv", source=tmp_path / "bad.csv") == FAILED
    assert (tmp_path / "out.csv").read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "out.csv"]


def cells(data):
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_the_ending_tells_the_format(asked, tmp_path):
    assert asked.score(tmp_path / "out.xlsx") == OK
    rows = list(openpyxl.load_workbook(tmp_path / "out.xlsx").active.iter_rows(values_only=True))
    table = cells(asked.expected)
    assert rows[0][0] == "phone"
    assert sorted(rows[0]) == sorted(table[0])
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["phone"] == "+1 415 555 0100"
    assert first["probability_yes"] == float(table[1][table[0].index("probability_yes")])
    assert asked.score(tmp_path / "out.csv.gz") == OK
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()) == asked.expected
    assert asked.score(tmp_path / "out.dat", "--format", "csv-excel", "--out-separator", "semicolon") == OK
    assert (tmp_path / "out.dat").read_bytes().startswith(b"\xef\xbb\xbfphone;")


def test_a_workbook_is_scored_again_with_the_same_scores(asked, tmp_path):
    assert asked.score(tmp_path / "once.xlsx") == OK
    assert asked.score(tmp_path / "twice.csv", source=tmp_path / "once.xlsx") == OK
    table = cells((tmp_path / "twice.csv").read_bytes())
    before, now = table[0].index("probability_yes"), table[0].index("probability_yes_2")
    assert [float(row[before]) for row in table[1:]] == pytest.approx([float(row[now]) for row in table[1:]], abs=1e-12)
    assert "label_3" in table[0]


@pytest.mark.parametrize("name", ["out.ods", "out.tsv", "out.json.gz"])
def test_an_ending_of_another_kind_is_refused_before_anything_is_read(asked, tmp_path, capsys, name):
    assert asked.score(tmp_path / name, source=tmp_path / "nothing.csv") == FAILED
    assert ".csv, .csv.gz, .xlsx, .parquet" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_parquet_needs_pyarrow(asked, tmp_path, capsys):
    if "pyarrow" not in sys.modules:
        assert asked.score(tmp_path / "out.parquet") == FAILED
        assert "install pyarrow" in capsys.readouterr().err
    folder_of_pyarrow()
    out, again = tmp_path / "out.parquet", tmp_path / "again.csv"
    read = f"import pyarrow.parquet as p; print(p.read_table('{out}').num_rows)"
    words = f'--in {asked.source} --out {out} && {sys.executable} -c "{read}" && '
    words += f"{sys.executable} -m ml score binary --in {out} --out {again}"
    done = asked.process(f"{words}", text=True, timeout=300)
    assert out.read_bytes()[:4] == b"PAR1"
    assert done.returncode == OK, done.stderr
    table = cells(again.read_bytes())
    names = [table[0].index(name) for name in ("probability_yes", "probability_yes_2")]
    assert len({tuple(row[at] for row in table[1:]) for at in names}) == 1


def test_records_with_problems_are_told_by_the_exit_code(asked, tmp_path, capsys):
    (tmp_path / "in.csv").write_text("income,debt,shoe_size,region\nx,1,2,south\n")
    assert asked.score(tmp_path / "out.csv", source=tmp_path / "in.csv") == BAD_INPUT
    assert "0 records scored, 1 with problems" in capsys.readouterr().out
