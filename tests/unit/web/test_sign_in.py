"""Sign-in: forms, cookies and limits, and what went wrong in other programs of this kind."""

import logging
import re
import time

import pytest
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import Client

from app import create_service
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.browser_sessions import CookieByScheme
from auth.caller import caller_of_key
from auth.keys import ApiKeys, BadKey
from auth.passwords import hash_password
from auth.permissions import Permission
from settings import BadSetting, Settings
from store.accounts.account_records import ApiKey
from store.connection.circuit_breaker import CircuitBreaker
from store.db import Store
from store.errors import StoreUnavailable
from tests.serving import OwnPage
from tests.small import small_model

WORD = "four plain words here"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    return folder


@pytest.fixture
def settings(models, tmp_path):
    """Of a service of its own."""
    return Settings(models_dir=models, var_dir=tmp_path, auth="password")


@pytest.fixture(scope="module")
def shared(models, tmp_path_factory):
    """A service for most tests, with an administrator and ann, a seller."""
    settings = Settings(models_dir=models, var_dir=tmp_path_factory.mktemp("var"), auth="password")
    server, accounts = create_service(settings).server, accounts_of(settings)
    accounts.accept(accounts.first_invitation(), WORD)
    accounts.accept(accounts.invite("ann", "seller"), WORD)
    return server, accounts, settings


def accounts_of(settings):
    store = Store(settings.database_url)
    return Accounts(store, AuditLog(store))


@pytest.fixture
def server(shared):
    for limiter in shared[0].extensions["limiter"]:
        limiter.reset()
    return shared[0]


@pytest.fixture(scope="module")
def hashed():
    return hash_password(WORD)


@pytest.fixture
def accounts(shared, hashed):
    """Ann as she was at first."""
    ann = shared[1]._store.people.find("ann")
    shared[1]._store.people.change(ann.id, role="seller", roles={}, password=hashed, active=True)
    return shared[1]


@pytest.fixture
def client(server, accounts):
    return OwnPage(server)


def sign_in(client, name="ann", password=WORD, onward="/", **headers):
    return client.post("/sign-in", data={"name": name, "password": password, "next": onward}, headers=headers)


