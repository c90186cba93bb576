"""Instances share their models: what one adds all serve, verified; what was last known serves during an outage."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from types import SimpleNamespace

import pytest

from ml.errors import BrokenModel, UnknownModel
from ml.lifecycle.actions import make_live, remove_model, remove_version, rollback
from ml.lifecycle.history import NotWritten, read_history
from ml.lifecycle.listing import list_versions
from ml.lifecycle.shared import changes, fetch, sync
from ml.lifecycle.shared.cache import read_state
from ml.lifecycle.shared.eviction import UNUSED, evict
from ml.lifecycle.shared.object_storage import BLOCK, ObjectStorage
from ml.lifecycle.shared.state import SharedState
from ml.lifecycle.shared.sync import Sync
from ml.lifecycle.state import BY_HAND
from ml.lifecycle.trusted_types import allow
from ml.training import build
from ml.trust.record import Trusted, trusted_of
from tests.instances import Cluster, trained

AGREED = 6.0  # s; it takes a few looks of `sync.EVERY`: under 0.6 s, as decision 55 measured, and a busy machine more


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Two versions, one after the other, and one that is held, added on the first machine."""
    folder = tmp_path_factory.mktemp("cluster")
    cluster = Cluster(folder)
    made = [cluster.one.add(trained(c)) for c in (1.0, 0.1)]
    made.append(cluster.one.add(trained(0.5), action="hold"))
    cluster.store._engine().dispose()
    return SimpleNamespace(folder=folder, made=made)


@pytest.fixture
def cluster(template, tmp_path):
    shutil.copytree(template.folder, tmp_path, dirs_exist_ok=True)
    found = Cluster(tmp_path)
    found.first, found.second, found.held = template.made
    yield found
    if (tmp_path / "store").is_dir():
        found.store._engine().dispose()


def test_what_one_machine_adds_the_other_serves(cluster):
    assert cluster.two.service.names() == ()
    assert cluster.two.catch_up() == []
    assert cluster.two.live() == cluster.one.live() == f"pay@{cluster.second}"
    asked = {"income": 40, "debt": 5}
    answers = [machine.service.score("pay", [asked]).scores for machine in (cluster.one, cluster.two)]
    assert answers[0] == answers[1]
    histories = [read_history(machine.folder / "pay") for machine in (cluster.one, cluster.two)]
    assert histories[0] == histories[1]
    assert [(entry.action, entry.by) for entry in histories[0].entries] == [
        ("add", "anna"), ("add", "anna"), ("hold", "anna")
    ]  # fmt: skip


def test_promotions_and_steps_back_reach_the_other(cluster):
    cluster.two.catch_up()
    make_live(cluster.two.folder, "pay", cluster.held, why="better")
    assert cluster.one.live() == f"pay@{cluster.second}"  # it has not looked yet
    cluster.one.catch_up()
    assert cluster.one.live() == f"pay@{cluster.held}"
    assert rollback(cluster.one.folder, "pay").fingerprint == cluster.second
    assert rollback(cluster.two.folder, "pay").fingerprint == cluster.first  # sees the step of the other
    cluster.one.catch_up()
    assert cluster.one.live() == f"pay@{cluster.first}"
    listed = list_versions(cluster.one.folder, "pay")
    assert (listed.live, {each.fault for each in listed.versions}) == (cluster.first, {None})
    assert BY_HAND not in {event.action for event in listed.events}


def test_a_version_that_is_removed_goes_everywhere(cluster):
    cluster.two.catch_up()
    cluster.two.service.model(f"pay@{cluster.first}")  # fetched because somebody asks for it
    remove_version(cluster.one.folder, "pay", cluster.first)
    assert not (cluster.one.folder / "pay" / cluster.first).exists()
    assert not (cluster.bucket / "pay" / cluster.first).exists()
    cluster.two.catch_up()
    with pytest.raises(UnknownModel, match="was removed on"):
        cluster.two.service.model(f"pay@{cluster.first}")
    assert cluster.two.live() == f"pay@{cluster.second}"


