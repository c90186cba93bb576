"""Sign-in at a provider of OpenID Connect under the attacks that such sign-ins know."""

import logging

import pytest

from tests.forged_tokens import FORGERS
from tests.identity_provider import (
    CLIENT,
    Key,
    authorized,
    begin,
    come_back,
    is_signed_in,
    query_of,
    sign_in,
)
from tests.serving import OwnPage


def test_a_state_that_is_missing_forged_or_used_is_refused(client, provider, server):
    back = query_of(authorized(client, begin(client)))
    for state in (None, "", "forged", back["state"][:-1]):
        sent = {"code": back["code"]} | ({} if state is None else {"state": state})
        answer = client.get("/sign-in/callback", query_string=sent)
        assert (answer.status_code, "begun elsewhere" in answer.text) == (401, True)
    assert "/token" not in provider.asked
    assert client.get("/sign-in/callback", query_string=back).status_code == 303
    again = client.get("/sign-in/callback", query_string=back)
    assert (again.status_code, "begun elsewhere" in again.text) == (401, True)
    assert provider.asked.count("/token") == 1


def test_a_state_of_another_browser_is_refused(client, provider, server):
    """Login CSRF: a victim's browser follows the attacker's callback."""
    attackers = authorized(client, begin(client))
    victim = OwnPage(server)
    assert come_back(victim, attackers).status_code == 401
    begin(victim)
    assert come_back(victim, attackers).status_code == 401
    assert not is_signed_in(victim)


def test_a_replayed_cookie_and_code_are_refused_by_the_provider(client, provider, server):
    address = authorized(client, begin(client))
    kept = client.get_cookie("likely").value
    assert come_back(client, address).status_code == 303
    thief = OwnPage(server)
    thief.set_cookie("likely", kept)
    answer = come_back(thief, address)
    assert (answer.status_code, "did not confirm" in answer.text) == (401, True)
    assert not is_signed_in(thief)


def test_a_code_of_another_session_is_refused(client, provider, server):
    """Code injection: the verifier of PKCE is another one."""
    stolen = query_of(authorized(client, begin(client)))["code"]
    thief = OwnPage(server)
    own = query_of(authorized(thief, begin(thief)))
    answer = thief.get("/sign-in/callback", query_string={"code": stolen, "state": own["state"]})
    assert answer.status_code == 401
    assert not is_signed_in(thief)


def test_an_error_of_the_provider_is_told_plainly_and_its_text_is_not_shown(client, provider, caplog):
    state = query_of(begin(client))["state"]
    text = "<script>alert(1)</script>"
    with caplog.at_level(logging.INFO):
        sent = {"error": "access_denied\r\nfake log line", "error_description": text, "state": state}
        answer = client.get("/sign-in/callback", query_string=sent)
    assert (answer.status_code, "did not confirm who you are" in answer.text) == (401, True)
    assert "alert(1)" not in answer.text
    assert "alert(1)" not in caplog.text
    assert "\nfake" not in caplog.text
    assert client.get("/sign-in/callback", query_string={"state": state, "code": "x"}).status_code == 401


@pytest.mark.parametrize(
    "forged",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"], "azp": CLIENT},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"at_hash": "of another access token"},
        {"exp": 1_000_000},
        {"exp": None},
        {"exp": "never"},
        {"nbf": 9_999_999_999},
        {"sub": None},
        {"sub": ""},
        {"sub": 1},
        {"sub": "x" * 256},
        {"sub": "a\nb"},
    ],
    ids=str,
)
def test_a_token_with_other_claims_is_refused(client, provider, store, forged):
    provider.change = lambda claims: {name: value for name, value in (claims | forged).items() if value is not None}
    answer = sign_in(client)
    assert (answer.status_code, "did not confirm who you are" in answer.text) == (401, True)
    assert not is_signed_in(client)
    assert store.people.all() == []


@pytest.mark.parametrize("forge", FORGERS)
def test_a_token_that_the_provider_did_not_sign_is_refused(client, provider, forge):
    provider.sign = lambda claims: forge(claims, provider)
    answer = sign_in(client)
    assert (answer.status_code, "did not confirm who you are" in answer.text) == (401, True)
    assert not is_signed_in(client)


def test_an_answer_without_an_id_token_is_refused(client, provider, monkeypatch):
    monkeypatch.setattr(Key, "sign", lambda self, claims: None)
    assert sign_in(client).status_code == 401
