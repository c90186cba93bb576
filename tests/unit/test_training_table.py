"""Decisions whose outcomes are known as a table: its columns, what it escapes, and that training reads it back."""

import csv
import io
import time

import pytest

from ml.cli import FAILED, OK
from ml.cli.again import retrain
from ml.cli.commands import main
from ml.data.feature import text_of
from ml.errors import InvalidData
from ml.lifecycle.state import live_of
from ml.service import open_service
from ml.training.again import usable
from ml.training.again.as_of import read_as_of, read_since
from ml.training.again.outcome_csv import BESIDE, outcome_csv
from ml.training.again.outcome_rows import OutcomeRow
from tests.small import small_model, small_service

NOON = 1_782_820_800.0  # 2026-06-30T12:00:00Z


def row_of(at, values, came, **told):
    usual = {"record": f"C{at}", "campaign": "", "made": 1e9 + at, "known": 1e9 + at + 60, "group": "call"}
    return OutcomeRow(**{"decision": f"d{at}-0", "selection": "chosen", "values": values, "came": came} | usual | told)


def rows_of(bundle, number=400):
    """A decision on each row of the hold-out, in turns; every third came."""
    from ml.data.columns import rows_of as typed_rows

    typed = typed_rows(bundle.schema, bundle.holdout.block)
    return [
        row_of(at, dict(zip(bundle.schema.names, typed[at % len(typed)], strict=True)), {"yes": at % 3 == 0})
        for at in range(number)
    ]


def read(bundle, rows):
    header, *lines = csv.reader(io.StringIO("".join(outcome_csv(bundle.schema, bundle.outcomes, rows))))
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_columns_are_those_of_the_training_between_what_is_beside_and_the_truth(tmp_path):
    bundle = small_service(tmp_path, "binary").model("binary")
    values = {"income": 51.123456789012345, "debt": 3, "shoe_size": 40, "region": "north"}
    (line,) = read(bundle, [row_of(1, values, {"yes": True}, group="control", selection="control", campaign="j1")])
    assert list(line) == [*BESIDE, *bundle.schema.names, "outcome"]
    assert line == {
        "decision": "d1-0", "record": "C1", "made": "2001-09-09T01:46:41+00:00", "known": "2001-09-09T01:47:41+00:00",
        "group": "control", "campaign": "j1", "selection": "control", "income": repr(51.123456789012345), "debt": "3.0",
        "shoe_size": "40", "region": "north", "outcome": "yes",
    }  # fmt: skip


def test_what_is_not_known_is_empty_or_left_out(tmp_path):
    bundle = small_service(tmp_path, "binary").model("binary")
    whole = {"income": 50.0, "debt": 3.0, "shoe_size": 40, "region": "north"}
    blank = {"income": 50.0, "debt": 3.0}
    found = read(
        bundle,
        [
            row_of(1, whole, {}),  # no outcome
            row_of(2, None, {"yes": True}),  # no values
            row_of(3, {"income": "much", "debt": 3.0}, {"yes": True}),  # none that the model takes
            row_of(4, blank, {"no": True}),
        ],
    )
    assert [(line["decision"], line["region"], line["outcome"]) for line in found] == [("d4-0", "", "no")]


def test_of_independent_outcomes_each_has_a_column_and_is_empty_where_it_is_not_known(tmp_path):
    bundle = small_service(tmp_path, "independent").model("independent")
    first, second = bundle.outcomes.names[:2]
    values = {"income": 50.0, "debt": 3.0, "shoe_size": 40, "region": "north"}
    (line,) = read(bundle, [row_of(1, values, {first: True, second: False})])
    told = [line[str(item.value)] for item in bundle.outcomes.items]
    assert told == ["1", "0", *[""] * (len(bundle.outcomes) - 2)]


def test_a_spreadsheet_runs_no_cell(tmp_path):
    bundle = small_service(tmp_path, "binary").model("binary")
    values = {"income": -1.5, "debt": 3.0, "shoe_size": 40, "region": "north"}
    (line,) = read(bundle, [row_of(1, values, {"yes": True}, record="=1+1", campaign="@SUM(A1)")])
    assert (line["record"], line["campaign"], line["income"]) == ("'=1+1", "'@SUM(A1)", "-1.5")


