"""Whoever asks is called when a job is over: signed, again while nobody hears, never into a private network."""

import base64
import hashlib
import hmac
import http.server
import ipaddress
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.files.stream_check import StreamCheck
from jobs.job_service import JobService
from jobs.webhooks import allowed_addresses, deliver
from jobs.webhooks.allowed_addresses import BadWebhook, WebhookRules, check_address, read_address, resolve
from jobs.webhooks.deliver import PAUSES, WebhookSender
from jobs.webhooks.sign import secrets_of, signed
from jobs.worker import Worker
from store.db import open_store
from store.files import Files
from tests.small import small_service

TABLE = b"income,debt,shoe_size,region\n50.25,3.75,41,south\n"
SECRET = base64.b64encode(bytes(range(32))).decode()
HERE = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


class Receiver:
    """A server that keeps what it is sent, and answers as it is told."""

    def __init__(self):
        self.heard, self.answers, self.location = [], [], None
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append((self.path, dict(self.headers), body))
                answer = receiver.answers.pop(0) if receiver.answers else 204
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", receiver.url + "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


class House:
    def __init__(self, service, folder, rules):
        self.store, files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
        self.announced = []
        job_service = JobService(service, self.store, files, self.announced.append, rules)
        self.client = create_api(service, dict, 1_000, 10, campaign_service=CampaignService(job_service)).test_client()
        self._worker = Worker(service, self.store.jobs, files)
        self.caller = WebhookSender(self.store, rules)

    def send(self, url, data=TABLE, **query):
        query = {"callback_url": url, **query}
        return self.client.post("/api/v1/models/binary/jobs", data=data, query_string=query)

    def show(self, job):
        return self.client.get(f"/api/v1/jobs/{job}").json

    def work(self):
        while self._worker.step():
            pass

    def let_time_pass(self, seconds=1e6):
        with self.store._engine().begin() as connection:
            connection.exec_driver_sql(f"UPDATE calls SET due = due - {seconds}")


@pytest.fixture
def house(service, tmp_path):
    return House(service, tmp_path, WebhookRules.of(SECRET, "127.0.0.0/8"))


def verified(headers, body, secret=SECRET):
    """As the receiver's library does it, written from the specification."""
    what = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    right = base64.b64encode(hmac.digest(base64.b64decode(secret), what, hashlib.sha256)).decode()
    return f"v1,{right}" in headers["webhook-signature"].split(" ")


def test_the_signature_is_that_of_the_published_example():
    """The example that Svix, who wrote the specification, publishes."""
    secret = base64.b64decode("plJ3nmyCDGBKInavdOK15jsl")  # shorter than the specification has it
    made = signed([secret], "msg_loFOjxBNrRLzqYUf", 1731705121, b'{"event_type":"ping","data":{"success":true}}')
    assert made["webhook-signature"] == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    assert (made["webhook-id"], made["webhook-timestamp"]) == ("msg_loFOjxBNrRLzqYUf", "1731705121")


def test_each_secret_signs_while_one_replaces_the_other():
    other = base64.b64encode(b"another secret of 24 bytes or so").decode()
    made = signed(secrets_of(f"whsec_{SECRET}, {other}"), "id", 1, b"{}")
    assert verified(made, b"{}")
    assert verified(made, b"{}", other)
    assert not verified(made, b"{ }")


