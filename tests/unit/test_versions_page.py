"""The Versions page: what is live, what was, what waits, and the step from one version to another."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest
from dash import no_update
from dash._utils import to_json

from auth.caller import Caller, Request, use_request
from auth.permissions import ROLES, Permission
from callbacks.router import show_page
from callbacks.versions.challenger import Shadow
from callbacks.versions.change import change_version
from callbacks.versions.opening import show_table
from layouts.versions import page
from ml.bundle.bundle import CREATED
from ml.lifecycle import difference as of
from ml.lifecycle.history import FILE
from ml.lifecycle.listing import list_versions
from ml.lifecycle.state import live_of
from ml.service import open_service
from tests.unit.test_lifecycle import folders, pay, template  # noqa: F401 - fixtures
from tests.unit.test_page_callbacks import words


class Kept(dict):
    """A cache of JSON values."""

    def set(self, key, value, timeout=None):
        self[key] = json.loads(json.dumps(value))


@pytest.fixture
def shop(pay):  # noqa: F811
    return SimpleNamespace(**vars(pay), service=open_service(pay.models, Kept()))


def as_role(role, needs=Permission.READ):
    return use_request(Request(Caller("carl", ROLES[role]), needs))


def shown(shop, query=""):
    return words(show_page(shop.service, "/pay/versions", query))


def table(shop):
    return show_table(Shadow(shop.service), 1, {"versions": "table", "model": "pay"})


def test_the_page_tells_what_is_live_and_what_waits(shop):
    said = shown(shop)
    for part in (
        "Live now",
        f"Roll back to {shop.second}",
        "Live since 20",
        "Waits, was never live",
        "anna: “C is 0.01”",
    ):
        assert part in said
    assert said.count("Was live until 20") == 2
    assert said.count('"Make live"') == 3
    assert "History: 4 entries" in said
    assert f"{shop.held} was added. It waits." in said


def test_figures_are_those_of_each_hold_out_and_come_when_they_are_known(shop):
    assert '"disabled": false' in shown(shop)  # it asks for them again
    made, is_done = table(shop)
    assert is_done
    said = words(made)
    for facts in list_versions(shop.models, "pay").versions:
        assert f"{100 * facts.right:.0f}\u00a0%" in said
        value, low, high = facts.roc_auc
        assert f"{value:.3f}" in said
        assert f"{low:.3f} to {high:.3f}" in said
    again = shown(shop)  # from the cache
    assert '"disabled": true' in again
    assert "…" not in again


def test_a_version_that_does_not_serve_says_so_and_cannot_be_made_live(shop):
    (shop.folder / shop.held / "program.json").write_text("{}")
    said = words(table(shop)[0])
    assert said.count("Does not serve: ") == 1
    assert said.count('"Make live"') == 2
    asked = shown(shop, f"?promote={shop.held}")
    assert "Does not serve: " in asked
    assert '"versions": "confirm"' not in asked


def test_the_page_opens_where_the_live_version_does_not_serve(shop):
    (shop.folder / shop.third / "program.json").write_text("{}")
    said = shown(shop)
    assert "Does not serve: " in said
    assert f"Roll back to {shop.second}" in said
    shutil.rmtree(shop.folder / shop.third)
    assert f"Roll back to {shop.second}" in shown(shop)


def test_a_step_is_confirmed_with_a_reason(shop):
    said = shown(shop, f"?promote={shop.held}")
    for part in (f"Make {shop.held} live?", "From the next request on", "Why?", "in the audit log"):
        assert part in said
    place = {"versions": "confirm", "model": "pay", "to": shop.held, "live": shop.third, "kind": "promote"}
    assert change_version(shop.service, None, "better", place) == ([], no_update)
    refused, is_done = change_version(shop.service, 1, " ", place)
    assert "Say in a few words why" in words(refused)
    assert not is_done
    assert live_of(shop.models, "pay") == shop.third
    done, is_done = change_version(shop.service, 2, "better", place)
    assert f"{shop.held} is live now. Before it was {shop.third}." in words(done)
    assert is_done
    assert live_of(shop.models, "pay") == shop.held
    late, _ = change_version(shop.service, 1, "mine", place | {"to": shop.first})
    assert f"pay@{shop.held} is live now" in words(late)
    assert live_of(shop.models, "pay") == shop.held


def test_a_step_back_is_confirmed_with_a_reason(shop):
    assert f"Roll back to {shop.second}?" in shown(shop, f"?rollback={shop.second}")
    place = {"versions": "confirm", "model": "pay", "to": shop.second, "live": shop.third, "kind": "rollback"}
    done, _ = change_version(shop.service, 1, "worse", place)
    assert f"{shop.second} is live now" in words(done)
    assert shop.service.model("pay").key == f"pay@{shop.second}"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?promote=00000000", "There is no version 00000000 of this model."),
        ("?promote=LIVE", "Version LIVE is live already."),
        ("?rollback=FIRST", "A rollback would no longer lead to FIRST."),
        ("?promote=%00%3Cscript%3E", "There is no version"),
    ],
)
def test_an_address_that_asks_for_nothing_that_can_be_done(shop, query, said):
    for name, fingerprint in (("LIVE", shop.third), ("FIRST", shop.first)):
        query, said = query.replace(name, fingerprint), said.replace(name, fingerprint)
    found = shown(shop, query)
    assert said in found
    assert '"versions": "confirm"' not in found


def test_who_may_see_and_who_may_change(shop):
    for role, may in {"viewer": False, "manager": False, "data scientist": True, "administrator": True}.items():
        with as_role(role):
            said = shown(shop)
            assert "Live since" in said
            assert ("Roll back to" in said, '"Make live"' in said) == (may, may)
            asked = shown(shop, f"?promote={shop.held}")
            assert ('"versions": "confirm"' in asked) == may
            assert ("You may not change which version of the model pay is live." in asked) != may


def test_what_another_version_asks_for_is_told():
    before, after = (
        SimpleNamespace(
            schema=SimpleNamespace(features=[SimpleNamespace(name=n, label=n.upper(), kind=k) for n, k in features]),
            outcomes=SimpleNamespace(items=[SimpleNamespace(name=n, label=n) for n in outcomes]),
        )
        for features, outcomes in (
            ([("age", "number"), ("city", "category"), ("sex", "category")], ["no", "yes"]),
            ([("age", "integer"), ("city", "category"), ("income", "number")], ["no", "yes", "maybe"]),
        )
    )
    assert of._between(before, before) == of.Difference()
    assert of._between(before, after) == of.Difference(("INCOME",), ("SEX",), ("AGE",), ("no", "yes", "maybe"))


def test_one_version_and_none(folders, pay):  # noqa: F811
    for fingerprint in (pay.first, pay.second, pay.held):
        shutil.rmtree(pay.folder / fingerprint)
    (pay.folder / FILE).write_text('{"time": "garbled\n')
    listing = list_versions(pay.models, "pay", lambda _: None)
    said = words(page.page(listing, "pay", None, may_change=True))
    assert "There is one version so far." in said
    assert "1 line of the history cannot be read." in said
    assert "Roll back" not in said
    (pay.folder / "live").unlink()
    said = words(page.page(list_versions(pay.models, "pay", lambda _: None), "pay", may_change=True))
    assert "No version is live" in said


def test_old_versions_are_counted(shop):
    (shop.folder / shop.held / CREATED).write_text("2999-01-01T00:00:00+00:00")
    listing = list_versions(shop.models, "pay", lambda _: None, 1)
    assert {each.fingerprint for each in listing.versions} == {shop.held, shop.third}
    assert "2 older versions are not shown." in words(page.page(listing, "pay", None, may_change=False))


def test_the_table_is_plain_json(shop):
    assert json.loads(to_json(table(shop)[0]))
