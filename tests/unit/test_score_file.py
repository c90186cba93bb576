"""A file is scored row by row, in order, and nothing is lost."""

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from ml.add import add_model
from ml.advice.score_known import ESTIMATOR
from ml.batch.columnar_writer import digits
from ml.batch.score_file import score_file
from ml.batch.score_lines import gaps_in, result_line, score_lines, score_rows
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import InvalidData, Unreadable
from ml.files.cells.read_cells import CellRules
from ml.files.cells.safe_cells import safe_cell, safe_cells
from ml.files.table import row_of
from ml.service import open_service
from tests.applications import applications, write_applications
from tests.small import small_model

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
    monkeypatch.setattr("ml.batch.score_file.CHUNK", 7)
    score_file(service, "iris", tmp_path / "in.csv", tmp_path / "many.csv", sizes.append)
    one, many = read(tmp_path / "one.csv"), read(tmp_path / "many.csv")
    assert len(one) == len(many) == 500
    for a, b in zip(one, many, strict=True):
        assert a["label"] == b["label"]
        assert float(a["probability_setosa"]) == pytest.approx(float(b["probability_setosa"]), abs=1e-12)
    assert sum(sizes) == (tmp_path / "in.csv").stat().st_size


def test_a_failed_run_leaves_no_half_result(service, flowers, tmp_path):
    flowers.write_bytes(HEADER.encode() + b'A;5;3;1;"1\n')
    with pytest.raises(Unreadable):
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


def test_a_file_of_applications_with_gaps_is_scored_line_by_line(service, tmp_path):
    done = score_file(service, "loan", write_applications(tmp_path / "in.csv", 60), tmp_path / "out.csv")
    assert (done.scored, done.refused) == (60, 0)
    rows = applications(60)
    scored = read(tmp_path / "out.csv")
    assert [row["Loan_ID"] for row in scored] == [row["Loan_ID"] for row in rows]
    given = service.score("loan", rows).scores
    assert [float(row["probability_Y"]) for row in scored] == [one.probabilities[1] for one in given]


def test_the_real_applications_are_scored(service, shared_data, tmp_path):
    done = score_file(service, "loan", shared_data / "loan-test.csv", tmp_path / "out.csv")
    assert (done.scored, done.refused) == (367, 0)
    assert read(tmp_path / "out.csv")[0]["Loan_ID"] == "LP001015"


ODD = ["", " ", "x", "5\n3", "\n5", "1_000", "1e999", "nan", "inf", "5,1", "=1+1", "\n=1", "-", "٣", " 7 ", "1e308"]
PLAIN = ["5", "-1", "+2.5", ".5", "5.", "1e2", "40", "41.5", "1000", "-0", "007", "south", "north"]
NAMES = ("income", "debt", "shoe_size", "region", "note", "Income")


@pytest.fixture(scope="module", params=["binary", "independent", "labels-only"])
def asked(request, tmp_path_factory):
    """A service on a small model: compiled, of two outcomes, and scikit-learn's own path, which refuses gaps."""
    folder = tmp_path_factory.mktemp(request.param)
    small_model(request.param, folder)
    found = open_service(folder)
    return found, found.model(request.param)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_whole_chunk_is_scored_as_each_of_its_lines_alone(asked, data):
    service, bundle = asked
    header = data.draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    cell = st.sampled_from(PLAIN * 4 + ODD) if data.draw(st.booleans()) else st.sampled_from(PLAIN)
    line = st.tuples(*(cell for _ in header)).map(list)
    lines = data.draw(st.lists(st.one_of(line, line, line, st.lists(cell, min_size=1, max_size=7)), max_size=25))
    rules = CellRules(schema=bundle.schema)
    made, refused, *_ = score_lines(service, bundle, header, lines, {}, rules, ESTIMATOR)
    rows = [row_of(header, cells) for cells in lines]
    alone = [
        result_line(len(header), bundle, row, score_rows(service, bundle, [rules.row(row)], ESTIMATOR)[0])
        for row in rows
    ]
    assert len(made) == len(alone)
    for together, single in zip(made, alone, strict=True):
        assert _without_numbers(bundle, together) == _without_numbers(bundle, single)
        assert _numbers(bundle, together) == pytest.approx(_numbers(bundle, single), abs=1e-12)
    assert refused == sum(bool(each[-1]) for each in alone)