@pytest.mark.parametrize("text", ["whsec_", "short", "whsec_" + "A" * 30, "whsec_" + "A" * 88, SECRET[:-2] + "*="])
def test_a_secret_that_is_none_is_refused(text):
    if text.startswith("whsec_AAAA"):
        assert len(base64.b64decode(text[6:] + "=" * (-len(text[6:]) % 4))) not in range(24, 65)
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        secrets_of(text or "x")


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_a_job_that_is_over_is_told(house, receiver, monkeypatch, end):
    monkeypatch.setattr(StreamCheck, "passing", lambda _, blocks: blocks)  # as one that the system stopped
    line = TABLE[TABLE.index(b"\n") + 1 :]
    data = TABLE + line * 20_000 + b'1,"2\n' if end == "failed" else TABLE  # beyond what is looked at when it is sent
    job = house.send(f"{receiver.url}/heard?token=a%20b", data).json["id"]
    assert not house.caller.step()  # it is not over
    if end == "cancelled":
        house.announced.clear()
        house.client.post(f"/api/v1/jobs/{job}/cancel")
        assert set(house.announced) == {job}  # a runner that had nothing to do is woken
    else:
        house.work()
    assert house.caller.step()
    assert not house.caller.step()  # once
    ((path, headers, body),) = receiver.heard
    assert path == "/heard?token=a%20b"
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert headers["Content-Type"] == "application/json"
    assert headers["webhook-id"] == job
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert verified(headers, body)
    seen = house.show(job)
    told = json.loads(body)
    assert (told["id"], told["state"], told["links"]) == (job, end, seen["links"])
    assert seen["callback"] == {
        "url": f"{receiver.url}/heard?…", "state": "delivered", "attempts": 1, "status": 204, "message": "",
    }  # fmt: skip


def test_who_does_not_hear_is_called_again_later_and_not_for_ever(house, receiver):
    job = house.send(receiver.url).json["id"]
    house.work()
    receiver.answers = [500] * 99
    for attempt in range(1, len(PAUSES) + 2):
        assert house.caller.step()
        assert not house.caller.step()  # not before the pause is over
        called = house.show(job)["callback"]
        assert (called["attempts"], called["status"]) == (attempt, 500)
        if attempt <= len(PAUSES):
            assert called["state"] == "waiting"
            assert house.store.webhooks.waiting()
            house.let_time_pass(PAUSES[attempt - 1] - 1)
            assert not house.caller.step()
            house.let_time_pass(2)
    assert called["state"] == "failed"
    assert not house.store.webhooks.waiting()
    house.let_time_pass()
    assert not house.caller.step()
    assert len({headers["webhook-id"] for _, headers, _ in receiver.heard}) == 1
    assert len(receiver.heard) == len(PAUSES) + 1


def test_a_call_that_is_heard_later_is_over(house, receiver):
    job = house.send(receiver.url).json["id"]
    house.work()
    receiver.answers = [503, 200]
    house.caller.step()
    house.let_time_pass()
    house.caller.step()
    assert (house.show(job)["callback"]["state"], len(receiver.heard)) == ("delivered", 2)


@pytest.mark.parametrize(("status", "state"), [(301, "waiting"), (307, "waiting"), (404, "waiting"), (410, "failed")])
def test_redirects_are_not_followed_and_who_is_gone_is_left_alone(house, receiver, status, state):
    job = house.send(receiver.url).json["id"]
    house.work()
    receiver.answers = [status]
    house.caller.step()
    assert (house.show(job)["callback"]["state"], len(receiver.heard)) == (state, 1)


