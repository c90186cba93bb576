"""Accounts, keys and audit: by hand, and under the attacks that such things know."""

import statistics
import time
from itertools import pairwise

import pytest

from auth.accounts import INVITED_FOR, SIGNED_IN_FOR, Accounts, BadAccount
from auth.audit_log import AuditLog
from auth.caller import EVERYBODY, STRANGER, Caller, Request, caller_of_key, caller_of_person, use_request
from auth.keys import ApiKeys, BadKey
from auth.passwords import BadPassword
from auth.permissions import ROLES, SCOPES, Permission
from auth.tokens import hash_of, new_key, read_key
from auth.versions.events import version_events
from ml.lifecycle.history import HistoryEntry, append
from store.accounts.account_records import AuditEvent
from store.db import Store
from tests.faults.places import database

WORD = "four plain words here"


@pytest.fixture
def now():
    return [1_000_000.0]


@pytest.fixture
def audit(store, now):
    return AuditLog(store, lambda: now[0])


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    with database(request.param, tmp_path) as url:
        yield Store(url)


@pytest.fixture
def accounts(store, audit, now):
    return Accounts(store, audit, lambda: now[0])


@pytest.fixture
def keys(store, audit, now):
    return ApiKeys(store, audit, lambda: now[0])


def joined(accounts, name="ann@shop.example", role="seller", **roles):
    return accounts.accept(accounts.invite(name, role, roles), WORD)


def test_an_invitation_is_for_one_use_and_for_two_days(accounts, now):
    token = accounts.invite(" Ann@Shop.example ", "seller")
    assert accounts.invited(token).name == "ann@shop.example"
    assert accounts.sign_in("ann@shop.example", WORD) is None
    with pytest.raises(BadPassword, match="at least 12"):
        accounts.accept(token, "short")
    assert accounts.accept(token, WORD).name == "ann@shop.example"
    assert accounts.accept(token, "another long password") is None
    assert accounts.sign_in("ANN@shop.example", WORD)
    late = accounts.reset(accounts.all()[0].id)
    now[0] += INVITED_FOR
    assert accounts.accept(late, "another long password") is None
    assert accounts.sign_in("ann@shop.example", WORD)


def test_a_new_link_ends_the_one_before(accounts):
    first = accounts.invite("ann", "viewer")
    second = accounts.reset(accounts.all()[0].id)
    assert accounts.invited(first) is None
    assert accounts.invited(second)


def test_names_are_there_once_and_say_what_is_accepted(accounts):
    accounts.invite("ann", "viewer")
    with pytest.raises(BadAccount, match="already"):
        accounts.invite("ANN", "viewer")
    for name in ("", "a b", "a/b", "<b>", "x" * 101):
        with pytest.raises(BadAccount, match="1 to 100"):
            accounts.invite(name, "viewer")
    with pytest.raises(BadAccount, match="viewer, seller"):
        accounts.invite("bob", "root")
    with pytest.raises(BadAccount, match="all models"):
        accounts.invite("bob", "", {"loan": "administrator"})


def test_sessions_begin_anew_end_everywhere_and_expire(accounts, now):
    ann = joined(accounts)
    one, two = accounts.begin_session(ann), accounts.begin_session(ann)
    assert one != two
    assert accounts.in_session(one).name == ann.name
    accounts.end_session(one)
    assert accounts.in_session(one) is None
    assert accounts.in_session(two)
    accounts.end_sessions(ann.id)
    assert accounts.in_session(two) is None
    three = accounts.begin_session(ann)
    now[0] += SIGNED_IN_FOR - 1
    assert accounts.in_session(three)
    now[0] += 1
    assert accounts.in_session(three) is None
    assert accounts.in_session("") is None


def test_a_new_password_and_a_closed_account_end_sessions(accounts):
    ann = joined(accounts)
    joined(accounts, "root", "administrator")
    token = accounts.begin_session(ann)
    assert not accounts.change_password(accounts.in_session(token), "wrong", "a new long password")
    assert accounts.in_session(token)
    assert accounts.change_password(accounts.in_session(token), WORD, "a new long password")
    assert accounts.in_session(token) is None
    token = accounts.begin_session(accounts.sign_in("ann@shop.example", "a new long password"))
    accounts.set_active(ann.id, active=False)
    assert accounts.in_session(token) is None
    assert accounts.sign_in("ann@shop.example", "a new long password") is None
    accounts.set_active(ann.id, active=True)
    assert accounts.sign_in("ann@shop.example", "a new long password")


def test_passwords_are_kept_as_argon2_and_sessions_as_hashes(accounts, store):
    ann = joined(accounts)
    token = accounts.begin_session(ann)
    tables = ("people", "sessions", "audit")
    with store._engine().connect() as kept:
        everything = str([kept.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables])
    assert "$argon2id$" in everything
    assert WORD not in everything
    assert token not in everything


