"""Signed tokens of a proxy in front: who is believed, and what is not."""

import json
import time
from dataclasses import replace

import jwt
import pytest

from app import create_service
from auth.audit_log import AuditLog
from auth.elsewhere import proxy_tokens
from auth.keys import ApiKeys
from settings import BadSetting, Settings
from tests.forged_tokens import FORGERS
from tests.identity_provider import BESIDE, Key, audit_of
from tests.serving import OwnPage

HEADER = "X-Goog-Iap-Jwt-Assertion"
AUDIENCE = "/projects/1/global/backendServices/2"


@pytest.fixture
def settings(models, tmp_path, provider):
    return Settings(
        models_dir=models,
        var_dir=tmp_path,
        auth="proxy",
        proxy_token_header=HEADER,
        proxy_token_keys=f"{provider.issuer}/keys",
        proxy_token_issuer="https://cloud.google.com/iap",
        proxy_token_audience=AUDIENCE,
        group_roles="sales=seller; it=administrator",
    )


def claims(**other):
    now = int(time.time())
    made = {"iss": "https://cloud.google.com/iap", "aud": AUDIENCE, "iat": now, "exp": now + 300}
    made |= {"sub": "accounts.google.com:1", "email": "ann@shop.example", "groups": ["sales"]}
    return {name: value for name, value in (made | other).items() if value is not None}


def asked(client, token, path="/account", **headers):
    return client.get(path, headers={HEADER: token, **headers})


def test_whom_a_token_names_is_let_in_and_has_an_account(client, provider, store):
    answer = asked(client, provider.keys[0].sign(claims()))
    assert (answer.status_code, "signed in as ann@shop.example" in answer.text) == (200, True)
    assert "Sign out" not in answer.text
    assert audit_of(store) == [("ann@shop.example", "account made", "ann@shop.example", "seller")]
    assert "Set-Cookie" not in answer.headers


def test_nobody_signs_in_here_and_the_page_says_what_to_do(client):
    answer = client.get("/binary/insights", headers={"Accept": "text/html"})
    assert answer.headers["Location"] == "/sign-in?next=/binary/insights"
    page = client.get("/sign-in?next=/binary/insights")
    assert page.status_code == 403
    assert "Open the service at its usual address." in page.text
    assert "<form" not in page.text
    assert client.post("/sign-in", data={"name": "ann"}).status_code == 401
    assert client.get("/account/invitation/x").status_code == 401


def test_who_came_to_the_page_of_sign_in_goes_on(client, provider):
    answer = asked(client, provider.keys[0].sign(claims()), "/sign-in?next=/binary/insights")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/binary/insights")
    answer = asked(client, provider.keys[0].sign(claims()), "/sign-in?next=//evil.example")
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "/projects/1/another"}, {"aud": None}, {"aud": []},
        {"exp": 1_000_000}, {"exp": None}, {"exp": "never"}, {"nbf": 9_999_999_999}, {"iat": 9_999_999_999},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256}, {"sub": "a\nb"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_with_other_claims_is_refused(client, provider, store, forged):
    body = json.dumps(claims(**forged)).encode()  # PyJWT itself signs none of these
    assert asked(client, jwt.api_jws.encode(body, provider.keys[0].private, "RS256", {"kid": "one"})).status_code == 401
    assert store.people.all() == []
    assert asked(client, provider.keys[0].sign(claims())).status_code == 200


@pytest.mark.parametrize("forge", FORGERS)
def test_a_token_that_the_proxy_did_not_sign_is_refused(client, provider, store, forge):
    assert asked(client, forge(claims(), provider)).status_code == 401
    assert store.people.all() == []


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Bearer ", "..", "é" * 10, "x" * 8000])
def test_what_is_no_token_is_refused(client, token):
    assert asked(client, token.encode().decode("latin-1")).status_code == 401


def test_a_token_that_was_sent_twice_is_refused(client, provider):
    token = provider.keys[0].sign(claims())
    assert asked(client, f"{token},{token}").status_code == 401


def test_a_token_in_another_header_is_nobody(client, provider):
    token = provider.keys[0].sign(claims())
    for header in ("Cf-Access-Jwt-Assertion", "X-Forwarded-Access-Token", "Authorization", "Cookie"):
        assert client.get("/account", headers={header: f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "EdDSA"])
def test_keys_of_other_sorts_sign_too_also_beside_some_that_nobody_can_read(client, provider, algorithm):
    """Google IAP signs by ES256."""
    provider.keys, provider.beside = [Key("one", algorithm)], BESIDE
    assert asked(client, provider.keys[0].sign(claims())).status_code == 200


def test_a_new_key_is_fetched_but_not_for_every_unknown_one(client, provider, monkeypatch):
    asked(client, provider.keys[0].sign(claims()))
    for _ in range(5):
        assert asked(client, Key("unknown").sign(claims())).status_code == 401
    assert provider.asked.count("/keys") == 1  # the first fetch was a moment ago
    monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + proxy_tokens.COOLDOWN)
    provider.keys = [Key("two")]
    assert asked(client, provider.keys[0].sign(claims())).status_code == 200
    assert provider.asked.count("/keys") == 2


def test_keys_that_cannot_be_fetched_are_told_with_503_and_others_are_answered(client, provider, caplog):
    provider.down = True
    token = provider.keys[0].sign(claims())
    assert [asked(client, token).status_code for _ in range(3)] == [503] * 3
    assert provider.asked == ["/keys"]  # not again within the pause
    answer = asked(client, token, "/sign-in")
    assert (answer.status_code, "cannot be fetched" in answer.text) == (503, True)
    assert client.get("/healthz").status_code == 200
    assert client.get("/account").status_code == 401
    assert "Traceback" not in caplog.text


