"""The watch keeps one episode for each live version; an alert of it is sent once by each channel."""

import json
import socket
import threading
import time
from dataclasses import replace
from email import message_from_string
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import numpy as np
import pytest

from feedback.niced_process import NicedProcess, ProcessFailed
from feedback.results.alert_sender import AlertSender, Receivers, described
from feedback.results.mail import MailServer, NotSent
from feedback.results.model_results import ModelResults
from feedback.results.watch import DUTY, Watch
from feedback.service import Feedback
from jobs.webhooks.sign import signed
from ml.lifecycle.state import live_of
from ml.service import open_service
from settings import BadSetting, Settings, plain_environ
from store.db import open_store
from store.outcomes.alarm_records import EMAIL, WEBHOOK
from tests.results import DAY, START, decided, shop, told

SECRET = b"k" * 32


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    shop(folder)
    return folder


@pytest.fixture
def feedback(models, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    store._engine()  # where there is no database yet, nothing is watched
    return Feedback(open_service(models), store, None)


def happens(feedback, key, count, chance, begin=0, said=0.3):
    """So many decisions of 0.3 about records of their own, 50 a day, and what came of them a day later."""
    came = np.random.default_rng(3).random(count) < chance
    made = [
        replace(
            decided(0, said, key),
            id=f"{begin:012x}{at:012x}-0",
            record=f"{begin}-{at}",
            made=START + (begin + at / 50) * DAY,
        )
        for at in range(count)
    ]
    feedback.store.outcomes.decisions.append(made)
    feedback.store.outcomes.events.append([told(each, float(value)) for each, value in zip(made, came, strict=True)])


def key_of(models):
    return f"shop@{live_of(models, 'shop')}"


def test_where_nobody_tells_anything_nothing_is_watched(feedback):
    Watch(feedback).look_at("shop")
    assert feedback.store.outcomes.episodes.going_on("shop") == {}


def test_a_model_that_is_right_sets_nothing_off(feedback, models):
    happens(feedback, key_of(models), 1_000, 0.3)
    Watch(feedback, [WEBHOOK]).look_at("shop")
    episode = feedback.store.outcomes.episodes.going_on("shop")["yes"]
    assert episode.alarmed is None
    assert json.loads(episode.evidence)["outcomes"] == 1_000
    assert feedback.store.outcomes.alerts.claim(60) is None


def test_one_that_is_off_goes_off_once_and_says_so_in_one_line(feedback, models, caplog):
    happens(feedback, key_of(models), 600, 0.6)
    watch = Watch(feedback, [WEBHOOK, EMAIL])
    for _ in range(3):
        watch._try("shop")
    happens(feedback, key_of(models), 300, 0.6, begin=20)
    watch._try("shop")
    (episode,) = feedback.store.outcomes.episodes.of("shop")
    assert episode.outcome == "yes"
    assert feedback.store.outcomes.alerts.states(episode.id) == {WEBHOOK: "waiting", EMAIL: "waiting"}
    assert [line.message for line in caplog.records if "are off" in line.message] == [
        f"The probabilities of {key_of(models)} for yes are off: what comes is not what they say. See its Results page."
    ]
    assert ModelResults(feedback).of("shop")["right"]["state"] == "off"


def test_who_acknowledges_begins_anew_and_the_page_says_so(feedback, models):
    happens(feedback, key_of(models), 600, 0.6)
    watch = Watch(feedback)
    watch.look_at("shop")
    (episode,) = feedback.store.outcomes.episodes.of("shop")
    assert feedback.store.outcomes.episodes.end(episode.id, "person 1", "New prices.")
    watch.look_at("shop")
    again = feedback.store.outcomes.episodes.going_on("shop")["yes"]
    assert (again.alarmed, json.loads(again.evidence)["outcomes"]) == (None, 0)
    found = ModelResults(feedback).of("shop")["right"]
    assert (found["state"], found["outcomes"], found["episode"]) == ("not_enough", 0, again.id)
    assert len(feedback.store.outcomes.episodes.of("shop")) == 1


def test_another_live_version_ends_the_episode_and_answers_for_its_own_decisions(feedback, models, tmp_path):
    happens(feedback, "shop@00000000", 600, 0.6)
    old = feedback.store.outcomes.episodes.begin("shop@00000000", "yes")
    Watch(feedback).look_at("shop")
    now = feedback.store.outcomes.episodes.going_on("shop")["yes"]
    assert (now.version, now.alarmed) == (key_of(models), None)
    assert now.id != old.id


def test_the_episode_of_a_model_that_is_gone_ends_unless_all_models_are_away(feedback, monkeypatch):
    episodes, names = feedback.store.outcomes.episodes, feedback.service.registry.names
    gone = episodes.begin("gone@00000000", "yes")
    episodes.go_off(gone.id, 1.0, None, [])
    monkeypatch.setattr(feedback.service.registry, "names", tuple)  # a disk that is not there
    watch = Watch(feedback)
    watch._look_at_all()
    assert episodes.states()["gone"][0]
    monkeypatch.setattr(feedback.service.registry, "names", names)
    watch._look_at_all()
    assert "gone" not in episodes.states()
    (ended,) = episodes.of("gone")
    assert (ended.ended_by, ended.ended_why) == ("", "removed")


def test_results_are_computed_once_for_what_is_known_and_anew_when_more_becomes_known(feedback, models, monkeypatch):
    happens(feedback, key_of(models), 40, 0.3)
    kept = {}
    monkeypatch.setattr(
        feedback.service, "result", lambda key, make, typed: kept[key] if key in kept else kept.setdefault(key, make())
    )
    now = time.time() + 60
    results = ModelResults(feedback, lambda: now)
    assert results.of("shop")["records"]["counted"] == 40
    assert results.of("shop", "yes") == results.of(key_of(models))
    assert len(kept) == 1
    happens(feedback, key_of(models), 10, 0.3, begin=5)
    assert results.of("shop")["records"]["counted"] == 50
    assert all(isinstance(part, (str, int, float)) for key in kept for part in key)


def test_of_many_decisions_the_watch_looks_less_often(feedback, models):
    now = [time.time() + 5]
    happens(feedback, key_of(models), 400, 0.3)
    watch = Watch(feedback, clock=lambda: now[0])
    watch.look_at("shop")

    def outcomes():
        return json.loads(feedback.store.outcomes.episodes.going_on("shop")["yes"].evidence)["outcomes"]

    happens(feedback, key_of(models), 10, 0.3, begin=20)
    watch.look_at("shop")
    assert outcomes() == 410  # 0.4 s for 400 are over
    happens(feedback, key_of(models), 10, 0.3, begin=30)
    watch.look_at("shop")
    now[0] = time.time()
    assert not watch._is_due(feedback.store.outcomes.episodes.going_on("shop")["yes"], 10**6, 100_000)
    now[0] += 101
    assert watch._is_due(feedback.store.outcomes.episodes.going_on("shop")["yes"], 10**6, 100_000)


def test_of_many_decisions_a_process_beside_gives_the_same_answers(feedback, models, tmp_path, monkeypatch, caplog):
    happens(feedback, key_of(models), 600, 0.6)
    now = time.time()
    here = ModelResults(feedback, lambda: now).of("shop")
    feedback.niced = NicedProcess(models, f"sqlite:///{tmp_path / 'likely.db'}", plain_environ())
    asked = []
    do = feedback.niced.run
    monkeypatch.setattr(feedback.niced, "run", lambda task, **given: asked.append(task) or do(task, **given))
    assert ModelResults(feedback, lambda: now).computed(key_of(models), "yes", None)["records"] == here["records"]
    assert asked == []
    monkeypatch.setattr("feedback.results.model_results.MANY", 600)
    monkeypatch.setattr("feedback.results.watch.MANY", 600)
    there = ModelResults(feedback, lambda: now).of("shop")
    assert {**there, "as_of": 0} == {**here, "as_of": 0}
    assert Watch(feedback, [WEBHOOK]).look_at("shop") == ["yes"]
    assert asked == ["results", "watch"]
    assert feedback.store.outcomes.episodes.going_on("shop")["yes"].alarmed is not None
    assert feedback.store.outcomes.alerts.claim(60).channel == WEBHOOK
    with pytest.raises(ProcessFailed, match="could not be computed here"):
        feedback.niced.run("results", version="gone", outcome="yes", episode=None)
    assert "gave no answer: it ended with 1" in caplog.text


def test_a_model_that_cannot_be_looked_at_does_not_hide_the_others(feedback, models, monkeypatch, caplog):
    happens(feedback, key_of(models), 600, 0.6)
    monkeypatch.setattr(feedback.service.registry, "names", lambda: ("broken", "shop"))
    last = feedback.store.outcomes.events.__class__.last
    monkeypatch.setattr(
        feedback.store.outcomes.events.__class__,
        "last",
        lambda self, name: last(self, name) if name == "shop" else 1 / 0,
    )
    assert Watch(feedback).look()
    assert feedback.store.outcomes.episodes.going_on("shop")["yes"].alarmed is not None
    assert "could not look at the model broken" in caplog.text


def test_one_process_of_all_watches(feedback):
    assert Watch(feedback).look()
    assert not Watch(feedback).look()
    assert feedback.store.duties.claim(DUTY, 60) is None


# ---- alerts ----------------------------------------------------------------------------------------
class Hook(BaseHTTPRequestHandler):
    answers: ClassVar[list[int]] = []
    got: ClassVar[list[tuple[dict, bytes]]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    Hook.got, Hook.answers = [], []
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/alarm"
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox():
    """A mail server that takes messages, as RFC 5321 has it; gives its port and what came."""
    listener = socket.create_server(("127.0.0.1", 0))
    came = []

    def serve():
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as talk:
                _talk(talk, came)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1], came
    listener.close()


def _talk(talk, came):
    def say(words):
        talk.write(words.encode() + b"\r\n")
        talk.flush()

    say("220 here")
    for line in talk:
        verb = line.split()[0].upper().decode() if line.split() else ""
        if verb == "DATA":
            say("354 go on")
            lines = []
            for part in talk:
                if part == b".\r\n":
                    break
                lines.append(part.decode())
            came.append("".join(lines))
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 here" if verb != "RCPT" or b"nobody" not in line else "550 no such mailbox")


def set_off(feedback, channels):
    episode = feedback.store.outcomes.episodes.begin("shop@3f9a1c2b", "yes")
    feedback.store.outcomes.episodes.go_off(episode.id, START + 9 * DAY, START, channels)
    return replace(episode, alarmed=START + 9 * DAY, since=START)


def test_the_webhook_is_signed_and_called_once(feedback, hook):
    episode = set_off(feedback, [WEBHOOK])
    sender = AlertSender(feedback.store, Receivers(hook, (SECRET,)))
    assert sender.step()
    assert not sender.step()
    ((headers, body),) = Hook.got
    assert json.loads(body) == described(episode)
    assert json.loads(body)["off_since"] == "2023-11-14T22:13:20+00:00"
    assert json.loads(body)["page"] == "/shop/results?outcome=yes"
    lower = {name.lower(): value for name, value in headers.items()}
    expected = signed((SECRET,), episode.id, int(lower["webhook-timestamp"]), body)
    assert lower["webhook-signature"] == expected["webhook-signature"]
    assert lower["webhook-id"] == episode.id


def test_a_webhook_that_fails_is_called_again_with_the_same_id(feedback, hook, monkeypatch):
    monkeypatch.setattr("feedback.results.alert_sender.PAUSES", (0.0, 0.0))
    episode = set_off(feedback, [WEBHOOK])
    Hook.answers = [500, 503]
    sender = AlertSender(feedback.store, Receivers(hook, (SECRET,)))
    assert [sender.step() for _ in range(4)] == [True, True, True, False]
    assert {headers["webhook-id"] for headers, _ in Hook.got} == {episode.id}
    assert feedback.store.outcomes.alerts.states(episode.id) == {WEBHOOK: "sent"}


def test_a_webhook_that_always_fails_is_given_up(feedback, hook, monkeypatch):
    monkeypatch.setattr("feedback.results.alert_sender.PAUSES", (0.0, 0.0))
    episode = set_off(feedback, [WEBHOOK])
    Hook.answers = [500] * 9
    sender = AlertSender(feedback.store, Receivers(hook, (SECRET,)))
    assert [sender.step() for _ in range(4)] == [True, True, True, False]
    assert feedback.store.outcomes.alerts.states(episode.id) == {WEBHOOK: "failed"}


def test_the_mail_says_what_is_off_and_where_to_look(feedback, mailbox):
    port, came = mailbox
    episode = set_off(feedback, [EMAIL])
    mail = MailServer(f"smtp://127.0.0.1:{port}", "likely@example.com", "a@example.com, b@example.com")
    sender = AlertSender(feedback.store, Receivers(mail=mail))
    assert sender.step()
    assert not sender.step()
    message = message_from_string(came[0])
    assert len(came) == 1
    assert (message["From"], message["To"]) == ("likely@example.com", "a@example.com, b@example.com")
    assert message["Subject"] == "Likely: the probabilities of shop are off"
    assert message["Message-ID"] == f"<{episode.id}@likely>"
    words = message.get_payload(decode=True).decode()
    assert "Since 2023-11-14" in words
    assert "/shop/results?outcome=yes" in words


def test_mail_that_is_not_taken_is_tried_again_and_no_password_is_in_the_log(feedback, caplog, monkeypatch):
    monkeypatch.setattr("feedback.results.alert_sender.PAUSES", (0.0,))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    set_off(feedback, [EMAIL])
    mail = MailServer(f"smtp://crm:secret-word@127.0.0.1:{port}", "", "a@example.com")
    sender = AlertSender(feedback.store, Receivers(mail=mail))
    assert [sender.step() for _ in range(3)] == [True, True, False]
    assert "secret-word" not in caplog.text
    assert "The mail server did not take it: ConnectionRefusedError." in caplog.text


def test_a_mailbox_that_is_none_is_refused(mailbox):
    port, came = mailbox
    with pytest.raises(NotSent, match="SMTPRecipientsRefused"):
        MailServer(f"smtp://127.0.0.1:{port}", "likely@example.com", "nobody@example.com").send("n", "s", "w")
    assert came == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ALERT_URL": "https://x.example"}, "ALERT_URL is set and CALLBACK_SECRET is not"),
        ({"ALERT_EMAIL": "a@example.com"}, "ALERT_EMAIL is set and SMTP_URL is not"),
        ({"ALERT_EMAIL": "sales"}, "ALERT_EMAIL is 'sales'; accepted: addresses such as"),
        ({"SMTP_URL": "mail.example.com"}, "SMTP_URL is a value that is not shown here; accepted: a URL that starts"),
    ],
)
def test_an_alert_that_could_not_be_sent_is_refused_at_the_start(given, said):
    with pytest.raises(BadSetting, match=said):
        Settings.from_environ(given)