def test_somebody_stays_administrator(accounts):
    root = accounts.accept(accounts.first_invitation(), WORD)
    assert root.name == "admin"
    assert accounts.is_administered()
    with pytest.raises(BadAccount, match="only administrator"):
        accounts.change_role(root.id, "viewer", {})
    with pytest.raises(BadAccount, match="only administrator"):
        accounts.set_active(root.id, active=False)
    accounts.invite("bob", "administrator")
    with pytest.raises(BadAccount, match="only administrator"):  # bob has no password yet
        accounts.set_active(root.id, active=False)
    joined(accounts, "eve", "administrator")
    accounts.set_active(root.id, active=False)
    with pytest.raises(BadAccount, match="no such person"):
        accounts.set_active("nobody", active=True)


def test_first_invitations_of_instances_that_start_together_hold_until_one_is_accepted(accounts):
    first, second = accounts.first_invitation(), accounts.first_invitation()
    assert not accounts.is_administered()
    assert accounts.accept(first, WORD)
    assert accounts.accept(second, WORD) is None
    assert [each.name for each in accounts.all()] == ["admin"]


def test_an_instance_that_was_quicker_made_the_same_first_administrator(accounts, store, audit, monkeypatch):
    slower = Accounts(store, audit)
    seen = iter([[], []])  # neither people nor administrators, as the other instance had not begun
    everybody = slower.all
    monkeypatch.setattr(slower, "all", lambda: next(seen, None) or everybody())
    monkeypatch.setattr(store.people, "add", raising_once_after(store.people.add, accounts.first_invitation))
    token = slower.first_invitation()
    assert accounts.accept(token, WORD).name == "admin"
    assert [each.name for each in accounts.all()] == ["admin"]


def raising_once_after(add, other):
    """The other instance adds its administrator just before."""
    calls = []

    def late(person):
        if not calls:
            calls.append(person)
            other()
        add(person)

    return late


def test_wrong_names_take_as_long_as_wrong_passwords(accounts):
    joined(accounts)

    def seconds(name):
        started = time.process_time()
        assert accounts.sign_in(name, "not this one at all") is None
        return time.process_time() - started

    pairs = [(seconds("ann@shop.example"), seconds("nobody@shop.example")) for _ in range(7)]
    known, unknown = (statistics.median(each) for each in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_audit_says_who_what_and_about_whom_but_no_secrets(accounts, audit, keys):
    root = accounts.accept(accounts.first_invitation(), WORD)
    with use_request(Request(caller_of_person(root), Permission.ADMIN, "request-7")):
        ann = joined(accounts, "ann", "seller")
        accounts.change_role(ann.id, "viewer", {"loan": "manager"})
        text, _ = keys.make("shop", ["score"])
    accounts.sign_in("my secret phrase typed as name", "x")
    told, _ = audit.page(20)
    assert [(each.who, each.what, each.about) for each in told[:5]] == [
        ("stranger", "sign-in refused", "an unknown name"),
        ("admin", "key made", f"shop ({text[3:15]})"),
        ("admin", "role changed", "ann"),
        ("ann", "password chosen", "ann"),
        ("admin", "invited", "ann"),
    ]
    assert (told[2].before, told[2].after, told[2].request) == ("seller", "viewer, manager of loan", "request-7")
    assert [each.number for each in told] == sorted((each.number for each in told), reverse=True)
    assert [each.number for each in audit.page(2, told[1].number)[0]] == [told[2].number, told[3].number]
    assert not any(hasattr(audit, name) for name in ("delete", "change", "clear"))


def test_roles_of_single_models_count_instead(accounts):
    ann = caller_of_person(joined(accounts, "ann", "viewer", loan="manager", iris="seller"))
    assert ann.may(Permission.CUT_OFFS, "loan")
    assert not ann.may(Permission.CUT_OFFS, "iris")
    assert not ann.may(Permission.SCORE, "bank-products")
    assert ann.may(Permission.SCORE)  # of some model
    assert not ann.may(Permission.ADMIN)
    nobody = caller_of_person(joined(accounts, "bob", "seller", loan="viewer"))
    assert not nobody.may(Permission.SCORE, "loan")


@pytest.mark.parametrize("permission", Permission)
def test_strangers_get_nothing_but_what_is_open(permission):
    assert STRANGER.may(permission) is (permission is Permission.OPEN)
    assert EVERYBODY.may(permission, "loan")
    assert Caller("ann").may(permission) is (permission in (Permission.OPEN, Permission.SIGNED_IN))


def test_each_role_may_what_the_one_before_may():
    order = ["viewer", "seller", "manager", "data scientist", "administrator"]
    assert list(ROLES) == order
    assert all(ROLES[one] <= ROLES[other] for one, other in pairwise(order))
    assert [role for role in ROLES if Permission.ADMIN in ROLES[role]] == ["administrator"]


def test_keys_are_shown_once_found_by_their_text_and_ended(keys, now):
    text, made = keys.make("the shop", ["score", "read"], ["loan"], days=30, by="ann")
    assert text.startswith(f"lk_{made.id}_")
    assert keys.find(text).id == made.id
    assert text[16:64] not in str(keys.all())
    caller = caller_of_key(keys.find(text))
    assert caller.may(Permission.SCORE, "loan")
    assert not caller.may(Permission.SCORE, "iris")
    assert not caller.may(Permission.CUT_OFFS, "loan")
    now[0] += 30 * 86_400
    assert keys.find(text) is None
    text, made = keys.make("the shop", ["admin"])
    assert caller_of_key(keys.find(text)).may(Permission.ADMIN)
    assert keys.end(made.id)
    assert not keys.end(made.id)
    assert keys.find(text) is None


def test_two_keys_of_a_name_are_live_while_programs_change_over(keys):
    _, first = keys.make("shop", ["read"])
    keys.make("shop", ["read"])
    with pytest.raises(BadKey, match="Two keys"):
        keys.make(" shop ", ["read"])
    keys.end(first.id)
    keys.make("shop", ["read"])


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ["read"], None), ("x" * 101, ["read"], None), ("a", [], None), ("a", ["root"], None), ("a", ["read"], 0)],
)
def test_a_key_that_cannot_be_made_says_what_is_accepted(keys, name, scopes, days):
    with pytest.raises(BadKey, match=r"scopes|characters|days"):
        keys.make(name, scopes, days=days)