def test_keys_count_for_a_day_while_new_ones_cannot_be_fetched(provider, monkeypatch):
    later = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + later[0])
    keys = proxy_tokens.Keys(f"{provider.issuer}/keys")
    assert keys.get_signing_key("one").key_id == "one"
    provider.down = True
    later[0] = proxy_tokens.KEPT_FOR - 60
    assert keys.get_signing_key("one").key_id == "one"
    later[0] = proxy_tokens.KEPT_FOR + proxy_tokens.FRESH_FOR
    with pytest.raises(jwt.PyJWKClientConnectionError):
        keys.get_signing_key("one")
    provider.down = False
    later[0] += proxy_tokens.COOLDOWN
    assert keys.get_signing_key("one").key_id == "one"


def test_keys_that_come_a_byte_now_and_then_hold_nobody_beyond_the_deadline(provider, monkeypatch):
    monkeypatch.setattr(proxy_tokens, "DEADLINE", 0.2)
    provider.slow = True
    with pytest.raises(jwt.PyJWKClientConnectionError):
        proxy_tokens.Keys(f"{provider.issuer}/keys").get_signing_key("one")
    provider.slow = False


def test_roles_follow_the_token_and_an_administrator_shuts_out(client, provider, store, server):
    ann, root = claims(), claims(sub="accounts.google.com:2", email="root@shop.example", groups=["it"])
    token, roots = provider.keys[0].sign(ann), provider.keys[0].sign(root)
    asked(client, token)
    more = provider.keys[0].sign(ann | {"groups": ["sales", "it"]})
    assert asked(client, more, "/account/people").status_code == 200
    assert store.people.find("ann@shop.example").role == "administrator"
    assert asked(client, provider.keys[0].sign(ann | {"jti": "1"}), "/account/people").status_code == 403
    none = provider.keys[0].sign(ann | {"groups": []})
    assert asked(client, none).status_code == 401
    assert "in no group that may use this service" in asked(client, none, "/sign-in").text
    person = store.people.find("ann@shop.example").id
    closed = client.post("/account/people", data={"do": "close", "person": person}, headers={HEADER: roots})
    assert "Saved." in closed.text
    assert "Sign out everywhere" not in closed.text
    assert asked(client, token).status_code == 401
    assert "Your account is closed." in asked(client, token, "/sign-in").text
    assert asked(client, provider.keys[0].sign(ann | {"email": "other@shop.example"})).status_code == 401


def test_pages_of_other_sites_change_nothing_in_the_name_of_a_person(client, provider):
    headers = {HEADER: provider.keys[0].sign(claims(groups=["it"])), "Origin": "https://evil.example"}
    assert client.post("/account/people", data={"do": "invite"}, headers=headers).status_code == 403


def test_keys_of_programs_count_beside_and_alone(client, provider, store):
    made, _ = ApiKeys(store, AuditLog(store)).make("shop", ["read"])
    token = provider.keys[0].sign(claims(groups=["it"]))
    bearer = {"Authorization": f"Bearer {made}"}
    assert client.get("/api/v1/models", headers=bearer).status_code == 200
    assert asked(client, token, "/account/people", **bearer).status_code == 403
    wrong = {"Authorization": f"Bearer {made[:-1]}x"}
    assert asked(client, token, "/account", **wrong).status_code == 401
    # what a proxy adds beside its own header says nothing here
    assert asked(client, token, "/account", Authorization=f"Bearer {token}").status_code == 200


def test_the_token_may_come_in_the_authorization_header(settings, provider, store):
    client = OwnPage(create_service(replace(settings, proxy_token_header="Authorization")).server)
    token = provider.keys[0].sign(claims())
    assert client.get("/account", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    made, _ = ApiKeys(store, AuditLog(store)).make("shop", ["read"])
    assert client.get("/api/v1/models", headers={"Authorization": f"Bearer {made}"}).status_code == 200


def test_roles_by_address_where_tokens_have_no_groups(settings, provider):
    given = replace(settings, groups_claim="email", group_roles="*=viewer; ann@shop.example=administrator")
    client = OwnPage(create_service(given).server)
    assert asked(client, provider.keys[0].sign(claims()), "/account/people").status_code == 200
    unverified = provider.keys[0].sign(claims(email_verified=False, sub="3"))
    assert asked(client, unverified, "/account/people").status_code == 403


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "one of PROXY_TOKEN_HEADER"),
        ({"PROXY_TOKEN_HEADER": "X-Jwt", "PROXY_USER_HEADER": "X-User"}, "one of PROXY_TOKEN_HEADER"),
        ({"PROXY_TOKEN_HEADER": "X-Jwt"}, "PROXY_TOKEN_KEYS, PROXY_TOKEN_ISSUER, PROXY_TOKEN_AUDIENCE set"),
        ({"PROXY_TOKEN_HEADER": "X-Jwt", "PROXY_TOKEN_KEYS": "http://keys.example"}, "an https: URL"),
        ({"PROXY_TOKEN_HEADER": "X_Jwt"}, "letters, digits and -"),
    ],
)
def test_settings_that_would_believe_anybody_stop_the_start(given, missing):
    with pytest.raises(BadSetting, match=missing):
        Settings.from_environ({"AUTH": "proxy", "GROUP_ROLES": "*=viewer"} | given)
