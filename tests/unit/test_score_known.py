"""Files with blanks by what is known: each record as the Prediction page scores it, complete ones as ever."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from ml.advice import many_records
from ml.batch.score_file import score_file
from ml.bundle.scored import Score
from ml.cli.commands import main
from ml.data.columns import rows_of
from ml.errors import InvalidRecord
from tests.small import people, small_service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "gaps")


def scored(service, frame, model="binary", **more):
    out = io.BytesIO()
    done = score_file(service, model, io.BytesIO(frame.to_csv(index=False).encode()), out, **more)
    return done, list(csv.DictReader(io.StringIO(out.getvalue().decode())))


def test_a_blank_is_averaged_as_on_the_prediction_page(service):
    frame = people(30, seed=8).round(3)
    frame.loc[::3, "income"] = np.nan
    _, rows = scored(service, frame, blanks="average")
    for at, row in enumerate(rows):
        told = {name: value for name, value in frame.iloc[at].to_dict().items() if value == value}
        assert float(row["probability_yes"]) == pytest.approx(
            service.score_with_blanks("binary", told).probabilities[1], abs=1e-12
        )
        assert bool(row["label"]) is (at % 3 != 0)


def test_an_estimator_that_takes_no_gaps_still_gives_a_score_of_what_is_known(service):
    frame = people(20, seed=8).drop(columns="income")
    refused, _ = scored(service, frame)
    assert refused.refused == 20
    done, rows = scored(service, frame, blanks="average")
    assert (done.scored, done.refused) == (20, 0)
    assert all(0 < float(row["probability_yes"]) < 1 for row in rows)


def test_complete_records_and_problems_are_those_of_before(service):
    raws = [{"income": 40, "debt": 5, "shoe_size": 40, "region": "north"}, {"debt": "a lot"}, {"debt": 3}]
    whole, bad, part = service.score_each(service.model("binary"), raws, "average")
    assert isinstance(whole, Score)
    assert isinstance(part, Score)
    assert whole.probabilities == service.score("binary", raws[:1]).scores[0].probabilities
    assert [problem.feature for problem in bad] == ["debt"]


def test_a_file_without_a_column_is_better_off_by_what_is_known(service):
    """Of the hold-out, whose truth is known: the column that tells most is left out."""
    bundle = service.model("gaps")
    truth, names = bundle.holdout.truth[:, 1], bundle.schema.names
    raws = [dict(zip(names, row, strict=True)) for row in rows_of(bundle.schema, bundle.holdout.block)]
    raws = [{name: value for name, value in raw.items() if name != "income" and value is not None} for raw in raws]
    known = [each.probabilities for each in service.score_each(bundle, raws, "average")]
    own = [each.probabilities for each in service.score_each(bundle, raws)]
    losses = [
        -np.mean(np.log(np.clip(np.where(truth, p, 1 - p), 1e-3, 1))) for p in (np.array(x)[:, 1] for x in (known, own))
    ]
    assert losses[0] < losses[1]


@pytest.mark.parametrize("numbers", [1, 50_000])
def test_blocks_of_any_size_give_the_numbers_of_one_record(service, monkeypatch, numbers):
    """Of files in which most records lack something, the model with gaps of its own in the background among them."""
    monkeypatch.setattr(many_records, "NUMBERS_AT_ONCE", numbers)
    for model in ("binary", "gaps"):
        value_function, rng = service._value_function(service.model(model)), np.random.default_rng(3)
        frame = people(40, seed=8)
        rows = [tuple(v if rng.random() < 0.6 else None for v in row) for row in frame.itertuples(index=False)]
        rows += [rows[0], (None,) * 4, tuple(frame.iloc[0])]
        wanted = np.array([value_function.score(row).value for row in rows])
        np.testing.assert_allclose(many_records.values_of_rows(value_function, rows), wanted, rtol=0, atol=1e-12)
    assert many_records.values_of_rows(value_function, []).shape == (0, 2)


def test_a_row_is_asked_once_however_many_background_rows_fill_a_blank_alike(service, monkeypatch):
    value_function, asked = service._value_function(service.model("binary")), []
    ask = value_function.ask
    monkeypatch.setattr(value_function, "ask", lambda block: asked.append(len(block[0])) or ask(block))
    many_records.values_of_rows(value_function, [(50.0, 8.0, 40, None)] * 3)
    assert asked == [9]  # three regions for each record


def test_values_of_every_kind_are_told_apart_and_a_missing_one_is_one_value():
    days = np.array(["2020-01-01", "NaT", "2020-01-01", "NaT", "2020-01-02"], dtype="datetime64[s]")
    words = np.array(["a", None, "a", None, ""], dtype=object)
    numbers = np.array([1.5, np.nan, 1.5, np.nan, 0.0])

    class Three:
        background, answers = (days, words, numbers), np.zeros((5, 2))

    for line in many_records._codes(Three()).tolist():
        assert line[0] == line[2]
        assert line[1] == line[3]
        assert len(set(line)) == 3


def test_the_command_line_takes_the_option(service, tmp_path, capsys):
    (tmp_path / "in.csv").write_text(people(5, seed=8).drop(columns="income").to_csv(index=False))
    asked = ["score", "binary", "--in", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]
    models = service.registry.folder
    assert main([*asked, "--blanks", "average"], models) == 0
    assert "5 records scored" in capsys.readouterr().out


def test_problems_of_records_that_the_estimator_refuses_name_their_places(service, monkeypatch):
    """Of records in one block the others are scored."""
    bundle = service.model("binary")
    value_function, raws = service._value_function(bundle), [{"debt": float(at)} for at in range(1, 8)]
    whole = {"income": 40, "debt": 3, "shoe_size": 40, "region": "north"}
    ask = value_function.ask

    def picky(block):
        if (block[1] == 3.0).any():
            raise ValueError("no threes")
        return ask(block)

    monkeypatch.setattr(value_function, "ask", picky)
    found = service.score_each(bundle, [whole, *raws], "average")
    assert [at for at, each in enumerate(found) if not isinstance(each, Score)] == [3]
    assert found[3][0].row == 3
    assert "no threes" in found[3][0].message
    with pytest.raises(InvalidRecord) as refused:
        service.score("binary", [whole, *raws], "average")
    assert [problem.row for problem in refused.value.problems] == [3]