def test_mistyped_keys_are_found_without_the_store():
    text, key, hashed = new_key()
    assert read_key(text) == (key, hashed)
    for at in (4, 20, len(text) - 1):
        other = "1" if text[at] != "1" else "2"
        assert read_key(text[:at] + other + text[at + 1 :]) is None
    for wrong in ("", "lk_", text + "0", text.upper(), f" {text}", hash_of(text)):
        assert read_key(wrong) is None


def test_the_time_of_the_last_use_is_kept_to_the_minute(keys, now):
    text, _ = keys.make("shop", ["read"])
    keys.find(text)
    assert keys.all()[0].used == now[0]
    now[0] += 30
    keys.find(text)
    assert keys.all()[0].used == now[0] - 30
    now[0] += 31
    keys.find(text)
    assert keys.all()[0].used == now[0]


def test_instances_agree_on_a_secret(store):
    other = Store(store._url)
    assert store.secrets.get("cookies", lambda: "one") == "one"
    assert other.secrets.get("cookies", lambda: "two") == "one"


def test_scopes_are_sets_of_permissions():
    assert set(SCOPES) == {"score", "outcomes", "training", "read", "metrics", "admin"}
    assert all(Permission.OPEN not in granted for granted in SCOPES.values())


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_pages_of_the_audit_log_hold_each_event_once_in_order(store, now, most):
    """Those of versions, too, some at the very second of others."""
    others = [AuditEvent("ann", "version promoted", f"loan@{at}", at=at) for at in (5.0, 10.0, 10.0, 12.5, 99.0)]
    audit = AuditLog(store, lambda: now[0], lambda: others)
    for at in (10.0, 11.0, 11.0, 12.0, 13.0, 14.0):
        now[0] = at
        audit.note("signed in", f"at {at}")
    seen, before = [], None
    while True:
        events, before = audit.page(most, before)
        seen += events
        if before is None:
            break
    assert len(seen) == 11
    assert [each.at for each in seen] == sorted((each.at for each in seen), reverse=True)
    assert {each.about for each in seen} == {each.about for each in others} | {
        f"at {at}" for at in (10.0, 11.0, 12.0, 13.0, 14.0)
    }


def test_actions_on_versions_are_events_of_the_audit_log(tmp_path):
    (tmp_path / "loan").mkdir()
    entries = [
        HistoryEntry("2026-03-01T10:00:00+00:00", "train", "0a1b2c3d", None, "ann", "first"),
        HistoryEntry("2026-03-02T10:00:00+00:00", "hold", "11111111", "0a1b2c3d", "ann", ""),
        HistoryEntry("2026-03-03T10:00:00+00:00", "promote", "11111111", "0a1b2c3d", "bob", "better"),
        HistoryEntry("2026-03-04T10:00:00+00:00", "remove", None, "11111111", "bob", "over"),
    ]
    append(tmp_path / "loan", *entries)
    (tmp_path / "broken" / "history.jsonl").mkdir(parents=True)
    *told, last = [
        (each.who, each.what, each.about, each.before, each.after, each.why)
        for each in sorted(version_events(tmp_path), key=lambda each: -each.at)
    ]
    assert told == [
        ("bob", "model removed", "loan", "11111111", "", "over"),
        ("bob", "version promoted", "loan@11111111", "0a1b2c3d", "11111111", "better"),
        ("ann", "version held", "loan@11111111", "0a1b2c3d", "", ""),
        ("ann", "version trained", "loan@0a1b2c3d", "", "0a1b2c3d", "first"),
    ]
    assert last[:3] == ("system", "history not read", "broken")
