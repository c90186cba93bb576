"""Rate limit: who is counted, what is said, and what happens when the counter is away."""

import logging
import threading
import time

import pytest
from werkzeug.test import Client

from app import create_service
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.caller import ANYBODY, STRANGER, caller_of_key, caller_of_person
from auth.keys import ApiKeys
from auth.rate_limit import MEMORY, RateLimiter, count_key, storage_of
from settings import Settings
from store.accounts.account_records import ApiKey, Person
from store.db import Store
from tests.faults.places import Redis
from tests.small import small_model

ANN = Person("a1", "ann", "seller")
KEY = ApiKey("k1", "", "shop", ("score",), (), "ann", 0.0)


@pytest.mark.parametrize(
    ("caller", "address", "who"),
    [
        (caller_of_person(ANN), "10.0.0.1", "person a1"),
        (caller_of_key(KEY), "10.0.0.1", "key shop (k1)"),
        (STRANGER, "10.0.0.1", "address 10.0.0.1"),
        (ANYBODY, "10.0.0.1", "address 10.0.0.1"),
        (STRANGER, "2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        (STRANGER, "2001:db8:1:2:ffff::", "address 2001:db8:1:2::/64"),
        (STRANGER, "2001:DB8:1:2::9", "address 2001:db8:1:2::/64"),
        (STRANGER, "[2001:db8:1:2::9]:1234", "address 2001:db8:1:2::/64"),
        (STRANGER, "2001:db8:1:2::9%eth0", "address 2001:db8:1:2::/64"),
        (STRANGER, "::ffff:10.0.0.1", "address 10.0.0.1"),
        (STRANGER, "10.0.0.1:65000", "address 10.0.0.1"),
        (STRANGER, "", "address unknown"),
        (STRANGER, "x" * 300, "address unknown"),
    ],
)
def test_who_a_request_is_counted_for(caller, address, who):
    assert count_key(caller, address) == who


def test_so_many_are_allowed_and_the_headers_say_how_many_remain():
    limiter = RateLimiter(3, MEMORY)
    taken = [limiter.hit("ann") for _ in range(5)]
    assert [each.allowed for each in taken] == [True] * 3 + [False] * 2
    for each, remain in zip(taken, (2, 1, 0, 0, 0), strict=True):
        found = dict(each.headers)
        assert found["RateLimit-Policy"] == '"caller";q=3;w=60'
        assert found["RateLimit"].startswith(f'"caller";r={remain};t=')
        assert ("Retry-After" in found) is not each.allowed
    assert 1 <= int(dict(taken[-1].headers)["Retry-After"]) <= 60
    assert limiter.hit("bob").allowed


@pytest.mark.parametrize(
    ("url", "storage"),
    [
        ("", "memory://"),
        ("redis://h:1/0", "redis://h:1/0"),
        ("rediss://h:1/0", "rediss://h:1/0"),
        ("unix:///run/redis.sock?db=1", "redis+unix:///run/redis.sock?db=1"),
    ],
)
def test_where_counts_are_kept(url, storage):
    assert storage_of(url) == storage
    RateLimiter(1, storage)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    return folder


def client_of(models, tmp_path, **given):
    given = {"host": "0.0.0.0", "rate_limit": 4, "auth": "none"} | given
    return Client(create_service(Settings(models_dir=models, var_dir=tmp_path, **given)).server)


def statuses(client, times, path="/api/v1/models", **named):
    return [client.get(path, **named).status_code for _ in range(times)]


def test_pages_and_api_count_together_assets_and_health_do_not(models, tmp_path):
    client = client_of(models, tmp_path)
    assert statuses(client, 20, "/healthz") + statuses(client, 20, "/assets/icon.svg") == [200] * 40
    assert statuses(client, 2, "/") + statuses(client, 2) == [200] * 4
    refused = client.get("/api/v1/models")
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) >= 1
    assert client.post("/api/v1/models/binary/predict", json={}).status_code == 429
    assert client.post("/_dash-update-component", json={}).status_code == 429
    assert statuses(client, 3, "/healthz") == [200] * 3
    other = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.5"}}
    assert statuses(client, 5, **other) == [200] * 4 + [429]


def test_strangers_are_counted_by_address_and_keys_for_themselves(models, tmp_path):
    client = client_of(models, tmp_path, auth="password")
    store = Store(f"sqlite:///{tmp_path / 'likely.db'}")
    keys = ApiKeys(store, AuditLog(store))
    first, second = ({"Authorization": f"Bearer {keys.make(name, ['read'])[0]}"} for name in ("a", "b"))
    assert statuses(client, 5) == [401] * 4 + [429]
    assert statuses(client, 5, headers=first) == [200] * 4 + [429]
    assert statuses(client, 4, headers=second) == [200] * 4
    assert client.get("/sign-in").status_code == 200
    accounts = Accounts(store, AuditLog(store))
    assert accounts.all()


def test_no_limit_on_this_machine_alone_or_where_none_is_wished(models, tmp_path):
    assert statuses(client_of(models, tmp_path, host="127.0.0.1"), 9) == [200] * 9
    assert statuses(client_of(models, tmp_path, rate_limit=0), 9) == [200] * 9


def test_instances_count_together_in_redis_and_let_all_pass_while_it_is_away(models, tmp_path, caplog):
    redis = Redis(tmp_path)
    try:
        url = f"redis://127.0.0.1:{redis.port}/0"
        first, second = (client_of(models, tmp_path, redis_url=url) for _ in range(2))
        assert statuses(first, 3) + statuses(second, 2) == [200] * 4 + [429]
        redis.kill()
        with caplog.at_level(logging.WARNING, "auth.rate_limit"):
            assert statuses(first, 9) == [200] * 9
        said = [record.getMessage() for record in caplog.records if record.name == "auth.rate_limit"]
        assert len(said) == 1
        assert said[0].startswith("The count of requests (nobody is limited meanwhile) does not answer")
    finally:
        redis.end()


@pytest.mark.parametrize("step", [-3600, -90, 3600])
def test_a_clock_that_steps_keeps_nobody_refused_for_longer_than_a_window(monkeypatch, step):
    limiter = RateLimiter(2, MEMORY)
    assert [limiter.hit("person 1").allowed for _ in range(3)] == [True, True, False]
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + step)
    taken = [limiter.hit("person 1") for _ in range(3)]
    assert [each.allowed for each in taken] == [True, True, False]
    assert int(dict(taken[-1].headers)["Retry-After"]) <= 61


def test_counts_in_memory_start_no_thread_and_do_not_stay(monkeypatch):
    limiter = RateLimiter(2, MEMORY)
    limiter._limiter.storage.timer.join()  # that of the library's constructor
    limiter.hit("first")
    monkeypatch.setattr(threading.Thread, "start", lambda self: pytest.fail("a thread was started"))
    counts = limiter._limiter.storage.storage
    for who in map(str, range(100)):
        limiter.hit(who)
    assert len(counts) == 101
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + 61)
    monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + 61)
    limiter.hit("last")
    assert len(counts) == 1