def test_a_model_that_is_removed_goes_everywhere_and_its_name_is_free(cluster):
    cluster.two.catch_up()
    allow(cluster.one.folder, "pay", Trusted(frozenset({"shop.Ratio"})))
    assert set(remove_model(cluster.two.folder, "pay")) == {cluster.first, cluster.second, cluster.held}
    cluster.one.catch_up()
    for machine in (cluster.one, cluster.two):
        assert machine.service.names() == ()
        assert trusted_of(machine.folder, "pay") == Trusted()
        with pytest.raises(UnknownModel, match="was removed on"):
            machine.service.model("pay")
    assert cluster.two.add(trained(0.1)) == cluster.second
    cluster.one.catch_up()
    assert cluster.one.live() == f"pay@{cluster.second}"


def test_of_two_who_change_at_the_same_time_one_is_told(cluster, monkeypatch):
    cluster.two.catch_up()
    change = cluster.one.shared.store.change

    def after_the_other(name, **told):
        monkeypatch.undo()
        make_live(cluster.two.folder, "pay", cluster.held)
        return change(name, **told)

    monkeypatch.setattr(cluster.one.shared.store, "change", after_the_other)
    with pytest.raises(NotWritten, match="changed by somebody else"):
        make_live(cluster.one.folder, "pay", cluster.first)
    assert cluster.one.live() == cluster.two.live() == f"pay@{cluster.held}"


def test_while_the_storage_is_away_the_cache_serves_also_at_start(cluster):
    cluster.two.catch_up()
    cluster.lose_bucket()
    again = cluster.machine("two")
    assert again.catch_up() == []
    assert again.live() == f"pay@{cluster.second}"


def test_an_empty_cache_says_what_it_waits_for_and_serves_when_the_storage_comes(cluster):
    cluster.lose_bucket()
    faults = cluster.two.catch_up()
    assert len(faults) == 1
    assert f"pay@{cluster.second} is not here yet: the object storage of the models fails" in faults[0]
    assert cluster.two.service.names() == ("pay",)
    assert cluster.two.service.check() == {"pay": faults[0]}
    with pytest.raises(BrokenModel, match="comes when the storage answers"):
        cluster.two.service.model("pay")
    assert str(cluster.bucket) not in faults[0]
    cluster.find_bucket()
    assert cluster.two.catch_up() == []
    assert cluster.two.service.check() == {"pay": None}


def test_while_the_store_is_away_the_last_pointer_serves_and_nothing_is_changed(cluster):
    cluster.two.catch_up()
    back = cluster.lose_store()
    again = cluster.machine("two")
    assert [fault for fault in again.catch_up() if "What was known last is used" in fault]
    assert again.live() == f"pay@{cluster.second}"
    with pytest.raises(NotWritten, match="does not answer"):
        make_live(cluster.two.folder, "pay", cluster.first)
    back()
    assert again.catch_up() == []
    make_live(cluster.two.folder, "pay", cluster.first)
    assert again.live() == f"pay@{cluster.first}"


def test_an_emptied_store_takes_no_model_away(cluster):
    cluster.two.catch_up()
    cluster.two.shared.store = SimpleNamespace(read=lambda: {"token": "", "models": {}}, token=str)
    cluster.two.shared.refresh()
    assert cluster.two.live() == f"pay@{cluster.second}"


