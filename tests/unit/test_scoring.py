"""A file is scored row by row, in order, and nothing is lost."""

import csv

import pytest

from ml.commands import BAD_INPUT, FAILED, OK, main
from ml.errors import InvalidData
from ml.scoring import score_file

HEADER = "customer;sl;sw;pl;pw\n"


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def flowers(tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text(
        HEADER + "=1+2;5.1;3.5;1.4;0.2\nB;x;3.5;;0.2\nC;6.5;3.0;5.5;1.8;9\nD;6.5;3.0;5.5;1.8\n", encoding="utf-8"
    )
    return path


def test_same_rows_same_order_with_scores_and_problems(service, flowers, tmp_path):
    done = score_file(service, "iris", flowers, tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert (done.scored, done.refused) == (2, 2)
    assert [row["customer"] for row in rows] == ["'=1+2", "B", "C", "D"]
    assert [row["label"] for row in rows] == ["setosa", "", "", "virginica"]
    wanted = service.score("iris", [{"sl": 6.5, "sw": 3.0, "pl": 5.5, "pw": 1.8}]).scores[0].probabilities
    given = [float(rows[3][f"probability_{name}"]) for name in service.model("iris").outcomes.names]
    assert given == pytest.approx(wanted, abs=1e-12)
    assert "sepal_length: “x” is not a number." in rows[1]["problems"]
    assert "petal_length: A value is needed." in rows[1]["problems"]
    assert "6; in the header: 5" in rows[2]["problems"]


def test_chunks_make_no_difference(service, tmp_path, monkeypatch):
    lines = [f"{4.5 + at % 30 / 10};3.0;{1 + at % 50 / 10};0.{at % 9}" for at in range(500)]
    (tmp_path / "in.csv").write_text("sl;sw;pl;pw\n" + "\n".join(lines), encoding="utf-8")
    sizes = []
    score_file(service, "iris", tmp_path / "in.csv", tmp_path / "one.csv")
    monkeypatch.setattr("ml.scoring.CHUNK", 7)
    score_file(service, "iris", tmp_path / "in.csv", tmp_path / "many.csv", sizes.append)
    one, many = read(tmp_path / "one.csv"), read(tmp_path / "many.csv")
    assert len(one) == len(many) == 500
    for a, b in zip(one, many, strict=True):
        assert a["label"] == b["label"]
        assert float(a["probability_setosa"]) == pytest.approx(float(b["probability_setosa"]), abs=1e-12)
    assert sum(sizes) == (tmp_path / "in.csv").stat().st_size


def test_a_failed_run_leaves_no_half_result(service, flowers, tmp_path):
    flowers.write_bytes(HEADER.encode() + b"A;5;3;1;\xff\n")
    with pytest.raises(InvalidData):
        score_file(service, "iris", flowers, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["flowers.csv"]


def test_a_file_of_something_else_is_refused(service, tmp_path):
    (tmp_path / "in.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InvalidData, match="No column of the file is a feature of iris"):
        score_file(service, "iris", tmp_path / "in.csv", tmp_path / "out.csv")


def test_the_command_counts_and_says_where(models_dir, flowers, tmp_path, capsys):
    words = ["score", "iris", "--in", str(flowers), "--out", str(tmp_path / "out.csv")]
    assert main(words, models_dir) == BAD_INPUT
    assert "2 records scored, 2 with problems" in capsys.readouterr().out
    flowers.write_text(HEADER + "A;5.1;3.5;1.4;0.2\n", encoding="utf-8")
    assert main(words, models_dir) == OK
    assert main(["score", "iris", "--in", str(tmp_path / "nope.csv"), "--out", "x.csv"], models_dir) == FAILED


def test_the_real_applications_are_scored(service, shared_data, tmp_path):
    done = score_file(service, "loan", shared_data / "loan-test.csv", tmp_path / "out.csv")
    assert (done.scored, done.refused) == (367, 0)
    assert read(tmp_path / "out.csv")[0]["Loan_ID"] == "LP001015"