def test_the_log_shows_the_link_of_the_first_administrator_once_nobody_administers(settings, caplog):
    with caplog.at_level(logging.WARNING):
        client = OwnPage(create_service(settings).server)
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/account/invitation/\S+)", caplog.text)
    assert client.get("/api/v1/models").status_code == 401  # no default password, nobody is in
    assert "admin" in client.get(path).text
    answer = client.post(path, data={"password": WORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/account/people").status_code == 200
    assert OwnPage(client.application).get(path).status_code == 404
    caplog.clear()
    create_service(settings)
    assert "/account/invitation/" not in caplog.text


def test_the_page_of_sign_in_says_where_the_first_link_is(settings):
    client = OwnPage(create_service(settings).server)
    assert "This service has no administrator yet" in client.get("/sign-in").text
    accounts = accounts_of(settings)
    accounts.accept(accounts.first_invitation(), WORD)
    assert "This service has no administrator yet" not in client.get("/sign-in").text


def test_a_store_that_is_away_at_start_keeps_nobody_out_for_good(models, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(CircuitBreaker, "allows", lambda _: True)  # else it is asked again after five seconds
    in_its_place = tmp_path / "likely.db"
    in_its_place.mkdir()
    settings = Settings(models_dir=models, var_dir=tmp_path, auth="password")
    client = OwnPage(create_service(settings).server)
    assert client.get("/healthz").status_code == 200
    client.set_cookie("likely", "of a session before")
    refused = client.get("/")
    assert (refused.status_code, refused.json["error"]["code"]) == (503, "store_away")  # shared/connection.ts reads it
    assert client.get("/sign-in").status_code == 200
    assert sign_in(client).status_code == 503
    in_its_place.rmdir()
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 303
    caplog.clear()
    assert "This service has no administrator yet" in client.get("/sign-in").text
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/account/invitation/\S+)", caplog.text)
    assert client.post(path, data={"password": WORD}).status_code == 303
    assert client.get("/account/people").status_code == 200
    caplog.clear()
    client.get("/sign-in")
    assert "/account/invitation/" not in caplog.text


def test_sign_in_and_out(client):
    assert client.get("/account").status_code == 401
    answer = sign_in(client, " ANN ", onward="/binary/predict?income=5")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/binary/predict?income=5")
    assert "signed in as ann" in client.get("/account").text
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/account").status_code == 401


def test_a_session_that_was_ended_does_not_come_back_with_its_cookie(client, server):
    sign_in(client)
    kept = client.get_cookie("likely").value
    client.post("/sign-out")
    thief = OwnPage(server)
    thief.set_cookie("likely", kept)
    assert thief.get("/account").status_code == 401


def test_sign_in_renews_the_session(client, server, accounts):
    """Session fixation: the cookie of before sign-in is worth nothing after it."""
    sign_in(client)
    before = client.get_cookie("likely").value
    sign_in(client)
    assert client.get_cookie("likely").value != before
    other = OwnPage(server)
    other.set_cookie("likely", before)
    assert other.get("/account").status_code == 401


@pytest.mark.parametrize("secret", ["", "secret", "changeme", "thisISaSECRET_1234", "CHANGE_ME", "SECRET_KEY"])
def test_a_cookie_that_somebody_else_signed_is_none(client, server, accounts, secret):
    """Default secrets of Superset, Redash and others."""
    token = accounts.begin_session(accounts.all()[0])
    signer = URLSafeTimedSerializer(secret or "-", salt=CookieByScheme.salt, signer_kwargs={"key_derivation": "hmac"})
    client.set_cookie("likely", signer.dumps({"_user_id": token, "_fresh": True}))
    assert client.get("/account").status_code == 401
    assert server.secret_key not in (secret, None)
    assert len(server.secret_key) >= 32


def test_instances_of_one_store_take_each_others_cookies(client, shared):
    sign_in(client)
    other = OwnPage(create_service(shared[2]).server)
    other.set_cookie("likely", client.get_cookie("likely").value)
    assert other.get("/account").status_code == 200


@pytest.mark.parametrize("step", [-3600, -2, 3600])
def test_who_is_signed_in_stays_so_where_the_clock_steps_or_another_instance_has_another_time(
    client, monkeypatch, step
):
    assert sign_in(client).status_code == 303
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + step)
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("secret", ["short", "a" * 40])
def test_a_weak_secret_key_is_refused_and_not_shown(secret):
    with pytest.raises(BadSetting, match="SECRET_KEY is a value that is not shown here; accepted: 32"):
        Settings.from_environ({"SECRET_KEY": secret})


@pytest.mark.parametrize(
    ("base", "name", "secure"),
    [
        ("http://localhost", "likely", False),
        ("https://localhost", "__Host-likely", True),
    ],
)
def test_attributes_of_the_cookie(client, base, name, secure):
    answer = client.post("/sign-in", data={"name": "ann", "password": WORD}, base_url=base)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert ("Secure" in cookie) is secure
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_cookie_under_a_path_prefix(models, tmp_path):
    settings = Settings(models_dir=models, var_dir=tmp_path, auth="password", root_path="/apps/likely")
    client = OwnPage(create_service(settings).server)
    accounts = accounts_of(settings)
    accounts.accept(accounts.first_invitation(), WORD)
    data = {"name": "admin", "password": WORD, "next": "/"}
    answer = client.post("/apps/likely/sign-in", data=data, base_url="https://localhost")
    assert answer.headers["Set-Cookie"].startswith("__Secure-likely=")
    assert "Path=/apps/likely/" in answer.headers["Set-Cookie"]
    assert answer.headers["Location"] == "/apps/likely/"


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "evil",
        "/%0d%0aSet-Cookie:x", "/a\r\nb", "http:evil.example", "/\t/evil.example", "", "/sign-in?next=/x",
    ],
)  # fmt: skip
def test_sign_in_leads_to_no_other_site(client, onward):
    where = sign_in(client, onward=onward).headers["Location"]
    assert where == "/" or (where == onward and where.startswith("/%0d"))
    assert "\r" not in where


