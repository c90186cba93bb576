"""Roles by groups, claims, and accounts of those who come: by hand."""

from itertools import permutations

import pytest

from auth.audit_log import AuditLog
from auth.elsewhere.arrivals import Arrivals, NotAdmitted
from auth.elsewhere.claims import BadClaims, Named, groups_of, name_of, read_claims
from auth.elsewhere.group_roles import BadGroupRoles, GroupRoles
from store.accounts.account_records import NameTaken
from store.db import Store
from tests.faults.places import database


@pytest.mark.parametrize(
    ("text", "groups", "expected"),
    [
        ("sales=seller", ["sales"], ("seller", {})),
        ("sales=seller", ["Sales"], None),
        ("sales=seller", [], None),
        ("*=viewer", [], ("viewer", {})),
        ("*=viewer; it=administrator", ["it"], ("administrator", {})),
        ("it=administrator; *=viewer", ["it"], ("administrator", {})),
        ("a=viewer; b=manager", ["a", "b"], ("manager", {})),
        ("loan=loan:seller", ["loan"], ("", {"loan": "seller"})),
        ("loan=loan:seller; x=loan:manager", ["loan", "x"], ("", {"loan": "manager"})),
        ("*=viewer; loan=loan:seller", ["loan"], ("viewer", {"loan": "seller"})),
        ("*=manager; loan=loan:viewer", ["loan"], ("manager", {})),
        ("The loan team = loan : data scientist ;", ["The loan team"], ("", {"loan": "data scientist"})),
        ("cn=sales,ou=groups,dc=shop=seller", ["cn=sales,ou=groups,dc=shop"], ("seller", {})),
        ("urn:x:sales=seller", ["urn:x:sales"], ("seller", {})),
        ("", ["a"], None),
    ],
)
def test_groups_give_roles(text, groups, expected):
    assert GroupRoles.read(text).of(groups) == expected


def test_the_order_of_rules_changes_nothing_and_one_more_group_takes_nothing_away():
    rules = ["a=viewer", "b=manager", "c=loan:data scientist", "d=seller"]
    found = {str(GroupRoles.read(";".join(each)).of(["a", "b", "c", "d"])) for each in permutations(rules)}
    assert found == {str(("manager", {"loan": "data scientist"}))}


@pytest.mark.parametrize("text", ["x", "=viewer", "x=", "x=root", "x=loan:", "x=loan:root", "x=loan:administrator"])
def test_rules_that_cannot_be_read_say_what_is_accepted(text):
    with pytest.raises(BadGroupRoles, match="GROUP_ROLES holds"):
        GroupRoles.read(f"*=viewer; {text}")


@pytest.mark.parametrize(
    ("claims", "claim", "expected"),
    [
        ({"groups": ["a", "b", 7, None, ["c"]]}, "groups", {"a", "b"}),
        ({"groups": "a b"}, "groups", {"a b"}),
        ({"groups": {"a": 1}}, "groups", set()),
        ({"groups": None}, "groups", set()),
        ({}, "groups", set()),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"https://shop.example/groups": ["a"]}, "https://shop.example/groups", {"a"}),
        ({"a": "text"}, "a.b", set()),
    ],
)
def test_groups_of_claims(claims, claim, expected):
    assert groups_of(claims, claim) == expected


def test_names_are_those_that_accounts_may_have():
    assert name_of(' Ann "the\n<boss>" ') == "ann_the_boss_"
    assert name_of("") == "_"
    assert len(name_of("x" * 500)) == 100
    assert read_claims("i", {"sub": "7", "email": " "}, "groups").name == "7"
    assert read_claims("i", {"sub": "7", "email": 5, "preferred_username": "Ann"}, "groups").name == "ann"
    for sub in (None, "", 7, "x" * 256, "a\x00"):
        with pytest.raises(BadClaims):
            read_claims("i", {"sub": sub}, "groups")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    with database(request.param, tmp_path) as url:
        yield Store(url)


@pytest.fixture
def arrivals(store):
    return Arrivals(store, AuditLog(store), GroupRoles.read("*=viewer; it=administrator"))


def named(subject="1", name="ann", issuer="https://login.example", groups=(), at=1000.0):
    return Named(issuer, subject, name, frozenset(groups), at)


def test_issuer_and_subject_together_are_one_person(arrivals, store):
    one = arrivals.admit(named())
    assert arrivals.admit(named(name="renamed")) == one
    others = [named(subject="2"), named(issuer="https://other.example"), named(subject="1 1")]
    assert len({arrivals.admit(each).id for each in others} | {one.id}) == 4
    assert [each.name for each in store.people.all()] == ["ann", "ann (2)", "ann (3)", "ann (4)"]


def test_who_comes_twice_at_once_has_one_account(arrivals, store, monkeypatch):
    one = arrivals.admit(named())
    found = iter([None])
    look = store.people.of_identity
    monkeypatch.setattr(store.people, "of_identity", lambda identity: next(found, look(identity)))
    assert arrivals.admit(named()) == one
    assert len(store.people.all()) == 1


def test_an_identity_is_there_once(arrivals, store):
    one = arrivals.admit(named())
    with pytest.raises(NameTaken):
        store.people.add(one.__class__("another", "another", "viewer", identity=one.identity))


def test_a_token_of_before_a_change_of_groups_changes_nothing_back(arrivals, store):
    """Two browsers of one person hold tokens of different times."""
    assert arrivals.admit(named(groups=["it"], at=1000.0)).role == "administrator"
    assert arrivals.admit(named(at=2000.0)).role == "viewer"
    assert arrivals.admit(named(groups=["it"], at=1500.0)).role == "viewer"
    assert arrivals.admit(named(groups=["it"], at=2500.0)).role == "administrator"
    assert [each.what for each in store.audit.newest(9)].count("role changed") == 2


def test_closed_accounts_get_no_roles(arrivals, store):
    one = arrivals.admit(named())
    store.people.change(one.id, active=False)
    with pytest.raises(NotAdmitted, match="closed"):
        arrivals.admit(named(groups=["it"]))
    assert store.people.all()[0].role == "viewer"
