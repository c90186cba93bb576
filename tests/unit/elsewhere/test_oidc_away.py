"""A provider of OpenID Connect that is away, slow, or set up wrongly."""

import logging
from dataclasses import replace

import pytest

from app import create_service
from auth.elsewhere import oidc
from auth.elsewhere.oidc import BadMetadata, read_metadata
from settings import BadSetting, Settings
from tests.identity_provider import SECRET, authorized, begin, come_back, query_of, sign_in


def test_a_provider_that_is_away_is_told_with_503_and_others_are_answered(client, provider, caplog):
    provider.down = True
    answer = client.get("/sign-in/start")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)
    assert "Traceback" not in caplog.text
    assert client.get("/sign-in").status_code == 200
    assert client.get("/healthz").status_code == 200
    provider.down = False
    assert sign_in(client).status_code == 303  # nobody needs to start anything anew


def test_a_sign_in_is_finished_once_the_provider_answers_again(client, provider):
    address = authorized(client, begin(client))
    provider.down = True
    assert come_back(client, address).status_code == 503
    provider.down = False
    assert come_back(client, address).status_code == 303


def test_a_provider_that_sends_a_byte_now_and_then_holds_nobody_beyond_the_deadline(client, provider, monkeypatch):
    monkeypatch.setattr(oidc, "DEADLINE", 0.2)
    provider.slow = True
    assert [client.get("/sign-in/start").status_code for _ in range(4)] == [503] * 4
    assert len(provider.asked) <= oidc.AT_ONCE  # no more than these wait at once, the others are told at once
    assert client.get("/healthz").status_code == 200
    provider.slow = False


def test_a_provider_that_calls_itself_otherwise_is_not_used(client, provider, caplog):
    provider.metadata = {"issuer": "https://evil.example"}
    assert client.get("/sign-in/start").status_code == 503
    assert "calls itself 'https://evil.example'" in caplog.text


GOOD = {
    "issuer": "https://login.example",
    "authorization_endpoint": "https://login.example/a",
    "token_endpoint": "https://login.example/t",
    "jwks_uri": "https://login.example/k",
}


@pytest.mark.parametrize(
    "sent",
    [
        [],
        {},
        GOOD | {"issuer": "https://login.example/"},
        GOOD | {"token_endpoint": "http://login.example/t"},
        GOOD | {"jwks_uri": 7},
        GOOD | {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_metadata_that_cannot_be_used_are_refused(sent):
    with pytest.raises(BadMetadata):
        read_metadata(sent, "https://login.example")


def test_metadata_choose_no_algorithms_and_no_options_of_the_client():
    sent = {"id_token_signing_alg_values_supported": ["none", "HS256"], "verify": False, "jwks": {}, "scope": "x"}
    read = read_metadata(GOOD | sent, "https://login.example")
    assert not {"none", "HS256"} & set(read["id_token_signing_alg_values_supported"])
    assert not {"verify", "jwks", "scope"} & read.keys()
    odd = read_metadata(GOOD | {"end_session_endpoint": "javascript:alert(1)", "userinfo_endpoint": 7}, GOOD["issuer"])
    assert not {"end_session_endpoint", "userinfo_endpoint"} & odd.keys()
    posts = read_metadata(GOOD | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}, GOOD["issuer"])
    assert posts["token_endpoint_auth_method"] == "client_secret_post"


def test_secrets_are_logged_nowhere(client, provider, caplog, settings):
    with caplog.at_level(logging.DEBUG):
        asked = query_of(begin(client))
        back = query_of(authorized(client, begin(client)))
        client.get("/sign-in/callback", query_string=back)
        provider.change = lambda claims: claims | {"aud": "x"}
        sign_in(client)
    assert SECRET not in caplog.text
    assert SECRET not in repr(settings)
    ours = "\n".join(
        each.getMessage() for each in caplog.records if each.name not in ("werkzeug", "urllib3.connectionpool")
    )
    assert "A sign-in failed: InvalidClaimError" in ours
    for secret in (back["code"], asked["nonce"], asked["state"], "ann@shop.example", "code_verifier", "for-userinfo"):
        assert secret not in ours


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "GROUP_ROLES, OIDC_ISSUER, OIDC_CLIENT_ID"),
        ({"GROUP_ROLES": "*=viewer", "OIDC_ISSUER": "https://x.example"}, "OIDC_CLIENT_ID"),
        ({"OIDC_ISSUER": "http://login.example"}, "an https: URL"),
        ({"OIDC_ISSUER": "https://[", "GROUP_ROLES": "*=viewer"}, "an https: URL"),
        ({"OIDC_SCOPES": "email"}, "openid among them"),
    ],
)
def test_settings_that_are_missing_stop_the_start(given, missing):
    with pytest.raises(BadSetting, match=missing):
        Settings.from_environ({"AUTH": "oidc"} | given)


@pytest.mark.parametrize("roles", ["sales=sellers", "seller", "=seller", "it=loan:administrator", "sales=loan:"])
def test_roles_that_cannot_be_read_stop_the_start(settings, roles):
    with pytest.raises(BadSetting, match="GROUP_ROLES holds"):
        create_service(replace(settings, group_roles=roles))