def test_wrong_names_and_wrong_passwords_are_told_the_same(client):
    one, other = sign_in(client, "ann", "wrong password"), sign_in(client, "nobody", "wrong password")
    assert one.status_code == other.status_code == 401
    assert one.text.replace("ann", "nobody") == other.text
    assert "Name or password is wrong." in one.text


def test_tries_are_limited_by_address_and_what_succeeds_is_not_counted(client):
    assert [sign_in(client).status_code for _ in range(12)] == [303] * 12
    assert [sign_in(client, password="wrong password").status_code for _ in range(11)] == [401] * 10 + [429]
    assert sign_in(client).status_code == 429
    assert "Too many tries" in sign_in(client).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-out", "/account", "/_dash-update-component", "/api/v1/jobs/x/cancel"]
)
def test_pages_of_other_sites_change_nothing(client, path, headers):
    sign_in(client)
    assert client.post(path, data={"name": "ann", "password": WORD}, headers=headers).status_code == 403
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_what_a_form_can_send_must_say_where_it_comes_from(client, kind):
    """Browsers send Origin or Sec-Fetch-Site; without both, a session may send JSON only."""
    sign_in(client)
    silent = Client(client.application)
    silent.set_cookie("likely", client.get_cookie("likely").value)
    for path in ("/api/v1/models/binary/jobs", "/api/v1/models/binary/predict", "/account"):
        answer = silent.post(path, data=b"income=5", content_type=kind)
        assert (answer.status_code, answer.json["error"]["code"]) == (403, "foreign_site")
    said = silent.post("/api/v1/models/binary/predict", json={"records": [{}]})
    assert said.status_code != 403
    assert client.post("/account", data=b"do=nothing", content_type=kind).status_code != 403


@pytest.mark.parametrize(
    "header", ["X-Forwarded-User", "X-Remote-User", "Remote-User", "X-Forwarded-Email", "X-Auth-Request-User"]
)
def test_a_header_that_names_somebody_is_not_believed(client, header):
    assert client.get("/account", headers={header: "admin"}).status_code == 401


def test_tries_are_counted_by_network_whatever_the_address_is_written_like(models, tmp_path):
    settings = Settings(models_dir=models, var_dir=tmp_path, auth="password", proxy_hops=1)
    client = OwnPage(create_service(settings).server)
    spelled = [f"2001:db8::{at:x}" for at in range(6)] + [f"[2001:DB8::1]:{at}" for at in range(6)]
    codes = [sign_in(client, **{"X-Forwarded-For": address}).status_code for address in spelled]
    assert codes == [401] * 10 + [429] * 2


def test_long_forms_are_refused_before_they_are_read(client):
    for path in ("/sign-in", "/sign-out", "/account/invitation/x", "/account"):
        sign_in(client)
        assert client.post(path, data={"name": "x" * 20_000}).status_code == 413
        chunked = {"Transfer-Encoding": "chunked", "Content-Type": "application/x-www-form-urlencoded"}
        assert client.post(path, headers=chunked).status_code == 413


@pytest.mark.parametrize("onward", ["//[", "/\\[", "//[::1", "http://[", "//a@[b"])
def test_an_address_that_is_none_leads_to_the_first_page(client, onward):
    assert client.get("/sign-in", query_string={"next": onward}).status_code == 200
    assert sign_in(client, onward=onward).headers["Location"] == "/"