def _without_numbers(bundle, line):
    return [*line[: -1 - len(bundle.outcomes)], line[-1]]


def _numbers(bundle, line):
    return [float(text) for text in line[-1 - len(bundle.outcomes) : -1] if text]


def test_a_chunk_is_read_as_columns_and_not_line_by_line(asked, monkeypatch):
    """Columns are read where there are bad lines too."""
    service, bundle = asked
    monkeypatch.setattr("ml.batch.score_lines._row_by_row", lambda *_: pytest.fail("line by line"))
    lines = [["50", "5", "40", "south"], ["x", "5", "40", "south"], ["50", "5"]]
    made, refused, *_ = score_lines(
        service,
        bundle,
        ["income", "debt", "shoe_size", "region"],
        lines,
        {},
        CellRules(schema=bundle.schema),
        ESTIMATOR,
    )
    assert (len(made), refused) == (3, 2)


def test_lines_that_are_all_bad_are_told_one_by_one(asked):
    service, bundle = asked
    made, refused, *_ = score_lines(
        service,
        bundle,
        ["income", "debt", "shoe_size", "region"],
        [["x", "y", "z", "w"]] * 3,
        {},
        CellRules(schema=bundle.schema),
        ESTIMATOR,
    )
    assert refused == len(made) == 3
    assert len(service.score_each(bundle, [{"income": "x"}] * 30)) == 30


NUMBERS = st.one_of(st.floats(0, 1), st.sampled_from([0.0, -0.0, 1.0, 1e-4, 9.9e-5, 5e-324, 1 / 3, float("nan")]))


@given(st.lists(NUMBERS, min_size=1))
def test_all_digits_of_probabilities_are_written_as_python_writes_them(numbers):
    assert digits(np.array(numbers)) == list(map(repr, numbers))


@given(st.lists(st.sampled_from([*ODD, *PLAIN, "\t", "\r=", "@a", "+a", "a\n=b", "a\n\nb"])))
def test_many_cells_are_made_safe_as_each_of_them_alone(cells):
    assert list(safe_cells(cells)) == [safe_cell(cell) for cell in cells]


def test_gaps_that_training_never_had_are_counted_among_the_scored():
    schema = Schema(
        (
            Feature("tenure", "Tenure", "number", complete=True, missing=("NA",)),
            Feature("plan", "Plan", "category", complete=True),
            Feature("spend", "Spend", "number"),
        )
    )
    lines = [["1", "", "x"], ["NA", "", "x"], [" ", "", "x"]]
    assert gaps_in(schema, ["tenure", "spend", "other"], lines, CellRules()) == {"tenure": 2, "plan": 3}
    assert gaps_in(schema, ["tenure", "plan"], [], CellRules()) == {}


def test_a_file_says_what_its_records_lack(bundles_with_complete_features, tmp_path, capsys):
    models, name = bundles_with_complete_features
    (tmp_path / "in.csv").write_text("spend,tenure\n1,2\n3,\n,\n")
    assert main(["score", name, "--in", str(tmp_path / "in.csv"), "--out", str(tmp_path / "o.csv")], models) == 0
    said = capsys.readouterr().err
    assert "note: tenure: 1 record has no value; in training every row had one." in said
    assert "note: 1 line holds nothing for the model and is left out: line 4." in said
    assert "spend" not in said


@pytest.fixture(scope="module")
def bundles_with_complete_features(tmp_path_factory):
    """A model that takes gaps in both features; training had some in one."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"tenure": draw.normal(size=200), "spend": draw.normal(size=200)})
    frame["spend"] = frame["spend"].mask(frame.index % 5 == 0)
    truth = pd.Series(np.where(frame["tenure"] > 0, "a", "b"))
    model = HistGradientBoostingClassifier(max_iter=5).fit(frame[:150], truth[:150])
    folder = tmp_path_factory.mktemp("complete")
    add_model("m", model, frame[:150], frame[150:], truth[150:], models=folder)
    return folder, "m"