def test_the_command_writes_the_table_and_add_reads_it_back(tmp_path, capfd):
    import skops.io

    small_model("binary", tmp_path / "models")
    bundle = open_service(tmp_path / "models").model("binary")
    table = tmp_path / "training.csv"
    given = {"outcome_rows": lambda *_: iter(rows_of(bundle))}
    assert main(["training", "binary", "--out", str(table)], tmp_path / "models", **given) == OK
    skops.io.dump(bundle.estimator, tmp_path / "e.skops")
    words = ["add", "again", "--estimator", str(tmp_path / "e.skops"), "--truth", "outcome", "--record-id", "record"]
    words += ["--data", str(table), "--holdout", str(table)]
    assert main(words, tmp_path / "models") == OK
    again = open_service(tmp_path / "models").model("again")
    capfd.readouterr()
    assert again.schema.names == bundle.schema.names
    assert [text_of(item.value) for item in again.outcomes.items] == ["no", "yes"]
    assert int(again.holdout.truth[:, again.outcomes.index("yes")].sum()) == 134  # of 400, each third
    assert main(["training", "binary"], tmp_path / "models", **given) == OK
    assert capfd.readouterr().out.splitlines() == table.read_text().splitlines()


def test_retrain_makes_a_version_that_waits(tmp_path, capsys):
    small_model("binary", tmp_path)
    bundle = open_service(tmp_path).model("binary")
    asked = []

    def rows(*given):
        asked.append(given[1:])
        return iter(rows_of(bundle))

    words = ["retrain", "binary", "--as-of", "2026-06-30", "--since", "2026-01-01", "--by", "Ann"]
    assert main(words, tmp_path, outcome_rows=rows) == OK
    said = capsys.readouterr().out
    assert asked == [(min(NOON + 43_200, time.time()), 1_767_225_600.0)]
    assert "400 decisions of this service whose outcomes were known on" in said
    assert "is held, not live" in said
    assert live_of(tmp_path, "binary") == bundle.fingerprint
    versions = [path.name for path in (tmp_path / "binary").iterdir() if path.is_dir()]
    assert len(versions) == 2


def test_retrain_says_what_is_missing_and_changes_nothing(tmp_path, capsys):
    small_model("binary", tmp_path)
    bundle = open_service(tmp_path).model("binary")
    few = {"outcome_rows": lambda *_: iter(rows_of(bundle, 30))}
    assert main(["retrain", "binary"], tmp_path, **few) == FAILED
    assert "outcomes of 30 decisions are known; at least 200 are needed" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "binary").iterdir() if path.is_dir()] == [bundle.fingerprint]


def test_retrain_refuses_more_decisions_than_are_held_in_memory(tmp_path, capsys):
    small_model("binary", tmp_path)
    bundle = open_service(tmp_path).model("binary")
    taken = []

    def rows(*_):
        for row in [row_of(0, None, {"yes": True}), *rows_of(bundle, 400)]:  # what cannot be learned from is not held
            taken.append(row)
            yield row

    assert main(["retrain", "binary", "--most", "300"], tmp_path, outcome_rows=rows) == FAILED
    said = capsys.readouterr().err
    assert "The outcomes of more than 300 decisions are known" in said
    assert "--since" in said
    assert len(taken) == 302  # no more were read
    assert main(["retrain", "binary", "--most", "400"], tmp_path, outcome_rows=rows) == OK
    assert retrain.MOST_DECISIONS == usable.MOST_DECISIONS
    with pytest.raises(SystemExit):
        main(["retrain", "binary", "--most", "0"], tmp_path, outcome_rows=rows)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (None, NOON),
        ("2026-06-29", NOON - 43_200),  # the end of the day before is the midnight before this noon
        ("2026-06-30", NOON),  # of today what is known by now
        ("2026-06-30T10:00:00+02:00", NOON - 4 * 3_600),
    ],
)
def test_a_day_counts_to_its_end_and_never_beyond_now(written, moment):
    assert read_as_of(written, NOON) == moment


def test_a_day_counts_from_its_beginning():
    assert read_since("2026-06-30") == NOON - 43_200
    assert read_since(None) == 0.0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-07-01", "lies in the future"),
        ("soon", "'soon' is no date. Accepted: a day"),
        ("2026-13-01", "is no date"),
        ("2026-06-30T10:00:00", "is no date. .*a time with its zone"),
    ],
)
def test_other_times_are_refused(written, said):
    with pytest.raises(InvalidData, match=said):
        read_as_of(written, NOON)