def test_a_key_of_single_models_administers_nothing(client, server, shared):
    settings = shared[2]
    keys = ApiKeys(Store(settings.database_url), AuditLog(Store(settings.database_url)))
    with pytest.raises(BadKey, match="one of all models"):
        keys.make("half", ["admin"], ["binary"])
    caller = caller_of_key(ApiKey("k", "", "old", ("admin",), ("binary",), "ann", 0.0))  # made before it was refused
    assert not caller.may(Permission.ADMIN)
    assert not caller.may(Permission.ADMIN, "binary")
    assert caller.may(Permission.SCORE, "binary")


@pytest.mark.parametrize("name", ["\u202eevil", "x\x00y", "\x1b[31m", "a\u200bb"])
def test_names_hold_no_characters_that_are_not_seen(client, name):
    sign_in(client, "admin")
    assert client.post("/account/people", data={"do": "invite", "name": name, "role": "viewer"}).status_code == 400
    form = {"do": "make", "name": name, "scope": "read", "days": ""}
    assert client.post("/account/keys", data=form).status_code == 400


def test_invitations_are_made_by_administrators(client, server):
    sign_in(client, "admin")
    answer = client.post("/account/people", data={"do": "invite", "name": "Bob@x.example", "role": "viewer"})
    (path,) = re.findall(r'value="http://localhost(/account/invitation/[^"]+)"', answer.text)
    bob = OwnPage(server)
    assert "bob@x.example" in bob.get(path).text
    assert "at least 12" in bob.post(path, data={"password": "short"}).text
    assert bob.post(path, data={"password": WORD}).status_code == 303
    assert bob.get("/account/people").status_code == 403
    assert bob.get("/api/v1/models").status_code == 200


def test_administrators_change_and_close_accounts(client, server, accounts):
    ann = next(each for each in accounts.all() if each.name == "ann")
    hers = OwnPage(server)
    sign_in(hers)
    sign_in(client, "admin")
    form = {"do": "role", "person": ann.id, "role": "viewer", "models": "binary: manager"}
    assert "Saved." in client.post("/account/people", data=form).text
    assert accounts.all()[1].roles == {"binary": "manager"}
    wrong = client.post("/account/people", data=form | {"models": "binary"})
    assert (wrong.status_code, "look like “loan: viewer" in wrong.text) == (400, True)
    client.post("/account/people", data={"do": "close", "person": ann.id})
    assert hers.get("/account").status_code == 401
    admin = next(each for each in accounts.all() if each.name == "admin")
    assert "only administrator" in client.post("/account/people", data={"do": "close", "person": admin.id}).text


def test_a_closed_account_and_an_ended_key_are_asked_for_without_a_script(client):
    sign_in(client, "admin")
    client.post("/account/keys", data={"do": "make", "name": "shop", "scope": "read"})
    for path, does in (("/account/people", "close"), ("/account/keys", "end")):
        page = client.get(path).text
        dialogs = re.findall('<div class="dialog" id="([^"]+)" popover role="dialog"(?s:(.*?))</form>', page)
        sent = f'name="do" value="{does}"'
        assert page.count(sent) == len(dialogs) > 0
        for at, inside in dialogs:
            assert sent in inside
            assert page.count(f'type="button" popovertarget="{at}"') == 2
            assert f'popovertarget="{at}" popovertargetaction="hide"' in inside


@pytest.mark.parametrize("many", [9, 10])
def test_from_ten_people_on_there_is_a_search_over_them(client, accounts, many):
    for at in range(len(accounts.all()), many):
        accounts.invite(f"late-{at}", "viewer", {"binary": "manager"})
    sign_in(client, "admin")
    page = client.get("/account/people").text
    assert page.count("<li data-words=") == many
    assert '<li data-words="late-8 Viewer: sees models and figures binary: manager">' in page
    scripts = re.findall('<script src="(/assets/bundle/search[^"]+)"', page)
    assert len(scripts) == page.count('data-searches="people"') == (many >= 10)
    for script in scripts:
        with client.get(script) as found:
            assert found.status_code == 200


