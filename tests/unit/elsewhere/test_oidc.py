"""Sign-in at a provider of OpenID Connect: roles, accounts, sessions, and where it leads."""

import re
from dataclasses import replace

import jwt
import pytest

from app import create_service
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.elsewhere import oidc
from settings import Settings
from tests.identity_provider import (
    BESIDE,
    Key,
    audit_of,
    authorized,
    begin,
    come_back,
    is_signed_in,
    path_of,
    query_of,
    sign_in,
)
from tests.serving import OwnPage


def test_the_page_of_sign_in_has_one_link_and_no_password(client, provider):
    answer = client.get("/binary/predict?income=5", headers={"Accept": "text/html"})
    page = client.get(path_of(answer))
    assert "/sign-in/start?next=/binary/predict%3Fincome%3D5" in page.text
    assert "password" not in page.text.lower()
    assert client.post("/sign-in", data={"name": "ann", "password": "four plain words here"}).status_code == 401
    assert provider.asked == []  # nobody has wanted to sign in


def test_sign_in_asks_with_pkce_state_and_nonce_and_leads_on(client, provider, store):
    asked = query_of(begin(client, "/binary/insights?outcome=yes"))
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost/sign-in/callback"
    assert asked["scope"] == "openid email profile"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    answer = sign_in(client, "/binary/insights?outcome=yes")
    assert (answer.status_code, path_of(answer)) == (303, "/binary/insights?outcome=yes")
    assert "signed in as ann@shop.example" in client.get("/account").text
    assert audit_of(store) == [
        ("ann@shop.example", "signed in", "ann@shop.example", ""),
        ("ann@shop.example", "account made", "ann@shop.example", "seller"),
    ]


def test_discovery_is_asked_once_and_again_after_an_hour(client, provider, monkeypatch):
    sign_in(client)
    sign_in(client)
    assert provider.asked.count("/.well-known/openid-configuration") == 1
    assert provider.asked.count("/keys") == 1
    monkeypatch.setattr(oidc, "FRESH_FOR", -1.0)
    sign_in(client)
    assert provider.asked.count("/keys") == 2


def test_any_process_finishes_a_sign_in(client, settings):
    address = authorized(client, begin(client))
    other = OwnPage(create_service(settings).server)
    other.set_cookie("likely", client.get_cookie("likely").value)
    assert come_back(other, address).status_code == 303
    assert is_signed_in(other)


def test_roles_come_from_groups_anew_at_each_sign_in(client, provider, store):
    sign_in(client)
    assert client.get("/account/people").status_code == 403
    provider.person["groups"] = ["it", "sales"]
    sign_in(client)
    assert client.get("/account/people").status_code == 200
    provider.person["groups"] = ["loan team"]
    sign_in(client)
    (ann,) = store.people.all()
    assert (ann.role, ann.roles) == ("", {"binary": "manager"})
    assert audit_of(store)[1] == ("system", "role changed", "ann@shop.example", "no role, manager of binary")


def test_who_is_in_no_group_is_refused_in_plain_words(client, provider, store):
    provider.person["groups"] = ["cleaners"]
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "You are ann@shop.example, and in no group that may use this service." in answer.text
    assert not is_signed_in(client)
    assert store.people.all() == []
    assert audit_of(store) == [("stranger", "sign-in refused", "ann@shop.example", "")]


def test_a_group_that_was_taken_away_takes_rights_away_in_other_browsers_too(client, provider, server):
    sign_in(client)
    assert client.get("/api/v1/models").json["models"]
    provider.person["groups"] = []
    assert sign_in(OwnPage(server)).status_code == 403
    assert client.get("/api/v1/models/binary").status_code == 403


def test_a_closed_account_stays_out(client, provider, store, server):
    sign_in(client)
    provider.person = {"sub": "2", "email": "root@shop.example", "groups": ["it"]}
    root = OwnPage(server)
    sign_in(root)
    ann = store.people.find("ann@shop.example")
    assert "Saved." in root.post("/account/people", data={"do": "close", "person": ann.id}).text
    assert not is_signed_in(client)
    provider.person = {"sub": "1", "email": "another@shop.example", "groups": ["it"]}
    answer = sign_in(client)
    assert (answer.status_code, "Your account is closed." in answer.text) == (403, True)
    assert not is_signed_in(client)
    last = root.post("/account/people", data={"do": "close", "person": store.people.find("root@shop.example").id})
    assert "only administrator" in last.text


def test_another_persons_address_is_no_way_into_their_account(client, provider, store, server):
    sign_in(client)
    ann = store.people.find("ann@shop.example")
    provider.person = {"sub": "666", "email": "Ann@Shop.example", "groups": ["managers"]}
    eve = OwnPage(server)
    sign_in(eve)
    assert "signed in as ann@shop.example (2)" in eve.get("/account").text
    assert store.people.find("ann@shop.example") == ann
    assert [each.role for each in store.people.all()] == ["seller", "manager"]


def test_a_name_with_a_password_is_not_taken_over(client, provider, store, settings):
    accounts = Accounts(store, AuditLog(store))
    accounts.accept(accounts.invite("ann@shop.example", "administrator"), "four plain words here")
    sign_in(client)
    assert client.get("/account/people").status_code == 403
    assert "signed in as ann@shop.example (2)" in client.get("/account").text


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_address_that_is_not_verified_is_not_used(client, provider, models, verified):
    provider.person |= {"email": "boss@shop.example", "email_verified": verified, "preferred_username": "eve"}
    sign_in(client)
    assert "signed in as eve" in client.get("/account").text