def flipped(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def other_manifest(file):
    """Whoever may write into the bucket writes a manifest, too, that fits all that is there."""
    told = json.loads(file.with_name("manifest.json").read_text())
    file.with_name("manifest.json").write_text(json.dumps(told))


DAMAGE = {
    "a bit is another one": flipped,
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"x"),
    "not there": lambda file: file.unlink(),
    "another manifest": other_manifest,
    "no manifest": lambda file: file.with_name("manifest.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_version_is_named_and_never_served(cluster, damage):
    cluster.one.add(trained(1.0, "buy"))
    damage(cluster.bucket / "pay" / cluster.second / "estimator.skops")
    (fault,) = cluster.two.catch_up()
    assert fault.startswith(f"pay@{cluster.second}")
    assert not (cluster.two.folder / "pay" / cluster.second).exists()
    assert list(cluster.two.folder.glob(".fetching-*")) == []
    assert cluster.two.service.check() == {"buy": None, "pay": fault}
    shutil.copytree(
        cluster.one.folder / "pay" / cluster.second, cluster.bucket / "pay" / cluster.second, dirs_exist_ok=True
    )
    changes.upload(cluster.one.shared, "pay", cluster.second, again=True)
    assert cluster.two.catch_up() == []
    assert cluster.two.live() == f"pay@{cluster.second}"


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_version_that_is_damaged_on_a_machines_disk_is_fetched_again(cluster, damage):
    cluster.two.catch_up()
    asked, place = [{"income": 40, "debt": 5}], cluster.two.folder / "pay" / cluster.second
    before = cluster.one.service.score("pay", asked).scores
    damage(place / "estimator.skops")
    assert cluster.two.service.check()["pay"]  # it does not open
    cluster.lose_bucket()
    (fault,) = cluster.two.catch_up()
    assert fault.startswith(f"pay@{cluster.second} is not here yet")
    assert place.is_dir()  # whoever had opened it serves on
    cluster.find_bucket()
    assert cluster.two.catch_up() == []
    assert cluster.two.service.check() == {"pay": None}
    assert cluster.two.service.score("pay", asked).scores == before
    assert list(cluster.two.folder.glob(".fetching-*")) == []


def test_a_running_machine_looks_for_damage_and_says_so(cluster, caplog):
    cluster.two.catch_up()
    place = cluster.two.folder / "pay" / cluster.second
    flipped(place / "estimator.skops")
    cluster.two.sync.start()
    try:
        until(lambda: not fetch.is_damaged(place, "pay"))
    finally:
        cluster.two.sync.stop()
    assert caplog.text.count(f"pay@{cluster.second} is damaged on this disk") == 1


def test_where_the_new_version_is_damaged_the_former_one_serves_and_the_fault_is_told(cluster):
    cluster.two.catch_up()
    made = cluster.one.add(trained(0.02))
    flipped(cluster.bucket / "pay" / made / "golden.json")
    cluster.two.catch_up()
    assert cluster.two.live() == f"pay@{cluster.second}"
    assert list(cluster.two.sync.faults()) == [f"pay@{made}"]
    assert BY_HAND not in {event.action for event in list_versions(cluster.two.folder, "pay").events[:-1]}


def test_a_version_whose_name_is_forged_is_refused(cluster, monkeypatch):
    """Eight digits can be met by trying: the digest of the store decides, all of it."""
    place = cluster.bucket / "pay" / cluster.second
    shutil.rmtree(place)
    shutil.copytree(cluster.bucket / "pay" / cluster.first, place)
    monkeypatch.setattr(fetch.verify, "listed", lambda *_: pytest.fail("read before it was verified"))
    (fault,) = cluster.two.catch_up()
    assert "the manifest in the object storage was altered" in fault


def test_the_bucket_says_nothing_about_what_may_be_loaded(cluster):
    (cluster.bucket / "trust.json").write_text(json.dumps({"pay": {"types": ["os.system"], "code": {}}}))
    (cluster.bucket / "pay" / "trust.json").write_text("{}")
    (cluster.bucket / "pay" / cluster.second / "code").mkdir()
    (cluster.bucket / "pay" / cluster.second / "code" / "evil.py").write_text("raise SystemExit")
    cluster.two.catch_up()
    assert trusted_of(cluster.two.folder, "pay") == Trusted()
    assert not (cluster.two.folder / "pay" / cluster.second / "code").exists()


def test_permissions_reach_all_and_are_those_of_the_store(cluster):
    cluster.two.catch_up()
    told = Trusted(frozenset({"shop.Ratio"}), {"ab" * 32: frozenset({"shop.Ratio"})})
    assert allow(cluster.two.folder, "pay", told) == told
    (cluster.one.folder / "trust.json").write_text(json.dumps({"pay": {"types": ["os.system"], "code": {}}}))
    cluster.one.catch_up()
    assert trusted_of(cluster.one.folder, "pay") == told


def test_permissions_of_a_version_that_could_not_be_added_are_withdrawn(cluster, monkeypatch):
    cluster.lose_bucket()
    made, write = trained(0.03), build._write
    monkeypatch.setattr(build, "_write", lambda *told: (write(*told), Trusted(frozenset({"shop.Ratio"})))[1])
    with pytest.raises(NotWritten, match="cannot be uploaded"):
        cluster.one.add(made)
    assert trusted_of(cluster.one.folder, "pay") == Trusted()
    assert cluster.store.shared_models.read()["models"]["pay"]["trusted"] == {}


def test_a_fetch_that_is_cut_short_leaves_nothing_that_serves(cluster, monkeypatch):
    read = ObjectStorage.blocks

    def torn(self, path):
        for number, block in enumerate(read(self, path)):
            if path.endswith("estimator.skops"):
                raise MemoryError if number else KeyboardInterrupt
            yield block

    monkeypatch.setattr(ObjectStorage, "blocks", torn)
    with pytest.raises(KeyboardInterrupt):
        cluster.two.catch_up()
    assert not (cluster.two.folder / "pay" / cluster.second).exists()
    monkeypatch.undo()
    assert cluster.two.catch_up() == []


def test_an_object_that_has_grown_fills_no_disk(cluster, monkeypatch):
    read, blocks = ObjectStorage.blocks, []

    def endless(self, path):
        yield from read(self, path)
        while path.endswith("golden.json"):
            blocks.append(path)
            assert len(blocks) < 3, "the manifest says how much there is"
            yield bytes(BLOCK)

    monkeypatch.setattr(ObjectStorage, "blocks", endless)
    (fault,) = cluster.two.catch_up()
    assert f"pay@{cluster.second}: golden.json in the object storage was altered." in fault


def test_many_who_ask_for_a_version_fetch_it_once(cluster, monkeypatch):
    read, asked = ObjectStorage.blocks, []
    monkeypatch.setattr(ObjectStorage, "blocks", lambda self, path: asked.append(path) or read(self, path))
    cluster.two.shared.refresh()
    others = [cluster.machine("two").service for _ in range(6)]
    start = threading.Barrier(len(others))

    def ask(service):
        start.wait()
        service.model(f"pay@{cluster.first}")

    threads = [threading.Thread(target=ask, args=(service,)) for service in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == len(set(asked)) > 5


def test_a_storage_that_stands_still_holds_one_thread_and_who_asks_is_told(cluster, monkeypatch):
    stands_still, read = threading.Event(), ObjectStorage.blocks

    def blocks(self, path):
        stands_still.wait(20)
        yield from read(self, path)

    cluster.two.catch_up()
    monkeypatch.setattr(ObjectStorage, "blocks", blocks)
    cluster.two.shared.patience, before = 0.02, threading.active_count()
    for _ in range(10):
        with pytest.raises(BrokenModel, match="being fetched"):
            cluster.two.service.model(f"pay@{cluster.first}")
    assert threading.active_count() == before + 1
    assert cluster.two.live() == f"pay@{cluster.second}"
    stands_still.set()
    cluster.two.shared.patience = 10
    assert cluster.two.service.model(f"pay@{cluster.first}").fingerprint == cluster.first


def test_versions_that_nobody_knows_are_not_asked_of_the_storage(cluster, monkeypatch):
    monkeypatch.setattr(ObjectStorage, "blocks", lambda *_: pytest.fail("asked"))
    for key in ("pay@00000000", "nobody@00000000"):
        with pytest.raises(UnknownModel):
            cluster.one.service.model(key)


def test_names_in_the_store_that_would_leave_the_cache_are_left_out():
    version = {"manifest": "a" * 64, "created": ""}
    model = {
        "live": "../../x",
        "coming": None,
        "trusted": {},
        "versions": {"../../x": version, "aaaaaaaa": version},
        "history": [],
    }
    read = SharedState.from_json({"token": "t", "models": {"../etc": model, "pay": model}})
    assert list(read.models) == ["pay"]
    assert (read.of("pay").live, list(read.of("pay").versions)) == (None, ["aaaaaaaa"])


# ---- eviction


def aged(cluster, *fingerprints):
    for fingerprint in fingerprints:
        old = time.time() - UNUSED - 10
        os.utime(cluster.one.folder / "pay" / fingerprint, (old, old))


def evicted(cluster, needed=()):
    return evict(cluster.one.folder, cluster.one.shared.known(), set(needed))


def test_old_versions_leave_the_cache_and_come_back_when_asked_for(cluster):
    made = cluster.one.add(trained(0.02))
    aged(cluster, cluster.first, cluster.second, cluster.held, made)
    assert evicted(cluster) == [f"pay@{cluster.first}"]  # the others: next in a rollback, held, live
    assert not (cluster.one.folder / "pay" / cluster.first).exists()
    assert cluster.one.service.model(f"pay@{cluster.first}").fingerprint == cluster.first


@pytest.mark.parametrize("why", ["needed", "used", "young", "by hand", "not in the store"])
def test_a_version_stays_that_somebody_needs(cluster, why):
    cluster.one.add(trained(0.02))
    first = f"pay@{cluster.first}"
    cluster.one.service.model(first)
    aged(cluster, *([] if why == "young" else [cluster.first]))
    if why == "used":
        cluster.one.service.model(first)
    if why == "by hand":
        (cluster.one.folder / "pay" / "live").write_text(cluster.first)
    if why == "not in the store":
        (cluster.one.folder / "pay" / cluster.first).rename(cluster.one.folder / "pay" / "00000000")
        aged(cluster, "00000000")
    assert evicted(cluster, [first] if why == "needed" else []) == []


# ---- threads


def test_a_running_machine_agrees_within_two_seconds_and_needs_no_storage_for_what_was_held(cluster):
    cluster.two.sync.start()
    cluster.two.sync.start()  # once in a process
    try:
        until(lambda: (cluster.two.folder / "pay" / cluster.held).is_dir() and cluster.two.live())
        cluster.lose_bucket()
        began = time.monotonic()
        make_live(cluster.one.folder, "pay", cluster.held)
        until(lambda: cluster.two.live() == f"pay@{cluster.held}")
        took = time.monotonic() - began
        assert took < AGREED, f"agreed after {took:.2f} s"
    finally:
        cluster.two.sync.stop()


def test_a_new_version_goes_live_when_all_who_serve_have_it(cluster):
    cluster.two.sync.start()
    try:
        until(lambda: cluster.store.shared_models.instances(60))
        made = cluster.one.add(trained(0.02))
        began = time.monotonic()
        assert (cluster.two.folder / "pay" / made).is_dir()
        until(lambda: cluster.two.live() == f"pay@{made}")
        assert time.monotonic() - began < AGREED
    finally:
        cluster.two.sync.stop()


def test_a_machine_that_cannot_fetch_is_not_waited_for_without_end(cluster, caplog):
    cluster.store.shared_models.report("lame", set())
    began = time.monotonic()
    changes.spread(cluster.one.shared, "pay", cluster.second, {}, seconds=0.3)
    assert 0.3 < time.monotonic() - began < changes.SPREAD / 2
    assert "1 machines have not fetched it yet" in caplog.text


def until(what, seconds=10.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.01)


def test_one_process_of_a_machine_looks_for_all(cluster, monkeypatch):
    asked = []
    beside = cluster.machine("two")
    for machine in (cluster.two, beside):
        token = machine.shared.store.token
        monkeypatch.setattr(machine.shared.store, "token", lambda m=machine, t=token: asked.append(m) or t())
        machine.sync.start()
    try:
        until(lambda: len(asked) > 1)
        first = asked[0]
        assert set(asked) == {first}
        first.sync.stop()
        until(lambda: asked[-1] is not first)
    finally:
        cluster.two.sync.stop()
        beside.sync.stop()


def test_a_busy_process_looks_where_no_other_does(cluster, monkeypatch):
    monkeypatch.setattr(sync, "TURN", 2)
    asked = []
    busy, idle = Sync(cluster.two.shared, busy=True), cluster.machine("two").sync
    for each in (busy, idle):
        report = each._report
        monkeypatch.setattr(each, "_report", lambda each=each, report=report: asked.append(each) or report())
    busy.start()
    try:
        until(lambda: asked)
        assert set(asked) == {busy}
        idle.start()
        until(lambda: idle in asked)
        asked.clear()
        until(lambda: len(asked) > 3)
        assert set(asked) == {idle}
    finally:
        busy.stop()
        idle.stop()


def test_the_state_on_the_disk_is_that_of_the_store(cluster):
    cluster.two.catch_up()
    assert read_state(cluster.two.folder) == cluster.one.shared.known()
    (cluster.two.folder / ".shared.json").write_text("{torn")
    assert read_state(cluster.two.folder) == SharedState()
    assert cluster.two.catch_up() == []
    assert cluster.two.live() == f"pay@{cluster.second}"
