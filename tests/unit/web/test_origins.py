"""Other sites: who may read, who may frame, who may change something. Nobody, unless a setting says so."""

import re
from unittest.mock import MagicMock

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from api import create_api
from settings import BadSetting, Settings
from web.headers import SafeHeaders, content_policy
from web.origins import Origins

SHOP, OTHER = "https://shop.example.com", "https://other.example.com"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type, idempotency-key",
}


def application(environ, start_response):
    made = Response("done", headers={"X-Request-Id": "1", "Vary": "Accept-Encoding"})
    return made(environ, start_response)


def client_of(*allowed):
    return Client(Origins(application, allowed))


def of_cors(answer):
    return {name for name, _ in answer.headers if name.startswith("Access-Control")}


@pytest.mark.parametrize("origin", [SHOP, "null", "*", ""])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_without_the_setting_nothing_is_said_of_it(method, origin):
    answer = client_of().open("/", method=method, headers={"Origin": origin, **PREFLIGHT})
    assert not of_cors(answer)
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_site_that_is_named_may_read():
    answer = client_of(SHOP, "https://b.example").get("/", headers={"Origin": SHOP})
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert {"X-Request-Id", "X-Model", "Location", "Retry-After"} <= set(
        re.split(", ?", answer.headers["Access-Control-Expose-Headers"])
    )
    assert "Origin" in answer.headers.getlist("Vary")
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [OTHER, "null", "https://shop.example.com.evil.org", "http://shop.example.com", f"{SHOP}:8443", SHOP.upper()],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
def test_a_site_that_is_not_named_may_not(method, origin):
    answer = client_of(SHOP).open("/", method=method, headers={"Origin": origin, **PREFLIGHT})
    assert not of_cors(answer)
    assert answer.text == "done"
    assert "Origin" in answer.headers.getlist("Vary")  # a cache must not give this answer to the site that is named


def test_a_preflight_is_answered_with_methods_and_headers():
    answer = client_of(SHOP).options("/api/v1/models/x/jobs", headers={"Origin": SHOP, **PREFLIGHT})
    assert (answer.status_code, answer.text) == (204, "")
    assert {"POST", "DELETE"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    allowed = {name.lower() for name in answer.headers["Access-Control-Allow-Headers"].split(", ")}
    assert {"content-type", "idempotency-key", "content-encoding", "x-request-id"} <= allowed
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_options_that_is_no_preflight_is_the_applications():
    assert client_of(SHOP).options("/", headers={"Origin": SHOP}).text == "done"


def test_a_star_lets_everybody_read_and_never_with_credentials():
    for origin in (OTHER, "null"):
        answer = client_of("*").get("/", headers={"Origin": origin, "Cookie": "a=b"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert not of_cors(client_of("*").get("/"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://a.example", "https://a.example"),
        ("https://A.example:443, http://b.example:80", "https://a.example http://b.example"),
        ("http://localhost:3000  http://[::1]:3000", "http://localhost:3000 http://[::1]:3000"),
        ("*", "*"),
    ],
)
def test_origins_are_read_as_browsers_write_them(text, read):
    assert Settings.from_environ({"ALLOWED_ORIGINS": text}).allowed_origins == read


@pytest.mark.parametrize(
    "text",
    ["a.example", "https://a.example/", "https://a.example/path", "https://*.example.com", "* https://a.example",
     "null", "ftp://a.example", "https://a.example;x", "https://user@a.example", "https://", "'self'"],
)  # fmt: skip
def test_what_is_no_origin_stops_the_start(text):
    with pytest.raises(BadSetting, match=r"ALLOWED_ORIGINS is .*https://shop\.example\.com"):
        Settings.from_environ({"ALLOWED_ORIGINS": text})


@pytest.mark.parametrize(
    ("text", "policy", "option"),
    [
        ("", "'none'", "DENY"),
        ("self", "'self'", "SAMEORIGIN"),
        ("'self', https://Intranet.example.com", "'self' https://intranet.example.com", None),
        ("https://*.example.com http://localhost:3000", "https://*.example.com http://localhost:3000", None),
    ],
)
def test_both_headers_say_who_may_frame(text, policy, option):
    framers = Settings.from_environ({"FRAME_ANCESTORS": text}).frame_ancestors.split()

    def own(environ, start_response):
        return Response("x", headers={"Content-Security-Policy": "default-src 'none'; sandbox"})(
            environ, start_response
        )

    for app in (application, own):
        answer = Client(SafeHeaders(app, content_policy((), framers), framers, 0)).get("/")
        rules = answer.headers["Content-Security-Policy"].split("; ")
        assert [rule for rule in rules if rule.startswith("frame-ancestors")] == [f"frame-ancestors {policy}"]
        assert len(rules) > 2
        assert answer.headers.get("X-Frame-Options") == option


@pytest.mark.parametrize("text", ["*", "none", "intranet", "https://a.example/page", "https://a.example; script-src *"])
def test_who_cannot_frame_stops_the_start(text):
    with pytest.raises(BadSetting, match=r"FRAME_ANCESTORS is .*accepted: self, or origins"):
        Settings.from_environ({"FRAME_ANCESTORS": text})


CHANGES = [
    ("POST", "/api/v1/models/x/jobs"), ("DELETE", "/api/v1/jobs/1"), ("POST", "/api/v1/jobs/1/start"),
    ("POST", "/api/v1/jobs/1/lists"),
]  # fmt: skip
SCORES = ["/", "/predict", "/x/predict", "/score", "/invocations", "/api/v1/models/x/predict", "/v1/models/x:predict"]
FOREIGN = [
    {"Origin": OTHER, "Sec-Fetch-Site": "cross-site"},
    {"Origin": OTHER, "Sec-Fetch-Site": "same-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": OTHER},
    {"Origin": "null"},
    {"Origin": "http://localhost:81"},
]


def api(*origins):
    return create_api(MagicMock(), dict, 1_000, 10, campaign_service=MagicMock(), origins=origins).test_client()


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_page_of_another_site_changes_nothing(method, path, headers):
    answer = api().open(path, method=method, headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "foreign_site")
    assert "ALLOWED_ORIGINS" in answer.json["error"]["hint"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, {"Origin": "http://localhost"},
     {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://public.example"}],
)  # fmt: skip
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_programs_and_our_own_pages_may(method, path, headers):
    assert api().open(path, method=method, headers=headers).status_code != 403


def test_sites_that_are_named_may():
    for allowed in (OTHER, "*"):
        assert api(allowed).delete("/api/v1/jobs/1", headers=FOREIGN[0]).status_code != 403
    assert api(SHOP).delete("/api/v1/jobs/1", headers=FOREIGN[0]).status_code == 403


@pytest.mark.parametrize("path", SCORES)
def test_any_site_may_have_a_record_scored(path):
    for headers in FOREIGN:
        assert api().post(path, data=b"{}", headers=headers).status_code != 403


def test_every_address_that_takes_a_post_is_one_or_the_other():
    """A new address that changes something is closed without anybody thinking of it."""
    app = create_api(MagicMock(), dict, 1_000, 10, campaign_service=MagicMock())
    takes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods - {"GET", "HEAD", "OPTIONS"}}
    open_ones = {name for name in takes if getattr(app.view_functions[name], "only_computes", False)}
    assert {name.rpartition(".")[2] for name in open_ones} == {
        "score", "program", "infer", "invocations", "v1_predict", "azure_score", "job_forecast",
    }  # fmt: skip
