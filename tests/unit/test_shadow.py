"""A challenger is asked off the path of requests, for a share of the decisions; a broken one changes nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from werkzeug.test import Client

from app import create_server
from auth.audit_log import AuditLog
from auth.caller import Caller, Request, use_request
from auth.permissions import Permission
from auth.versions.changes import NoReason
from feedback.errors import BadChallenger
from feedback.sealing import KEY, Sealer, new_key
from feedback.service import Feedback
from feedback.shadow import asker, runner
from feedback.shadow.asker import CRASHED, Asker, NoAnswer
from feedback.shadow.challengers import Challengers
from feedback.shadow.child import NOT_REPEATED, answer
from feedback.shadow.queueing import ShadowQueue, in_share
from feedback.shadow.runner import ShadowRunner
from ml.lifecycle.actions import make_live
from ml.service import open_service
from ml.training.build import build_bundle
from settings import Settings
from store.db import open_store
from store.outcome_records import OUTCOME, Event
from store.outcomes.shadow_records import Challenger
from tests.small import people, pushed, trained_of


def trained(c: float, columns=("income", "debt")):
    frame = people()[list(columns)]
    truth = pd.Series(np.where(pushed(people()) > 0.5, "yes", "no"))
    estimator = LogisticRegression(C=c).fit(frame[:300], truth[:300])
    return trained_of("pay", estimator, frame, truth, 300, title="Will pay?")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    live = build_bundle(trained(1.0), folder)
    made = [build_bundle(trained(0.001), folder, action="hold")]
    made.append(build_bundle(trained(1.0, ("income", "debt", "shoe_size")), folder, action="hold"))
    return SimpleNamespace(folder=folder, live=live, other=made[0], wider=made[1])


@pytest.fixture
def shop(template, tmp_path):
    settings = Settings(models_dir=template.folder, var_dir=tmp_path, auth="none")
    server = create_server(settings)
    server.extensions["likely-mover"].move()  # fetches the key of the values, as its thread does
    store = open_store(settings.database_url)
    sealer = Sealer(lambda: store.secrets.get(KEY, new_key))
    feedback = Feedback(open_service(template.folder), store, sealer)
    asked = Asker(template.folder)
    made = ShadowRunner(store, sealer, asked, template.folder, tmp_path / "lock")
    yield SimpleNamespace(
        **vars(template), client=Client(server), mover=server.extensions["likely-mover"], store=store, runner=made,
        feedback=feedback, challengers=Challengers(feedback, AuditLog(store)), asker=asked, table=store.outcomes.shadow,
        server=server,
    )  # fmt: skip
    asked.stop()


def predict(shop, count, **more):
    records = [{"income": 20.0 + at, "debt": 5.0} | more for at in range(count)]
    answered = shop.client.post("/api/v1/models/pay/predict", json=records)
    assert answered.status_code == 200, answered.text
    shop.mover.move()
    return answered


def run(shop):
    while shop.runner.step():
        pass


# ---- who is asked
def test_the_share_is_kept_and_the_same_for_each_id():
    ids = [f"019ac1f2d3e4{at:012x}-0" for at in range(20_000)]
    for share in (0.05, 0.2, 0.5):
        found = sum(in_share(each, share) for each in ids)
        assert abs(found - share * 20_000) < 5 * np.sqrt(20_000 * share * (1 - share))
    assert all(in_share(each, 1.0) for each in ids[:100])
    inside = {each for each in ids if in_share(each, 0.2)}
    assert inside <= {each for each in ids if in_share(each, 0.5)}
    # the first bytes of SHA-256 of "abc", FIPS 180-2
    assert not in_share("abc", 0xBA7816BF8F01 / 2**48)
    assert in_share("abc", 0xBA7816BF8F02 / 2**48)


def test_a_challenger_answers_what_it_would_have_answered(shop):
    shop.challengers.choose(shop.other, 1.0, "newer")
    answered = predict(shop, 30)
    assert {each["model"] for each in [answered.json]} == {shop.live}
    run(shop)
    said = shop.table.answers(shop.other)
    assert len(said) == 30
    alone = shop.client.post(
        f"/api/v1/models/{shop.other}/predict", json=[{"income": 20.0 + at, "debt": 5.0} for at in range(30)]
    )
    for at, each in enumerate(alone.json["predictions"]):
        found = said[f"{answered.headers['Decision-Id']}-{at}"]
        assert found == pytest.approx(each["probabilities"], abs=1e-12)
    counts = shop.table.counts(shop.other)
    assert (counts.answered, counts.failed, counts.waiting) == (30, 0, 0)
    assert 0 < counts.seconds[0] < 1
    assert 0 < counts.beside[0] < 1


def test_only_the_share_is_asked_and_nothing_without_a_challenger(shop):
    predict(shop, 10)
    assert shop.table.counts(shop.other).waiting == 0
    shop.challengers.choose(shop.other, 0.2, "newer")
    time.sleep(runner.PAUSE)  # until it is asked again who is a challenger
    answered = predict(shop, 200)
    wanted = {f"{answered.headers['Decision-Id']}-{at}" for at in range(200)}
    run(shop)
    assert set(shop.table.answers(shop.other)) == {each for each in wanted if in_share(each, 0.2)}


def test_what_the_challenger_said_is_in_no_answer(shop):
    before = predict(shop, 5).json
    shop.challengers.choose(shop.other, 1.0, "newer")
    after = predict(shop, 5).json
    run(shop)
    assert after == before
    assert shop.other.partition("@")[2] not in shop.client.get("/api/v1/models").text


# ---- broken ones
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import os, sys; sys.stdin.readline(); os._exit(3)", CRASHED),
        ("import os, signal, sys; sys.stdin.readline(); os.kill(os.getpid(), signal.SIGSEGV)", CRASHED),
        ("raise SystemExit", CRASHED),
        ("import sys, time; sys.stdin.readline(); time.sleep(60)", "It took longer than 0.3 s."),
        ("import time\nwhile True: print(end='x', flush=True); time.sleep(.05)", "It took longer than 0.3 s."),
    ],
    ids=["exits", "dies", "does not start", "stands still", "chatters"],
)  # fmt: skip
def test_a_challenger_that_ends_its_process_or_stands_still_changes_nothing(shop, code, error, tmp_path):
    broken = Asker(tmp_path, 0.3, 0.3 if "longer" in error else 20.0, 1.0, [sys.executable, "-c", code])
    shop.runner._asker = broken
    shop.challengers.choose(shop.other, 1.0, "newer")
    before = predict(shop, 3).json
    assert shop.runner.step()
    counts = shop.table.counts(shop.other)
    assert (counts.failed, counts.errors, counts.waiting) == (1, {error: 1}, 2)
    assert not shop.runner.step()  # it rests
    assert predict(shop, 3).json == before
    broken.stop()


def test_after_a_rest_it_is_asked_again_and_rests_longer_each_time(shop, monkeypatch, tmp_path):
    now = [1_000.0]
    monkeypatch.setattr(runner.time, "monotonic", lambda: now[0])
    shop.runner._asker = SimpleNamespace(ask=lambda *_: (_ for _ in ()).throw(NoAnswer(CRASHED)), stop=lambda: None)
    shop.challengers.choose(shop.other, 1.0, "newer")
    predict(shop, 5)
    rests = []
    for _ in range(4):
        assert shop.runner.step()
        rests.append(shop.runner._rests[shop.other][1] - now[0])
        assert not shop.runner.step()
        now[0] += rests[-1]
    assert rests == [1.0, 2.0, 4.0, 8.0]
    shop.runner._asker = shop.asker
    assert shop.runner.step()
    assert (shop.table.counts(shop.other).failed, shop.table.counts(shop.other).answered) == (4, 1)
    assert shop.other not in shop.runner._rests


def test_a_challenger_that_cannot_be_opened_says_so(shop, template, tmp_path):
    import shutil

    shutil.copytree(template.folder, tmp_path / "copy")
    (tmp_path / "copy" / "pay" / shop.other.partition("@")[2] / "program.json").write_text("{}")
    shop.runner._asker = Asker(tmp_path / "copy")
    shop.challengers.choose(shop.other, 1.0, "newer")
    predict(shop, 2)
    run(shop)
    counts = shop.table.counts(shop.other)
    assert (counts.answered, counts.failed) == (0, 2)
    assert "program.json" in next(iter(counts.errors))
    shop.runner._asker.stop()


def test_a_challenger_that_needs_more_values_says_which(shop):
    shop.challengers.choose(shop.wider, 1.0, "more columns")
    predict(shop, 2)
    run(shop)
    assert shop.table.counts(shop.wider).errors == {"It cannot take the record: shoe_size.": 2}


def test_what_an_estimator_raises_tells_no_values(shop, monkeypatch):
    service = open_service(shop.folder)
    monkeypatch.setattr(
        service, "score_each", lambda *_: (_ for _ in ()).throw(ValueError("the income of Ann is 12345"))
    )
    asked = {
        "live": shop.live,
        "challenger": shop.other,
        "record": {"income": 1, "debt": 1},
        "said": {"yes": 1, "no": 0},
    }
    assert answer(service, asked) == {"error": NOT_REPEATED}


def test_a_question_that_the_live_version_answers_otherwise_is_not_compared(shop):
    asked = {"live": shop.live, "challenger": shop.other, "record": {"income": 50, "debt": 5}}
    service = open_service(shop.folder)
    said = dict(zip(("no", "yes"), service.score(shop.live, [asked["record"]]).scores[0].probabilities, strict=True))
    assert answer(service, asked | {"said": said})["probabilities"].keys() == {"no", "yes"}
    assert answer(service, asked | {"said": {"no": 0.5, "yes": 0.5}}) == {"error": NOT_REPEATED}
    blank = {"income": 50}
    average = dict(
        zip(("no", "yes"), service.score(shop.live, [blank], "average").scores[0].probabilities, strict=True)
    )
    found = answer(service, asked | {"record": blank, "said": average})["probabilities"]
    other = service.score(shop.other, [blank], "average").scores[0].probabilities
    assert tuple(found.values()) == pytest.approx(other, abs=1e-12)


def test_the_process_is_modest_and_knows_no_secret(shop, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@host/db")
    shop.challengers.choose(shop.other, 1.0, "newer")
    predict(shop, 1)
    run(shop)
    child = shop.asker._process.pid
    assert os.getpriority(os.PRIO_PROCESS, child) == 19
    assert os.sched_getscheduler(child) == os.SCHED_IDLE
    assert os.getsid(child) == child != os.getsid(0)
    group = Path(f"/proc/{child}/autogroup")  # only where the kernel groups processes by session
    assert not group.exists() or group.read_text().endswith("nice 19\n")
    assert b"secret" not in Path(f"/proc/{child}/environ").read_bytes()
    shop.challengers.stop("pay", "enough")
    assert not shop.runner.step()
    assert shop.asker._process is None


def test_a_database_that_is_away_does_not_reach_who_decides():
    def away():
        raise RuntimeError("no database")

    ShadowQueue(away).observe([(SimpleNamespace(model="pay@1"), None)])


def test_too_many_that_wait_are_left_out(shop, monkeypatch):
    monkeypatch.setattr("feedback.shadow.queueing.MOST_WAITING", 3)
    shop.challengers.choose(shop.other, 1.0, "newer")
    predict(shop, 8)
    assert shop.challengers.state("pay").challenger.left_out == 5
    assert shop.table.counts(shop.other).waiting == 3


# ---- chosen and judged
def test_choosing_and_stopping_stand_in_the_audit_log(shop):
    with use_request(Request(Caller("ann", frozenset(Permission)), Permission.VERSIONS, "r-1")):
        shop.challengers.choose(shop.other, 0.2, "more customers")
        shop.challengers.stop("pay", "decided")
    stopped, chosen = shop.store.audit.newest(2)
    assert (chosen.who, chosen.what, chosen.about, chosen.why) == ("ann", "challenger chosen", "pay", "more customers")
    assert shop.other in chosen.after
    assert "20" in chosen.after
    assert (stopped.what, stopped.why, stopped.before) == ("challenger stopped", "decided", chosen.after)


def test_what_cannot_be_a_challenger(shop):
    for key, share, words in (
        (shop.live, 1.0, "is the live version"),
        (shop.other, 0.0, "accepted: above 0"),
        (shop.other, 1.5, "accepted"),
    ):
        with pytest.raises(BadChallenger, match=words):
            shop.challengers.choose(key, share, "newer")
    with pytest.raises(NoReason):
        shop.challengers.choose(shop.other, 1.0, " ")
    with pytest.raises(BadChallenger, match="has no challenger"):
        shop.challengers.stop("pay", "enough")
    closed = Challengers(Feedback(shop.feedback.service, shop.store, None), AuditLog(shop.store))
    with pytest.raises(BadChallenger, match="values of decisions are not kept"):
        closed.choose(shop.other, 1.0, "newer")


def test_it_is_judged_by_what_came_of_decisions_that_both_answered(shop):
    shop.challengers.choose(shop.other, 1.0, "newer")
    answered = predict(shop, 300)
    run(shop)
    draw = np.random.default_rng(1)
    said = shop.table.answers(shop.other)
    ids = [f"{answered.headers['Decision-Id']}-{at}" for at in range(300)]
    truth = np.array([draw.random() < said[each]["yes"] for each in ids])
    shop.store.outcomes.events.append(
        [
            Event(f"{at:040d}", "pay", OUTCOME, each, outcome="yes", value=float(came))
            for at, (each, came) in enumerate(zip(ids, truth, strict=True))
        ]
    )
    state = shop.challengers.state("pay")
    found = shop.challengers.judged(state)["yes"]
    assert (found["outcomes"], found["came"]) == (300, int(truth.sum()))
    second = np.array([said[each]["yes"] for each in ids])
    first = np.array([each["probabilities"]["yes"] for each in answered.json["predictions"]])
    both = (np.clip(each, 0.001, 0.999) for each in (first, second))  # one sure error is not to outweigh all else
    loss = [-np.mean(np.where(truth, np.log(p), np.log(1 - p))) for p in both]
    assert found["log_loss"]["champion"] == pytest.approx(loss[0], abs=1e-9)
    assert found["log_loss"]["challenger"] == pytest.approx(loss[1], abs=1e-9)
    assert found["log_loss"]["difference"] == pytest.approx(loss[1] - loss[0], abs=1e-9)


def test_a_challenger_that_went_live_is_none(shop, tmp_path):
    shop.challengers.choose(shop.other, 1.0, "newer")
    assert shop.challengers.state("pay").challenger.version == shop.other
    before = shop.live.partition("@")[2]
    try:
        make_live(shop.folder, "pay", shop.other.partition("@")[2])
        assert shop.challengers.state("pay") is None
        predict(shop, 3)  # it decides itself now
        assert shop.table.counts(shop.other).waiting == 0
    finally:
        make_live(shop.folder, "pay", before)


def test_the_first_answer_may_take_as_long_as_loading_does(tmp_path):
    assert asker.FIRST > asker.LIMIT
    code = (
        "import sys, time\n"
        "for at, line in enumerate(sys.stdin):\n"
        "    time.sleep(.4 if at == 0 else 0)\n"
        "    print('{}', flush=True)"
    )
    slow = Asker(tmp_path, 0.2, 20.0, 1.0, [sys.executable, "-c", code])
    assert slow.ask("a@1", "a@2", {}, {}) == {}
    assert slow.ask("a@1", "a@2", {}, {}) == {}
    slow.stop()


def test_the_challenger_of_one_model_is_not_that_of_another():
    table = SimpleNamespace(
        challengers=lambda: {"loan": Challenger("loan", "loan@2", 1.0)},
        queued=[],
        queue=lambda of, most: table.queued.append(of),
    )
    made = [
        (SimpleNamespace(id=f"{at}-0", model=model, sealed="x", probabilities={"Y": 0.5}), None)
        for at, model in enumerate(("loan@1", "pay@1", "loan@2"))
    ]
    made.append((SimpleNamespace(id="9-0", model="loan@1", sealed=None, probabilities={"Y": 0.5}), None))
    ShadowQueue(lambda: table).observe(made)
    assert table.queued == [{"loan@2": ["0-0"]}]


def test_a_challenger_that_computes_on_and_on_is_ended(shop, tmp_path):
    """By the clock of the processor, in the process itself: so it ends also where nobody waits for it any more."""
    code = (
        "import sys, json, signal\n"
        "asked = json.loads(sys.stdin.readline())\n"
        "signal.setitimer(signal.ITIMER_PROF, asked['limit'])\n"
        "while True: pass"
    )
    busy = Asker(tmp_path, 0.2, 0.2, 100.0, [sys.executable, "-c", code])
    with pytest.raises(NoAnswer, match=r"It took longer than 0\.2 s\."):
        busy.ask("a@1", "a@2", {}, {})
    assert busy._process is None
