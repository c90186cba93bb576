"""Strict-Transport-Security: over HTTPS in every response, and never over plain HTTP, whatever a client says."""

import ssl
import subprocess
import urllib.error
import urllib.request

import pytest
from werkzeug.test import Client

from app import create_server
from settings import BadSetting, Settings
from tests.faults.places import wait_until
from tests.serving import free_port, starter
from tests.small import small_model

NAME = "Strict-Transport-Security"
PATHS = ("/", "/api/v1/models", "/nope", "/healthz", "/assets/nope", "/sign-in", "/metrics")
SAYS_HTTPS = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Ssl": "on",
    "X-Url-Scheme": "https",
    "Forwarded": "proto=https",
}


@pytest.fixture(scope="module")
def client_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    small_model("binary", folder / "models")

    def make(**more):
        return Client(create_server(Settings(models_dir=folder / "models", var_dir=folder / "var", **more)))

    return make


def sent(client, path="/", **more):
    return client.get(path, **more).headers.getlist(NAME)


def test_every_response_behind_a_proxy_that_has_tls_and_none_over_plain_http(client_of):
    client = client_of(proxy_hops=1, auth="password")
    for path in PATHS:
        assert sent(client, path, headers={"X-Forwarded-Proto": "https"}) == ["max-age=31536000"], path
        assert sent(client, path, headers={"X-Forwarded-Proto": "http"}) == []
        assert sent(client, path) == []
        assert sent(client, path, headers={"X-Forwarded-Proto": "https,http"}) == []  # the client said https


@pytest.mark.parametrize("name", SAYS_HTTPS)
def test_a_client_that_says_so_is_not_believed(client_of, name):
    client = client_of()
    for path in PATHS:
        assert sent(client, path, headers={name: SAYS_HTTPS[name]}) == []


def test_the_time_is_a_setting_and_0_makes_browsers_forget(client_of):
    asked = {"base_url": "https://localhost"}
    assert sent(client_of(hsts_seconds=60), **asked) == ["max-age=60"]
    assert sent(client_of(hsts_seconds=0), **asked) == ["max-age=0"]
    with pytest.raises(BadSetting, match="HSTS_SECONDS"):
        Settings.from_environ({"HSTS_SECONDS": "-1"})


@pytest.mark.nightly
def test_gunicorn_with_a_certificate_of_its_own(tmp_path):
    small_model("binary", tmp_path / "models")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*words, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context, port = ssl.create_default_context(cafile=str(certificate)), free_port()

    def answered():
        try:
            with urllib.request.urlopen(f"https://127.0.0.1:{port}/healthz", timeout=10, context=context) as answer:
                return answer.headers
        except urllib.error.URLError:
            return None

    with starter(tmp_path / "models", tmp_path) as start:
        address = ["-w", "1", "--bind", f"127.0.0.1:{port}", "--certfile", str(certificate), "--keyfile", str(key)]
        start(["gunicorn", *address, "app:create_server()"])
        assert wait_until(answered, 20)[NAME] == "max-age=31536000"