def test_a_session_of_passwords_ends_where_people_sign_in_elsewhere(client, store, settings):
    before = OwnPage(
        create_service(Settings(models_dir=settings.models_dir, var_dir=settings.var_dir, auth="password")).server
    )
    accounts = Accounts(store, AuditLog(store))
    accounts.accept(accounts.invite("bob", "administrator"), "four plain words here")
    before.post("/sign-in", data={"name": "bob", "password": "four plain words here"})
    client.set_cookie("likely", before.get_cookie("likely").value)
    assert is_signed_in(before)
    assert not is_signed_in(client)


def test_a_new_key_of_the_provider_is_fetched(client, provider):
    sign_in(client)
    provider.keys = [Key("two")]
    assert sign_in(client).status_code == 303
    assert provider.asked.count("/keys") == 2


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "EdDSA"])
def test_keys_of_other_sorts_sign_too_also_beside_some_that_nobody_can_read(client, provider, algorithm):
    provider.keys, provider.beside = [Key("one", algorithm)], BESIDE
    assert sign_in(client).status_code == 303


def test_a_token_without_the_id_of_its_key_is_read_where_there_is_one_key(client, provider):
    provider.sign = lambda claims: jwt.encode(claims, provider.keys[0].private, "RS256")
    assert sign_in(client).status_code == 303


def test_a_public_client_has_no_secret(settings, provider):
    provider.public_client = True
    client = OwnPage(create_service(replace(settings, oidc_client_secret="")).server)
    assert sign_in(client).status_code == 303


def test_groups_are_read_from_userinfo_where_the_token_has_none(client, provider, store):
    provider.metadata = {"userinfo_endpoint": f"{provider.issuer}/userinfo"}
    del provider.person["groups"]
    provider.told = {"sub": "1", "groups": ["managers"]}
    sign_in(client)
    assert store.people.find("ann@shop.example").role == "manager"
    provider.told = {"sub": "2", "groups": ["it"]}
    assert sign_in(client).status_code == 401
    provider.person["groups"] = ["sales"]  # the token's count where there are any
    assert sign_in(client).status_code == 303
    assert store.people.find("ann@shop.example").role == "seller"


def test_sign_in_renews_the_session(client, server, store):
    """Session fixation: what the browser held before is worth nothing afterwards."""
    sign_in(client)
    before = client.get_cookie("likely").value
    sign_in(client)
    assert client.get_cookie("likely").value != before
    other = OwnPage(server)
    other.set_cookie("likely", before)
    assert not is_signed_in(other)


def test_the_cookie_of_a_sign_in_under_way_signs_nobody_in(client, server, provider):
    address = authorized(client, begin(client))
    planted = client.get_cookie("likely").value
    come_back(client, address)
    other = OwnPage(server)
    other.set_cookie("likely", planted)
    assert not is_signed_in(other)


@pytest.mark.parametrize(
    "onward",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil", "/sign-in/start"],
)
def test_sign_in_leads_to_no_other_site(client, onward):
    assert path_of(sign_in(client, onward)) == "/"


def test_many_sign_ins_under_way_fit_into_a_cookie(client):
    onward = "/binary/predict?" + "&".join(f"f{n}={hash(str(n))}" for n in range(40))
    locations = [begin(client, onward[:990]) for _ in range(5)]
    assert len(client.get_cookie("likely").value) < 3800
    assert come_back(client, authorized(client, locations[0])).status_code == 401  # the oldest are dropped
    assert come_back(client, authorized(client, locations[-1])).status_code == 303


def test_signing_out_here_offers_to_sign_out_there(client, provider):
    provider.metadata = {"end_session_endpoint": f"{provider.issuer}/end?x=1"}
    sign_in(client)
    answer = client.post("/sign-out")
    assert path_of(answer) == "/sign-in?out=1"
    assert f"{provider.issuer}/end?x=1&amp;client_id=likely" in client.get("/sign-in?out=1").text
    assert not is_signed_in(client)


def test_signing_out_everywhere_ends_all_sessions(client, server):
    other = OwnPage(server)
    sign_in(client)
    sign_in(other)
    other.post("/account", data={"do": "everywhere"})
    assert not is_signed_in(client)
    assert not is_signed_in(other)


def test_the_way_back_under_a_path_prefix_and_behind_a_proxy(settings):
    client = OwnPage(create_service(replace(settings, root_path="/apps/likely", proxy_hops=1)).server)
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example"}
    page = client.get("/apps/likely/sign-in", headers=forwarded).text
    assert 'href="/apps/likely/sign-in/start?next=/"' in page
    answer = client.get("/apps/likely/sign-in/start?next=/binary/insights", headers=forwarded)
    asked = query_of(answer.headers["Location"])
    assert asked["redirect_uri"] == "https://shop.example/apps/likely/sign-in/callback"
    assert answer.headers["Set-Cookie"].startswith("__Secure-likely=")
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    back = authorized(client, answer.headers["Location"])
    kept = re.match("([^=]+)=([^;]+)", answer.headers["Set-Cookie"])
    answer = client.get(
        "/apps/likely/sign-in/callback",
        query_string=query_of(back),
        headers=forwarded | {"Cookie": f"{kept[1]}={kept[2]}"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/apps/likely/binary/insights")


def test_roles_are_not_given_by_hand(client, provider):
    provider.person["groups"] = ["it"]
    sign_in(client)
    page = client.get("/account/people").text
    assert "Invite somebody" not in page
    for form in ({"do": "invite", "name": "x", "role": "viewer"}, {"do": "role", "role": "viewer"}, {"do": "link"}):
        answer = client.post("/account/people", data=form)
        assert (answer.status_code, "groups at the sign-in service" in answer.text) == (400, True)