def test_a_changed_password_signs_out_all_other_browsers(client, server):
    other = OwnPage(server)
    sign_in(other)
    sign_in(client)
    wrong = client.post("/account", data={"do": "password", "old": "wrong one here", "new": "another long password"})
    assert "present password is wrong" in wrong.text
    right = client.post("/account", data={"do": "password", "old": WORD, "new": "another long password"})
    assert "The password is changed." in right.text
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 401
    assert sign_in(other).status_code == 401
    assert sign_in(other, password="another long password").status_code == 303
    other.post("/account", data={"do": "everywhere"})
    assert client.get("/account").status_code == 401


def test_keys_are_shown_once_and_ended(client, server):
    sign_in(client, "admin")
    answer = client.post("/account/keys", data={"do": "make", "name": "shop", "scope": ["score", "read"], "days": "30"})
    (key,) = re.findall(r"lk_[0-9a-f]{12}_[0-9a-f]{48}_[0-9a-f]{8}", answer.text)
    assert key not in client.get("/account/keys").text
    program = OwnPage(server)
    bearer = {"Authorization": f"Bearer {key}"}
    assert program.get("/api/v1/models", headers=bearer).status_code == 200
    assert program.post("/v2/models/binary/infer", json={}, headers=bearer).status_code == 400
    assert program.post("/invocations", json={}, headers=bearer).status_code not in (401, 403)
    assert (
        client.post("/account/keys", data={"do": "make", "name": "x", "scope": "read", "days": "x"}).status_code == 400
    )
    client.post("/account/keys", data={"do": "end", "key": key[3:15]})
    assert program.get("/api/v1/models", headers=bearer).status_code == 401


def test_each_event_of_a_request_names_it_also_where_nobody_is_recognised_yet(client, shared):
    sign_in(client, password="wrong password", **{"X-Request-Id": "request-1"})
    sign_in(client, **{"X-Request-Id": "request-2"})
    events, _ = AuditLog(Store(shared[2].database_url)).page(2)
    assert [(each.what, each.request) for each in events] == [
        ("signed in", "request-2"),
        ("sign-in refused", "request-1"),
    ]


def test_audit_is_a_page_and_an_export(client):
    sign_in(client, "admin")
    client.post("/account/people", data={"do": "invite", "name": "=cmd()", "role": "viewer"})
    shown = client.get("/account/audit").text
    assert "invited" in shown
    assert "signed in" in shown
    exported = client.get("/account/audit.csv")
    assert exported.text.splitlines()[0] == "who,what,about,before,after,why,request,at,number"
    assert "'=cmd()" in exported.text
    assert "audit exported" in exported.text
    assert re.search(r"(version trained|version added),binary@", exported.text)  # from the history of the model


def test_markup_in_names_is_text(client):
    sign_in(client, "admin")
    client.post("/account/keys", data={"do": "make", "name": "<img src=x onerror=alert(1)>", "scope": "read"})
    assert "<img" not in client.get("/account/keys").text
    assert "<img" not in client.get("/sign-in?next=/%22%3E%3Cimg%3E").text


def test_nobody_signs_in_where_nobody_has_to(models, tmp_path):
    client = OwnPage(create_service(Settings(models_dir=models, var_dir=tmp_path)).server)
    assert client.get("/api/v1/models").status_code == 200
    assert client.get("/sign-in").status_code == 404
    assert client.get("/account").status_code == 404


def test_a_store_that_is_away_lets_nobody_in(client, server, monkeypatch):
    sign_in(client)

    def away(*_):
        raise StoreUnavailable("away")

    monkeypatch.setattr("store.accounts.people.PeopleTable.in_session", away)
    monkeypatch.setattr("auth.recent.REMEMBERED_FOR", -1)
    client.get("/account")  # what was remembered is looked up again from here on
    answer = client.get("/api/v1/models")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.get("/healthz").status_code == 200
