"""Versions are made live, held, rolled back and removed, and the history tells it whatever happens to its file."""

from __future__ import annotations

import gc
import json
import random
import shutil
import threading
import weakref
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from ml.bundle.record_book import RecordBooks
from ml.errors import BrokenModel, InvalidData, UnknownModel
from ml.lifecycle import actions, commit, history
from ml.lifecycle.actions import hold, make_live, remove_model, remove_version, rollback
from ml.lifecycle.history import HistoryEntry, NotWritten, append, entry_of, live_order, read_history
from ml.lifecycle.listing import list_versions
from ml.lifecycle.state import BEFORE, BY_HAND, NOW, UNKNOWN, events_of, live_of
from ml.lifecycle.versions import others
from ml.plots.drawn_plots import drawn
from ml.runtime import memory
from ml.runtime.memory import give_back
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.trained import Trained
from ml.trust.record import Trusted, allow, trusted_of
from tests.small import people, pushed, trained_of

A, B, C = "aaaaaaaa", "bbbbbbbb", "cccccccc"


def trained(c: float) -> Trained:
    frame = people()[["income", "debt"]]
    truth = pd.Series(np.where(pushed(people()) > 0.5, "yes", "no"))
    estimator = LogisticRegression(C=c).fit(frame[:300], truth[:300])
    return trained_of("pay", estimator, frame, truth, 300, title="Will pay?")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Three versions, one after the other, and one that is held."""
    folder = tmp_path_factory.mktemp("models")
    made = [build_bundle(trained(c), folder, by="anna", why=f"C is {c}").split("@")[1] for c in (1.0, 0.1, 0.01)]
    made.append(build_bundle(trained(0.5), folder, action="hold", by="ben").split("@")[1])
    return SimpleNamespace(folder=folder, made=made)


@pytest.fixture
def pay(template, tmp_path):
    shutil.copytree(template.folder / "pay", tmp_path / "pay")
    first, second, third, held = template.made
    return SimpleNamespace(models=tmp_path, folder=tmp_path / "pay", first=first, second=second, third=third, held=held)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A model of empty versions, which need not prove anything."""
    monkeypatch.setattr(actions, "check_serves", lambda *_: None)
    for fingerprint in (A, B, C):
        (tmp_path / "m" / fingerprint).mkdir(parents=True)
    return tmp_path


def lines(folder):
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


# ---- the file


def test_what_was_done_stands_in_the_history_and_the_pointer_follows(pay):
    told = [(line["action"], line["fingerprint"], line["previous"], line["by"]) for line in lines(pay.folder)]
    assert told == [
        ("add", pay.first, None, "anna"), ("add", pay.second, pay.first, "anna"),
        ("add", pay.third, pay.second, "anna"), ("hold", pay.held, pay.third, "ben"),
    ]  # fmt: skip
    assert live_of(pay.models, "pay") == pay.third
    assert lines(pay.folder)[1]["why"] == "C is 0.1"
    assert all(line["time"].endswith("+00:00") for line in lines(pay.folder))


def test_who_and_why_do_not_change_the_fingerprint(template, tmp_path):
    assert build_bundle(trained(1.0), tmp_path, action="train", by="somebody else") == f"pay@{template.made[0]}"


@pytest.mark.parametrize("torn", [b'{"time": "2026-', b"\xff\xfe\x00", b"[]", b"null", b'{"time": 1}', b"{}", b"7\n\n"])
def test_a_torn_line_hides_no_other(folders, torn):
    for fingerprint in (A, B):
        make_live(folders, "m", fingerprint)
    with (folders / "m" / "history.jsonl").open("ab") as file:
        file.write(torn)
    assert [entry.fingerprint for entry in read_history(folders / "m").entries] == [A, B]
    make_live(folders, "m", C)
    found = read_history(folders / "m")
    assert [entry.fingerprint for entry in found.entries] == [A, B, C]
    assert found.unreadable == (3,)
    assert list_versions_quietly(folders).unreadable == (3,)


def list_versions_quietly(models):
    return list_versions(models, "m")  # the empty folders are broken versions


