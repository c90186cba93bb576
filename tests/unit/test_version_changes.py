"""Versions are made live and rolled back by callers of the service: by their names, with a reason, one at a time."""

from __future__ import annotations

import shutil
import threading
from types import SimpleNamespace

import pytest

from auth.audit_log import AuditLog
from auth.caller import Caller, Request, use_request
from auth.permissions import Permission
from auth.versions.changes import NoReason, NotPromoted, fingerprint_of, promote, roll_back
from auth.versions.events import version_events
from ml.errors import UnknownModel
from ml.lifecycle import actions
from ml.lifecycle.actions import make_live, remove_version
from ml.lifecycle.history import ChangedMeanwhile, read_history
from ml.lifecycle.state import live_of
from ml.service import open_service
from store.db import open_store
from tests.instances import Cluster
from tests.unit.test_lifecycle import pay, template  # noqa: F401 - fixtures


def asks(name):
    return use_request(Request(Caller(name, frozenset(Permission)), Permission.VERSIONS))


@pytest.fixture
def shop(pay):  # noqa: F811
    return SimpleNamespace(**vars(pay), service=open_service(pay.models))


def test_the_history_and_the_audit_log_name_who_and_why(shop, tmp_path):
    with asks("ben@example.com"):
        made = promote(shop.service, "pay", shop.held, "  better\n in March ", shop.third)
    assert (made.live, made.previous) == (shop.held, shop.third)
    last = read_history(shop.folder).entries[-1]
    assert (last.action, last.fingerprint, last.previous, last.by, last.why) == (
        "promote", shop.held, shop.third, "ben@example.com", "better in March"
    )  # fmt: skip
    assert shop.service.model("pay").key == f"pay@{shop.held}"
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    events, _ = AuditLog(store, elsewhere=lambda: version_events(shop.models)).page(10)
    (told,) = [each for each in events if each.who == "ben@example.com"]
    assert (told.what, told.before, told.after, told.why) == (
        "version promoted", shop.third, shop.held, "better in March"
    )  # fmt: skip


def test_a_step_back_goes_to_what_was_live_before_and_further(shop):
    assert roll_back(shop.service, "pay", "too many calls", shop.third, shop.second).live == shop.second
    assert roll_back(shop.service, "pay", "still").live == shop.first
    with pytest.raises(NotPromoted, match="No version of pay that is still here was live before"):
        roll_back(shop.service, "pay", "still")
    assert [each.action for each in read_history(shop.folder).entries[-2:]] == ["rollback", "rollback"]


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1_001, "a\x00b", "a\x1b[2J"])
def test_without_a_reason_that_can_be_kept_nothing_changes(shop, reason):
    for change in (
        lambda: promote(shop.service, "pay", shop.held, reason),
        lambda: roll_back(shop.service, "pay", reason),
    ):
        with pytest.raises(NoReason, match="Nothing was changed"):
            change()
    assert live_of(shop.models, "pay") == shop.third


def test_who_comes_second_is_told_what_is_live_now_and_by_whom(shop):
    with asks("anna"):
        promote(shop.service, "pay", shop.held, "the first", shop.third)
    with asks("ben"):
        for change in (
            lambda: promote(shop.service, "pay", shop.first, "the second", shop.third),
            lambda: roll_back(shop.service, "pay", "the second", shop.third),
            lambda: roll_back(shop.service, "pay", "the second", shop.held, shop.second),  # it would go to the third
        ):
            with pytest.raises(ChangedMeanwhile, match=f"pay@{shop.held} is live now: .* by anna. Reason: the first"):
                change()
    assert live_of(shop.models, "pay") == shop.held


def test_a_promotion_that_comes_again_changes_nothing_more(shop):
    assert promote(shop.service, "pay", shop.held, "better", shop.third).entry
    lines = len(read_history(shop.folder).entries)
    again = promote(shop.service, "pay", shop.held, "better", shop.third)  # its first answer was lost on its way
    assert (again.live, again.entry) == (shop.held, None)
    assert len(read_history(shop.folder).entries) == lines


def test_of_two_at_once_one_is_refused(shop, monkeypatch):
    """Both saw the same version live when they decided, and both have checked theirs when the first one is made."""
    met, check = threading.Barrier(2, timeout=60), actions.check_serves

    def together(*told):
        check(*told)
        met.wait()

    monkeypatch.setattr(actions, "check_serves", together)
    told = []

    def change(fingerprint):
        try:
            told.append(promote(shop.service, "pay", fingerprint, f"for {fingerprint}").live)
        except ChangedMeanwhile as error:
            told.append(str(error))

    both = [threading.Thread(target=change, args=[each]) for each in (shop.held, shop.first)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    live = live_of(shop.models, "pay")
    assert live in (shop.held, shop.first)
    assert live in told
    told.remove(live)
    assert f"pay@{live} is live now" in told[0]
    assert len(read_history(shop.folder).entries) == 5


def test_what_does_not_serve_is_not_made_live(shop):
    (shop.folder / shop.held / "program.json").write_text("{}")
    with pytest.raises(NotPromoted, match=f"pay@{shop.held} does not serve: "):
        promote(shop.service, "pay", shop.held, "better")
    assert live_of(shop.models, "pay") == shop.third


def test_a_broken_live_version_can_be_left(shop):
    shutil.rmtree(shop.folder / shop.third)
    assert roll_back(shop.service, "pay", "it is gone", shop.third).live == shop.second


def test_names_that_are_none(shop):
    with pytest.raises(UnknownModel, match="There is no version 'pay@00000000'"):
        promote(shop.service, "pay", "00000000", "better")
    for name in ("nope", "../pay", "pay@1"):
        with pytest.raises(UnknownModel):
            promote(shop.service, name, shop.held, "better")
    assert fingerprint_of("pay", f"pay@{shop.held}") == fingerprint_of("pay", shop.held) == shop.held
    with pytest.raises(UnknownModel, match="is no version of the model"):
        fingerprint_of("pay", f"loan@{shop.held}")


def test_where_instances_share_their_models_the_second_is_refused_too(tmp_path):
    from tests.instances import trained

    cluster = Cluster(tmp_path)
    first, second = (cluster.one.add(trained(c)) for c in (1.0, 0.1))
    held = cluster.one.add(trained(0.5), action="hold")
    cluster.two.catch_up()
    made = promote(cluster.two.service, "pay", held, "better", second)
    assert (made.live, made.previous) == (held, second)
    # the first machine has not looked since: what it knows is old
    with pytest.raises(ChangedMeanwhile, match=f"pay@{held} is live now"):
        promote(cluster.one.service, "pay", first, "older", second)
    with pytest.raises(ChangedMeanwhile):
        make_live(cluster.one.folder, "pay", first, expected=second)
    cluster.one.catch_up()
    assert cluster.one.live() == cluster.two.live() == f"pay@{held}"
    assert roll_back(cluster.one.service, "pay", "worse").live == second
    remove_version(cluster.one.folder, "pay", held)
    cluster.store._engine().dispose()