def test_a_worker_that_dies_before_or_after_the_call_leaves_it_to_another(house, receiver, monkeypatch):
    """The job became done and its worker died: nothing but the table knows. The next one died when it was heard."""
    job = house.send(receiver.url).json["id"]
    house.work()
    table = type(house.store.webhooks)
    with monkeypatch.context() as patched:
        patched.setattr(table, "delivered", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            WebhookSender(house.store, WebhookRules.of(SECRET, "127.0.0.0/8")).step()
    assert not house.caller.step()  # the lease of the dead
    house.let_time_pass(deliver.LEASE_SECONDS)
    assert house.caller.step()
    assert [headers["webhook-id"] for _, headers, _ in receiver.heard] == [job, job]
    assert house.show(job)["callback"] == house.show(job)["callback"] | {"state": "delivered", "attempts": 1}


def test_claims_that_were_lost_use_no_attempt_up(house, receiver):
    """The database broke off after it had recorded a claim, or before it could record what came of the call."""
    job = house.send(receiver.url).json["id"]
    house.work()
    for _ in range(2 * len(PAUSES)):
        assert house.store.webhooks.claim(deliver.LEASE_SECONDS)
        house.let_time_pass(deliver.LEASE_SECONDS)
    receiver.answers = [500, 204]
    assert house.caller.step()
    assert house.show(job)["callback"]["attempts"] == 1
    house.let_time_pass()
    assert house.caller.step()
    assert house.show(job)["callback"] == house.show(job)["callback"] | {"state": "delivered", "attempts": 2}


def test_two_callers_make_one_call(house, receiver):
    for _ in range(4):
        house.send(receiver.url)
    house.work()

    def call():
        caller = WebhookSender(house.store, WebhookRules.of(SECRET, "127.0.0.0/8"))
        while caller.step():
            pass

    callers = [threading.Thread(target=call) for _ in range(4)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    call()
    ids = [headers["webhook-id"] for _, headers, _ in receiver.heard]
    assert len(ids) == len(set(ids)) == 4


def slowly(handler):
    """A byte now and then, for ever: no timeout of a single read ends it."""
    try:
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass


def without_end(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 65536)
    except OSError:
        pass


def test_who_answers_slowly_is_given_up(house, receiver):
    job = house.send(receiver.url).json["id"]
    house.work()
    receiver.answers = [slowly]
    begun = time.monotonic()
    WebhookSender(house.store, WebhookRules.of(SECRET, "127.0.0.0/8"), deadline=0.5).step()
    assert time.monotonic() - begun < 5
    called = house.show(job)["callback"]
    assert (called["state"], called["status"]) == ("waiting", None)
    assert called["message"] == "No answer came within 0.5 seconds."


def test_of_a_long_answer_only_the_start_is_read(house, receiver):
    job = house.send(receiver.url).json["id"]
    house.work()
    receiver.answers = [without_end]
    house.caller.step()
    assert house.show(job)["callback"]["state"] == "delivered"


def test_a_removed_job_calls_nobody(house, receiver):
    job = house.send(receiver.url).json["id"]
    house.work()
    assert house.client.delete(f"/api/v1/jobs/{job}").status_code == 204
    assert not house.caller.step()
    assert not house.store.webhooks.waiting()


PRIVATE = [
    "https://[fec0::1]/", "https://192.0.0.8/", "https://192.88.99.1/", "https://[2001:2::1]/",
    "http://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/", "https://[::1]/",
    "https://[::]/", "https://[fd00::1]/", "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://2130706433/",
    "https://0x7f.1/", "https://[::ffff:a9fe:a9fe]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/",
    "https://[::10.0.0.1]/", "https://224.0.0.1/", "https://255.255.255.255/", "https://[ff02::1]/",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_refused_when_the_file_is_sent(service, tmp_path, url):
    house = House(service, tmp_path, WebhookRules.of(SECRET, ""))
    answer = house.send(url)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_callback")
    assert "private" in answer.json["error"]["message"]
    assert not list((tmp_path / "files").glob("jobs/*"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "example.org", "https://", "https:///path", "https://user:word@example.org/",
        "https://example.org/#part", "https://example.org:0/", "https://example.org:70000/", "https://exa mple.org/",
        "https://example.org/\r\nHost: x", "https://example.org\\@127.0.0.1/", "https://" + "a" * 2000 + "/",
        "https://1.1.1.1:25/", "http://1.1.1.1/",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_called_are_refused(url):
    with pytest.raises(BadWebhook) as refused:
        check_address(url, HERE)
    assert refused.value.hint


def test_public_addresses_and_allowed_networks_are_taken():
    check_address("https://1.1.1.1/x", ())
    check_address("https://[2606:4700::1111]:8443/x", ())
    check_address("http://127.0.0.1:25/", HERE)
    check_address("http://[::ffff:127.0.0.1]/", HERE)
    assert read_address("https://Example.ORG:443/a?b=c").authority == "example.org"


def names(monkeypatch, *answers):
    """A resolver that gives these in turn, the last one for good; gives what it was asked."""
    asked, real = [], socket.getaddrinfo

    def resolver(host, port, *given, **more):
        if host[0].isdecimal():
            return real(host, port, *given, **more)
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        if isinstance(found, OSError):
            raise found
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(allowed_addresses.socket, "getaddrinfo", resolver)
    return asked


def test_a_name_of_which_one_address_is_private_is_refused(monkeypatch):
    names(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(BadWebhook, match="private"):
        resolve("https://example.org/")


def test_a_name_that_turns_private_after_the_upload_is_refused_at_the_call(service, tmp_path, monkeypatch):
    house = House(service, tmp_path, WebhookRules.of(SECRET, ""))
    names(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    job = house.send("https://example.org/").json["id"]
    house.work()
    assert house.caller.step()
    called = house.show(job)["callback"]
    assert (called["state"], called["status"]) == ("waiting", None)
    assert "private" in called["message"]


def test_the_call_goes_to_the_very_address_that_was_looked_at(house, receiver, monkeypatch):
    """Whatever the resolver would say the second time, it is not asked again; the name stays in Host."""
    asked = names(monkeypatch, ["127.0.0.1"], ["127.0.0.1"], ["192.0.2.1"])
    house.send(f"http://hooks.example:{receiver.port}/x")
    house.work()
    house.caller.step()
    assert asked == ["hooks.example"] * 2  # when it was sent, and at the call
    ((_, headers, _),) = receiver.heard
    assert headers["Host"] == f"hooks.example:{receiver.port}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of hooks.example, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    made = [folder / "certificate.pem", folder / "key.pem"]
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=hooks.example"
    )
    more = ["-addext", "subjectAltName=DNS:hooks.example", "-out", made[0], "-keyout", made[1]]
    subprocess.run([*command.split(), *more], check=True, capture_output=True)
    return made


@pytest.mark.parametrize(("host", "heard"), [("hooks.example", True), ("other.example", False)])
def test_the_certificate_has_to_bear_the_name_and_not_the_address(
    house, receiver, certificate, monkeypatch, host, heard
):
    told = []
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(*certificate)
    inside.sni_callback = lambda _line, name, _context: told.append(name)
    receiver.server.socket = inside.wrap_socket(receiver.server.socket, server_side=True)
    trusting = ssl.create_default_context
    monkeypatch.setattr(deliver.ssl, "create_default_context", lambda: trusting(cafile=certificate[0]))
    names(monkeypatch, ["127.0.0.1"])
    job = house.send(f"https://{host}:{receiver.port}/").json["id"]
    house.work()
    house.caller.step()
    assert told == [host]
    assert len(receiver.heard) == heard
    called = house.show(job)["callback"]
    assert (called["state"], called["status"]) == (("delivered", 204) if heard else ("waiting", None))


def test_a_name_that_nobody_knows_is_refused_and_a_resolver_that_is_away_is_not(monkeypatch):
    names(monkeypatch, socket.gaierror(socket.EAI_NONAME, "unknown"))
    with pytest.raises(BadWebhook, match="not known"):
        check_address("https://example.org/", ())
    names(monkeypatch, socket.gaierror(socket.EAI_AGAIN, "later"))
    check_address("https://example.org/", ())
    monkeypatch.setattr(allowed_addresses.socket, "getaddrinfo", lambda *_, **__: time.sleep(1))
    check_address("https://example.org/", (), patience=0.01)


def test_without_a_secret_nobody_is_called(service, tmp_path, receiver):
    answer = House(service, tmp_path, WebhookRules.of("", "127.0.0.0/8")).send(receiver.url)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_callback")
    assert "CALLBACK_SECRET" in answer.json["error"]["hint"]


def test_a_key_covers_the_address(house, receiver):
    headers = {"Idempotency-Key": "k"}
    post = lambda url: house.client.post(  # noqa: E731
        "/api/v1/models/binary/jobs", data=TABLE, headers=headers, query_string={"callback_url": url}
    )
    first, again, other = post(receiver.url), post(receiver.url), post(f"{receiver.url}/other")
    assert first.json["id"] == again.json["id"]
    assert other.status_code == 409
    assert "what differs: callback_url" in other.json["error"]["message"]
