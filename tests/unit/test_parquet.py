"""Parquet files as tables. pyarrow stands aside of the other packages, as pandas keeps texts another way beside it."""

import datetime as dt
import decimal
import io
import json

import numpy as np
import pandas as pd  # before pyarrow is in sight
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier

from ml.cli import OK
from ml.cli.commands import main
from ml.errors import Unreadable
from ml.files.file_kinds import format_of
from ml.files.open_table import open_table
from ml.files.readers.parquet import check_parquet
from ml.service import open_service

pytestmark = pytest.mark.usefixtures("pyarrow")


def file_of(pyarrow, columns, **more):
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out, **more)
    return out.getvalue()


def read(data):
    table = open_table(io.BytesIO(data))
    return table.header, list(table.lines)


def test_values_of_every_kind_come_as_people_write_them(pyarrow):
    pa = pyarrow
    day = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    columns = {
        "code": pa.array(["007", "", None]),
        "whole": pa.array([2**53 + 1, -1, None], pa.int64()),
        "number": pa.array([0.1 + 0.2, float("nan"), None]),
        "yes": pa.array([True, False, None]),
        "day": pa.array([dt.date(2026, 1, 31), dt.date(1969, 12, 31), None]),
        "moment": pa.array([day.replace(tzinfo=None), dt.datetime(2026, 1, 31, 13, 45), None], pa.timestamp("ms")),  # noqa: DTZ001
        "zoned": pa.array([day, day, None], pa.timestamp("us", tz="UTC")),
        "money": pa.array([decimal.Decimal("12.50"), decimal.Decimal("-0.01"), None]),
        "choice": pa.array(["a", "b", None]).dictionary_encode(),
        "bytes": pa.array(["é".encode(), b"", None], pa.binary()),
    }
    data = file_of(pa, columns)
    assert format_of(data) == "parquet"
    assert read(data) == (
        tuple(columns),
        [
            ["007", str(2**53 + 1), repr(0.1 + 0.2), "true", *["2026-01-31"] * 3, "12.50", "a", "é"],
            ["", "-1", "", "false", "1969-12-31", "2026-01-31 13:45", "2026-01-31", "-0.01", "b", ""],
            [""] * 10,
        ],
    )  # fmt: skip


def test_infinite_numbers_are_no_blanks(pyarrow):
    data = file_of(pyarrow, {"number": [float("inf"), float("-inf"), float("nan"), 1.5]})
    assert read(data)[1] == [["inf"], ["-inf"], [""], ["1.5"]]


@pytest.mark.parametrize("kind", [("ns", None), ("us", "Europe/Vienna"), ("s", "+01:00")], ids=str)
def test_moments_are_read_within_the_limit_of_memory(pyarrow, kind, monkeypatch):
    """pyarrow imports pandas for them, and numpy reserves addresses for each thread that it may use."""
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    moments = [dt.datetime(2026, 1, 31, 12, 45, tzinfo=dt.UTC)]
    data = file_of(pyarrow, {"moment": pyarrow.array(moments, pyarrow.timestamp(*kind))})
    want = "2026-01-31 12:45" if kind[1] is None else "2026-01-31 13:45+01:00"
    assert [read(data)[1] for _ in range(2)] == [[[want]]] * 2


def test_rows_of_blanks_are_records_too_and_the_order_is_kept(pyarrow):
    data = file_of(pyarrow, {"a": [*range(12_000)], "b": [None] * 12_000}, row_group_size=500)
    header, lines = read(data)
    assert header == ("a", "b")
    assert lines == [[str(n), ""] for n in range(12_000)]


def test_columns_of_one_name_are_told(pyarrow):
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays([pyarrow.array([1]), pyarrow.array([2])], ["a", "a"]), out)
    table = open_table(io.BytesIO(out.getvalue()))
    assert (table.header, table.twice) == (("a", "a.1"), {"a.1": "a"})


def test_a_harmed_file_is_told_wherever_the_harm_is(pyarrow):
    whole = file_of(pyarrow, {"a": [f"{n * 7919 % 10_007}" for n in range(50_000)]}, compression="snappy")
    for harmed in (whole[:100], whole[: len(whole) // 2], b"PAR1", b"PAR1" + b"\xff" * 200 + b"PAR1"):
        with pytest.raises(Unreadable, match="no Parquet file that can be read"):
            read(harmed)
    inside = bytearray(whole)
    inside[2000 : len(whole) // 2] = b"\xff" * (len(whole) // 2 - 2000)
    with pytest.raises(Unreadable, match="no Parquet file that can be read"):
        read(bytes(inside))


def test_a_model_is_added_from_parquet_files_with_their_dtypes(tmp_path):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"spend": draw.gamma(2, 50, 300), "town": draw.choice(["Linz", "Graz", "NA"], 300)})
    frame["end"] = np.where(frame["spend"] + 60 * (frame["town"] == "NA") > 110, "buys", "leaves")
    frame = frame.astype({"town": "category"})
    X = frame[["spend", "town"]]
    model = HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype").fit(
        X[:200], frame["end"][:200]
    )
    skops.io.dump(model, tmp_path / "m.skops")
    frame[:200].to_parquet(tmp_path / "t.parquet")
    frame[200:].to_parquet(tmp_path / "h.parquet")
    words = ["--estimator", tmp_path / "m.skops", "--data", tmp_path / "t.parquet", "--holdout", tmp_path / "h.parquet"]
    assert main(["add", "m", *map(str, words), "--truth", "end"], tmp_path / "models") == OK
    rows = json.loads(X[200:].to_json(orient="records"))
    got = np.array([score.probabilities for score in open_service(tmp_path / "models").score("m", rows).scores])
    assert np.abs(got - model.predict_proba(X[200:])).max() <= 1e-9


@pytest.mark.parametrize("fault", ["page", "text", "date"])
def test_a_fault_in_the_last_rows_is_found_before_a_file_is_accepted(pyarrow, fault):
    many = 30_000
    names, days = [f"name {at}" for at in range(many)], pyarrow.array([1] * (many - 1) + [2**40], "timestamp[s]")
    columns = {"income": list(range(many)), "name": names} | ({"day": days} if fault == "date" else {})
    data = file_of(pyarrow, columns, row_group_size=5_000, compression="snappy", use_dictionary=False)
    harmed = {
        "page": data[:-40_000] + bytes(30_000) + data[-10_000:],
        "text": file_of(pyarrow, columns, compression="none", use_dictionary=False).replace(
            b"e 29998", b"e \xff\xfe\xfd98"
        ),
        "date": data,
    }[fault]
    next(open_table(io.BytesIO(harmed)).lines)  # its beginning is right
    with pytest.raises(Unreadable):
        check_parquet(io.BytesIO(harmed))
    check_parquet(io.BytesIO(file_of(pyarrow, {"income": [1, None], "name": ["a", None]})))