def test_many_writers_lose_no_line(folders):
    threads = [
        threading.Thread(target=lambda who=who: [make_live(folders, "m", fp, by=f"w{who}") for fp in (A, B, C)])
        for who in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = read_history(folders / "m").entries
    assert len(entries) == 18
    # under one lock: each line's "previous" is what the line before it made live
    assert [entry.previous for entry in entries] == [None, *(entry.fingerprint for entry in entries[:-1])]
    assert live_of(folders, "m") == entries[-1].fingerprint


def test_what_cannot_be_recorded_is_not_done(folders, monkeypatch):
    make_live(folders, "m", A)
    (folders / "m" / "history.jsonl").unlink()
    (folders / "m" / "history.jsonl").mkdir()
    monkeypatch.setattr(commit, "read_history", lambda _: history.History((entry_of("add", B, None, "", ""),)))
    before = sorted(path.name for path in (folders / "m").iterdir())
    for change in (
        lambda: make_live(folders, "m", B),
        lambda: rollback(folders, "m"),
        lambda: remove_version(folders, "m", B),
        lambda: remove_model(folders, "m"),
    ):
        with pytest.raises(NotWritten, match="history of m cannot be written"):
            change()
    assert sorted(path.name for path in (folders / "m").iterdir()) == before
    assert live_of(folders, "m") == A


@pytest.mark.parametrize("why", ["x" * 1_001, "a\x1b[2Jb", "\x00"])
def test_a_reason_that_cannot_be_kept_is_refused(folders, why):
    with pytest.raises(InvalidData, match="--why is"):
        make_live(folders, "m", A, why=why)
    assert live_of(folders, "m") is None


def test_a_reason_of_several_lines_becomes_one(folders):
    assert make_live(folders, "m", A, why="  better\n in March\t ").why == "better in March"


# ---- steps back


def test_rollback_goes_further_back_and_not_to_and_fro(folders):
    for fingerprint in (A, B, C):
        make_live(folders, "m", fingerprint)
    assert [rollback(folders, "m").fingerprint for _ in range(2)] == [B, A]
    with pytest.raises(InvalidData, match=f"no version that was live before {A}.*{B}, {C}"):
        rollback(folders, "m")
    make_live(folders, "m", C)
    assert rollback(folders, "m").fingerprint == A


def test_rollback_passes_over_what_was_removed(folders):
    for fingerprint in (A, B, C):
        make_live(folders, "m", fingerprint)
    remove_version(folders, "m", B)
    assert rollback(folders, "m").fingerprint == A


def test_rollback_of_random_lives_is_an_undo(folders):
    draw = random.Random(3)
    undo = []
    for _ in range(150):
        if draw.random() < 0.5:
            fingerprint = draw.choice([A, B, C])
            make_live(folders, "m", fingerprint)
            undo += [] if undo[-1:] == [fingerprint] else [fingerprint]
        elif len(undo) > 1:
            undo.pop()
            assert rollback(folders, "m").fingerprint == undo[-1]
        assert live_order(read_history(folders / "m").entries, live_of(folders, "m")) == undo


def test_a_pointer_that_was_swapped_by_hand_is_noticed(folders):
    make_live(folders, "m", A)
    (folders / "m" / "live").write_text(C)
    events = events_of(read_history(folders / "m").entries, C)
    assert [(event.action, event.fingerprint, event.live_until) for event in events] == [
        ("promote", A, UNKNOWN), (BY_HAND, C, NOW),
    ]  # fmt: skip
    assert rollback(folders, "m").fingerprint == A
    events = events_of(read_history(folders / "m").entries, A)
    assert [event.action for event in events] == ["promote", BY_HAND, "rollback"]
    assert events[1].live_until == events[2].time


def test_a_model_from_before_the_history_still_shows_and_can_be_promoted(pay):
    (pay.folder / "history.jsonl").unlink()
    found = list_versions(pay.models, "pay")
    assert {each.fingerprint: each.state for each in found.versions} == {
        pay.third: "live", pay.first: "never live", pay.second: "never live", pay.held: "never live",
    }  # fmt: skip
    assert [(event.time, event.action, event.live_until) for event in found.events] == [(None, BEFORE, NOW)]
    with pytest.raises(InvalidData, match="knows no version that was live before"):
        rollback(pay.models, "pay")
    make_live(pay.models, "pay", pay.first)
    assert rollback(pay.models, "pay").fingerprint == pay.third


def test_a_broken_version_is_neither_promoted_nor_rolled_back_to(pay):
    (pay.folder / pay.second / "card.json").write_text("{}")
    for change in (lambda: make_live(pay.models, "pay", pay.second), lambda: rollback(pay.models, "pay")):
        with pytest.raises(BrokenModel, match=r"card\.json has 2 bytes"):
            change()
    assert live_of(pay.models, "pay") == pay.third
    assert len(lines(pay.folder)) == 4
    found = {each.fingerprint: each.fault for each in list_versions(pay.models, "pay").versions}
    assert found[pay.second]
    assert not found[pay.first]


# ---- removal, while somebody serves


def test_a_removed_version_is_not_answered_from_memory_and_its_memory_is_free(pay, monkeypatch):
    monkeypatch.setattr(memory, "give_back", give_back)  # not as in other tests
    service, books = open_service(pay.models), RecordBooks()
    key, record = f"pay@{pay.first}", {"income": 50, "debt": 10}
    service.score_with_blanks(key, record)
    books.of(service.model(key))
    drawn(service, key, "challenger", "yes", {"version": pay.second})
    kept = [weakref.ref(service.model(key)), weakref.ref(service._value_function(service.model(key)))]
    remove_version(pay.models, "pay", pay.first, by="anna")
    service.score("pay", [record])  # whoever asks for the model next
    assert [ref() for ref in kept] == [None, None]
    with pytest.raises(UnknownModel, match=rf"{key} was removed on 20\d\d-\d\d-\d\d \d\d:\d\d UTC"):
        service.score(key, [record])
    with pytest.raises(UnknownModel, match="There is no version"):
        service.score("pay@00000000", [record])


def test_memory_is_free_without_anybody_asking_for_the_model(pay):
    service = open_service(pay.models)
    kept = weakref.ref(service.model("pay"))
    remove_model(pay.models, "pay")
    assert service.names() == ()
    gc.collect()
    assert kept() is None


def test_the_live_version_is_not_removed(pay):
    with pytest.raises(InvalidData, match=r"is live\. Promote another first"):
        remove_version(pay.models, "pay", pay.third)
    assert open_service(pay.models).model("pay").fingerprint == pay.third


def test_a_removed_model_is_gone_by_name_and_its_name_can_be_used_again(pay):
    service = open_service(pay.models)
    service.score("pay", [{"income": 50, "debt": 10}])
    assert set(remove_model(pay.models, "pay", why="no longer needed")) == {
        pay.first, pay.second, pay.third, pay.held,
    }  # fmt: skip
    for asked in ("pay", f"pay@{pay.third}"):
        with pytest.raises(UnknownModel, match=r"was removed on 20\d\d"):
            service.model(asked)
    assert {path.name for path in pay.folder.iterdir()} <= {"history.jsonl", ".history.lock"}
    found = list_versions(pay.models, "pay")
    assert (found.versions, found.live) == ((), None)
    assert found.events[-1].why == "no longer needed"
    build_bundle(trained(0.1), pay.models)
    assert service.model("pay").fingerprint == pay.second
    with pytest.raises(InvalidData, match="no version that was live before"):
        rollback(pay.models, "pay")  # what went with the former model does not come back


def test_trust_goes_with_the_model_it_was_given_to(folders):
    make_live(folders, "m", A)
    for name in ("m", "other"):
        allow(folders, name, Trusted(frozenset({"shop.Ratio"})))
    remove_version(folders, "m", B)
    assert trusted_of(folders, "m").types == {"shop.Ratio"}
    remove_model(folders, "m")
    assert trusted_of(folders, "m") == Trusted()
    assert trusted_of(folders, "other").types == {"shop.Ratio"}


def test_a_request_under_way_keeps_what_it_has(pay):
    service = open_service(pay.models)
    bundle = service.model(f"pay@{pay.first}")
    _ = bundle.predictor, bundle.holdout
    remove_version(pay.models, "pay", pay.first)
    assert len(bundle.predictor.block(bundle.holdout.block).labels) == 150


def test_what_is_not_there_is_refused_and_leaves_no_folder(tmp_path):
    for change in (
        lambda: make_live(tmp_path, "nope", A),
        lambda: hold(tmp_path, "nope", A),
        lambda: rollback(tmp_path, "nope"),
        lambda: remove_version(tmp_path, "nope", A),
        lambda: remove_model(tmp_path, "nope"),
        lambda: make_live(tmp_path, "../up", A),
        lambda: remove_version(tmp_path, "m", "../../x"),
        lambda: remove_model(tmp_path, ".."),
        lambda: list_versions(tmp_path, "../up"),
    ):
        with pytest.raises(UnknownModel):
            change()
    assert list(tmp_path.iterdir()) == []


def test_a_removal_that_was_killed_is_finished_by_the_next(folders):
    make_live(folders, "m", C)
    left = folders / "m" / ".removing-0"
    (left / A).mkdir(parents=True)
    remove_version(folders, "m", B)
    assert not left.exists()


# ---- held versions


def test_a_held_version_is_compared_and_then_promoted(pay):
    service = open_service(pay.models)
    bundle = service.model("pay")
    assert [(each.fingerprint, each.held) for each in others(bundle) if each.held] == [(pay.held, True)]
    assert next(each.choice for each in others(bundle) if each.held).endswith(f"({pay.held}), held")
    shown = drawn(service, "pay", "challenger", "yes", {"version": pay.held})
    assert f"({pay.held})" in shown.sentence
    make_live(pay.models, "pay", pay.held)
    assert service.model("pay").fingerprint == pay.held
    assert not any(each.held for each in others(service.model("pay")))


def test_a_model_that_is_only_held_has_no_name_yet(tmp_path):
    key = build_bundle(trained(1.0), tmp_path, action="hold")
    service = open_service(tmp_path)
    assert service.names() == ()
    with pytest.raises(UnknownModel, match="No version of the model 'pay' is live"):
        service.model("pay")
    assert service.model(key).key == key
    assert [each.state for each in list_versions(tmp_path, "pay").versions] == ["held"]
    make_live(tmp_path, *key.split("@"))
    assert service.names() == ("pay",)


def test_holding_the_live_version_does_not_end_its_life(pay):
    build_bundle(trained(0.01), pay.models, action="hold")
    assert live_of(pay.models, "pay") == pay.third
    assert {each.fingerprint: each.state for each in list_versions(pay.models, "pay").versions}[pay.third] == "live"


# ---- making


def test_adding_again_mends_a_broken_version(pay):
    (pay.folder / pay.third / "golden.json").unlink()
    with pytest.raises(BrokenModel):
        _ = open_service(pay.models).model("pay")
    assert build_bundle(trained(0.01), pay.models) == f"pay@{pay.third}"
    assert open_service(pay.models).check() == {"pay": None}


def test_a_version_that_does_not_serve_leaves_nothing_behind(tmp_path, monkeypatch):
    def refuse(*_):
        raise BrokenModel("It does not give its answers.")

    monkeypatch.setattr(actions, "check_serves", refuse)
    for action in ("add", "hold"):
        with pytest.raises(BrokenModel):
            build_bundle(trained(1.0), tmp_path, action=action)
    assert list(tmp_path.iterdir()) == []


def test_figures_of_the_list_are_those_of_the_estimator(pay):
    made = trained(0.01)
    found = {each.fingerprint: each for each in list_versions(pay.models, "pay").versions}[pay.third]
    from sklearn.metrics import roc_auc_score

    given = made.estimator.predict_proba(made.holdout)[:, 1]
    assert found.right == pytest.approx((made.estimator.predict(made.holdout) == made.truth).mean())
    assert found.roc_auc[0] == pytest.approx(roc_auc_score(made.truth == "yes", given))
    assert (found.holdout, found.outcome, found.served_by) == (150, "yes", "compiled")


def test_live_order_by_hand():
    def entry(action, fingerprint, previous):
        return HistoryEntry("", action, fingerprint, previous, "", "")

    lived = [entry("add", B, A), entry("hold", C, B), entry("promote", C, B)]
    assert live_order(lived, C) == [A, B, C]
    assert live_order(lived, A) == [A, B, C, A]  # written by hand
    assert live_order([*lived, entry("remove", B, C)], C) == [A, C]
    assert live_order([], None) == []


def test_append_begins_a_line_of_its_own(tmp_path):
    (tmp_path / "history.jsonl").write_bytes(b"{")
    append(tmp_path, entry_of("add", A, None, "x", ""), entry_of("add", B, A, "x", ""))
    assert [entry.fingerprint for entry in read_history(tmp_path).entries] == [A, B]
