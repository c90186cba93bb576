"""Errors that people read on a page: in the reader's language though another asked first, a child process or a worker
found them, or the API was asked by a page."""

from __future__ import annotations

import io
import json
import shutil

import pytest

from api.http.reader import in_language
from jobs.worker import _kept
from ml.bundle.bundle import Bundle
from ml.errors import BrokenModel, Unreadable
from ml.files.readers.excel import open_workbook
from ml.files.readers.refused import error_of
from ml.service import open_service
from ml.translation import ALL_READERS, serialize_messages, text, translated, use_language
from tests.small import small_model

FOREIGN = "qps-ploc"


def said(error) -> str:
    return f"{error.message} {error.hint}"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    return folder


@pytest.mark.parametrize("damage", ["card.json", "manifest.json", "holdout.csv"])
def test_a_broken_model_is_told_to_each_reader(models, tmp_path, damage):
    shutil.copytree(models, tmp_path / "models")
    (version,) = (tmp_path / "models" / "binary").glob("*/manifest.json")
    with (version.parent / damage).open("a") as file:
        file.write("x")
    service = open_service(tmp_path / "models")
    with use_language(FOREIGN):
        with pytest.raises(BrokenModel) as first:
            service.model("binary")
        assert "⟦" in first.value.message
    with pytest.raises(BrokenModel) as second:
        service.model("binary")
    assert "⟦" not in said(second.value)
    assert "binary@" in second.value.message
    with use_language(FOREIGN):
        assert "⟦" in second.value.message


def test_a_version_that_lost_a_file_is_told_to_each_reader(models, tmp_path):
    (found,) = (models / "binary").glob("*/manifest.json")
    copy = tmp_path / "binary" / found.parent.name
    shutil.copytree(found.parent, copy)
    bundle = Bundle("binary", copy)
    (copy / "background.csv").unlink()
    with use_language(FOREIGN), pytest.raises(BrokenModel):
        _ = bundle.background
    with pytest.raises(BrokenModel) as again:
        _ = bundle.background
    assert said(again.value).isascii()


def test_what_a_child_process_finds_is_told_in_the_language_of_who_asked():
    broken = b"PK\x03\x04 not a workbook"
    for language, foreign in ((FOREIGN, True), ("en", False)):
        with use_language(language), pytest.raises(Unreadable) as refused:
            open_workbook(io.BytesIO(broken), None, frozenset())
        with use_language(language):
            assert ("⟦" in refused.value.message) == foreign
            assert ("⟦" in refused.value.hint) == foreign
            assert "\x02" not in str(refused.value)


def test_a_fault_of_a_stream_is_kept_for_all_readers():
    with use_language(ALL_READERS):
        kept = json.loads(json.dumps(serialize_messages([text("The file is compressed."), text("Send it again.")])))
    with use_language(FOREIGN):
        assert said(error_of([*kept, "Unreadable"])).count("⟦") == 2
    assert said(error_of([*kept, "Unreadable"])) == "The file is compressed. Send it again."
    assert said(error_of(["As before.", "Plain.", "Unreadable"])) == "As before. Plain."


@pytest.mark.parametrize("hint", ["", "Send it again."])
def test_a_failed_job_keeps_its_words_for_all_readers(hint):
    with use_language(ALL_READERS):
        error = Unreadable(text("The file has {n} rows.", n=3), text(hint))
    kept = _kept(error)
    assert translated(kept) == f"The file has 3 rows. {hint}".strip()
    with use_language(FOREIGN):
        assert "⟦" in translated(kept)
        assert "3" in translated(kept)


def test_a_page_asks_the_api_in_its_language():
    from flask import Flask

    app = Flask("asked")

    @in_language
    def refuse(_name: str) -> str:
        with use_language(ALL_READERS):
            raise Unreadable(text("The file is compressed."), "")

    for query, foreign in (("", False), ("?language=en", False), ("?language=qps-ploc", True), ("?language=nn", False)):
        with app.test_request_context(f"/{query}"), pytest.raises(Unreadable) as refused:
            refuse("x")
        assert ("⟦" in refused.value.message) == foreign
