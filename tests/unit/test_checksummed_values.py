"""What lies in a cache and is not as this code wrote it there is computed again, whatever it is."""

import json
import struct

import pytest

from ml.plots.catalogue import CATALOGUE
from ml.runtime import checksummed_value
from ml.runtime.checksummed_value import verified, with_checksum
from ml.service import open_service
from tests.lanes import fewer
from tests.serving import OwnPage
from tests.small import small_model
from web.cache import CacheBackend

SOME = CATALOGUE[:: fewer(1, 4)]
KEY = ("binary@1", "thing")
VALUE = {"a": [1, 0.1, None, "ä\u2028"], "b": float("inf")}


def test_a_value_is_found_as_it_was(tmp_path):
    assert verified("key", with_checksum("key", VALUE)) == VALUE
    cache = CacheBackend(tmp_path)
    service = open_service(tmp_path / "models", cache)
    assert service.result(KEY, lambda: VALUE) == VALUE
    assert open_service(tmp_path / "models", cache).kept(KEY) == VALUE


@pytest.mark.parametrize(
    "kept",
    [
        None, 1, True, [], {}, VALUE, "", "x", "\ud800" * 40, json.dumps(VALUE), with_checksum("other", VALUE),
        with_checksum("key", VALUE)[:-1], with_checksum("key", VALUE).replace("0.1", "0.2"),
        "0" * 32 + "{}", ["x"] * 40,
    ],
)  # fmt: skip
def test_anything_else_is_no_value(kept):
    assert verified("key", kept) is None


def test_a_value_of_other_code_is_none(monkeypatch):
    kept = with_checksum("key", VALUE)
    monkeypatch.setattr(checksummed_value, "code_digest", lambda: b"another release")
    assert verified("key", kept) is None


def test_the_digest_changes_with_any_line_of_the_code(tmp_path, monkeypatch):
    found = []
    for text in ("a = 1\n", "a = 2\n"):
        (tmp_path / "module.py").write_text(text)
        monkeypatch.setattr(checksummed_value, "ML", tmp_path)
        found.append(checksummed_value.code_digest.__wrapped__())
    assert found[0] != found[1]


GARBAGE = [b"", b"null", b"[]", b'{"rows": 1}', b"\xff\xfe\x00", b"[" * 100_000, b'"' + b"x" * 64 + b'"', b"1e999"]


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_a_file_of_anything_is_computed_again_once(tmp_path, garbage):
    service = open_service(tmp_path / "models", CacheBackend(tmp_path / "cache"))
    service.result(KEY, lambda: VALUE)
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(struct.pack("I", 0) + garbage)
    assert service.result(KEY, lambda: [2]) == [2]
    assert service.result(KEY, lambda: [3]) == [2]


def test_every_plot_page_and_report_is_there_when_all_that_is_cached_is_of_another_shape(tmp_path):
    from app import create_service
    from settings import Settings

    small_model("binary", tmp_path / "models")
    settings = Settings(models_dir=tmp_path / "models", var_dir=tmp_path / "var", demo_models="off")
    client = OwnPage(create_service(settings).server)
    paths = [f"/api/v1/models/binary/plots/{plot.key}.csv" for plot in SOME]
    paths += ["/api/v1/models/binary/report.html", "/binary/performance", "/binary/insights"]
    before = [client.get(path) for path in paths]
    files = list((tmp_path / "var" / "cache").iterdir())
    assert len(files) > 5
    for at, file in enumerate(files):
        file.write_bytes(struct.pack("I", 0) + GARBAGE[1 + at % (len(GARBAGE) - 1)])
    after = [client.get(path) for path in paths]
    assert [each.status_code for each in after] == [each.status_code for each in before]
    assert all(each.status_code < 500 for each in after)
    assert [each.data for each in after[: len(SOME)]] == [each.data for each in before[: len(SOME)]]
