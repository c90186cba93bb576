"""Versions by the API: programs list them, make one live and roll back, with a reason."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from api import create_api
from ml.lifecycle.history import read_history
from ml.service import open_service
from tests.unit.test_lifecycle import pay, template  # noqa: F401 - fixtures

ADDRESS = "/api/v1/models/pay"


@pytest.fixture
def shop(pay):  # noqa: F811
    client = create_api(open_service(pay.models), dict, max_body=100_000, max_records=500).test_client()
    return SimpleNamespace(**vars(pay), client=client)


def test_versions_are_listed_with_their_history(shop):
    told = shop.client.get(f"{ADDRESS}/versions").json
    assert told["live"] == f"pay@{shop.third}"
    assert told["previous"] == f"pay@{shop.second}"
    assert {each["model"]: each["state"] for each in told["versions"]} == {
        f"pay@{shop.first}": "was live",
        f"pay@{shop.second}": "was live",
        f"pay@{shop.third}": "live",
        f"pay@{shop.held}": "held",
    }
    assert [(each["action"], each["by"], each["why"]) for each in told["history"]] == [
        ("add", "anna", "C is 1.0"), ("add", "anna", "C is 0.1"), ("add", "anna", "C is 0.01"), ("hold", "ben", ""),
    ]  # fmt: skip


def test_a_version_goes_live_and_back(shop):
    asked = {"version": f"pay@{shop.held}", "reason": "better", "live": shop.third}
    for changed in (True, False):  # sent twice
        answer = shop.client.post(f"{ADDRESS}/promote", json=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json["model"] == f"pay@{shop.held}"
        assert answer.json["changed"] is changed
    assert shop.client.post(f"{ADDRESS}/predict", json={"income": 5, "debt": 1}).json["model"] == f"pay@{shop.held}"
    asked = {"reason": "worse", "live": f"pay@{shop.held}"}  # as the list of versions names it
    answer = shop.client.post(f"{ADDRESS}/rollback", json=asked)
    assert answer.json == {"model": f"pay@{shop.third}", "previous": f"pay@{shop.held}", "changed": True}
    again = shop.client.post(f"{ADDRESS}/rollback", json=asked)
    assert (again.status_code, again.json["error"]["code"]) == (409, "changed_meanwhile")
    assert f"pay@{shop.third} is live now" in again.json["error"]["message"]
    assert [each.action for each in read_history(shop.folder).entries[4:]] == ["promote", "rollback"]


@pytest.mark.parametrize(
    ("door", "asked", "status", "code"),
    [
        ("promote", {}, 400, "unreadable"),
        ("promote", {"version": "HELD"}, 400, "unreadable"),
        ("promote", {"version": "HELD", "reason": "  "}, 422, "no_reason"),
        ("promote", {"version": "HELD", "reason": "x" * 1_001}, 400, "unreadable"),
        ("promote", {"version": "HELD", "reason": "a\x00b"}, 422, "no_reason"),
        ("promote", {"version": "HELD", "reason": "better", "live": "aaaaaaaa"}, 409, "changed_meanwhile"),
        ("promote", {"version": "HELD", "reason": "better", "live": "pay@aaaaaaaa"}, 409, "changed_meanwhile"),
        ("promote", {"version": "HELD", "reason": "better", "live": "loan@aaaaaaaa"}, 404, "unknown_model"),
        ("promote", {"version": "HELD", "reason": "better", "live": "?"}, 400, "unreadable"),
        ("promote", {"version": "HELD", "reason": "better", "force": True}, 400, "unreadable"),
        ("promote", {"version": "00000000", "reason": "better"}, 404, "unknown_model"),
        ("promote", {"version": "loan@00000000", "reason": "better"}, 404, "unknown_model"),
        ("promote", {"version": ["HELD"], "reason": "better"}, 400, "unreadable"),
        ("rollback", {}, 400, "unreadable"),
        ("rollback", {"reason": ""}, 422, "no_reason"),
        ("rollback", {"reason": "worse", "to": "HELD"}, 400, "unreadable"),
    ],
)
def test_what_is_refused_changes_nothing(shop, door, asked, status, code):
    asked = {name: shop.held if value == "HELD" else value for name, value in asked.items()}
    answer = shop.client.post(f"{ADDRESS}/{door}", json=asked)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code), answer.text
    assert len(read_history(shop.folder).entries) == 4


def test_unknown_models_and_other_sites(shop):
    for door in ("promote", "rollback"):
        asked = {"reason": "better", **({"version": shop.held} if door == "promote" else {})}
        assert shop.client.post(f"/api/v1/models/nope/{door}", json=asked).status_code == 404
        foreign = shop.client.post(f"{ADDRESS}/{door}", json=asked, headers={"Origin": "https://elsewhere.example"})
        assert foreign.status_code == 403
    assert shop.client.get("/api/v1/models/nope/versions").status_code == 404
    assert len(read_history(shop.folder).entries) == 4
