"""``python -m ml versions | promote | rollback | remove`` and ``add --hold`` say what they do."""

import io
import json
import shutil
import sys

import joblib
import pandas as pd
import pytest

from ml.cli import FAILED, OK
from ml.cli.commands import main
from ml.service import open_service
from ml.training.build import build_bundle
from store.db import open_store
from tests.unit.test_lifecycle import trained


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two versions of a model, the second one live: made once, and copied for each test."""
    models = tmp_path_factory.mktemp("made")
    return models, *(build_bundle(trained(c), models, by="anna").split("@")[1] for c in (1.0, 0.1))


@pytest.fixture
def pay(made, tmp_path):
    models = shutil.copytree(made[0], tmp_path / "models", symlinks=True)
    return models, *made[1:]


def test_versions_shows_what_is_there_and_what_was_live_when(pay, capsys):
    models, first, second = pay
    assert main(["promote", f"pay@{first}", "--why", "fewer complaints", "--by", "ben"], models) == OK
    capsys.readouterr()
    assert main(["versions", "pay"], models) == OK
    said = capsys.readouterr().out
    top, past = said.split("\n\n")[1:3]
    assert said.startswith(f"pay: 2 versions, {first} is live\n")
    row = next(line for line in top.splitlines() if line.startswith("*"))
    assert f"  {first}  " in row
    assert "  live " in row
    assert " compiled " in row
    assert " 150 " in row
    assert any(f"  {second}  " in line and "  was live " in line for line in top.splitlines())
    assert past.splitlines()[-1].endswith(f"promote        {first}  now               ben   fewer complaints")
    assert len(past.splitlines()) == 4


def test_versions_for_programs_is_json(pay, capsys):
    models, first, second = pay
    assert main(["versions", "pay", "--json"], models) == OK
    found = json.loads(capsys.readouterr().out)
    assert (found["name"], found["live"], found["unreadable"]) == ("pay", second, [])
    assert [each["fingerprint"] for each in found["events"]] == [first, second]
    assert {each["fingerprint"]: each["state"] for each in found["versions"]} == {first: "was live", second: "live"}


def test_a_broken_version_is_shown_beside_the_others(pay, capsys):
    models, first, second = pay
    (models / "pay" / first / "golden.json").write_text("[]")
    assert main(["versions", "pay"], models) == OK
    said = capsys.readouterr().out
    assert "was live, broken" in said
    assert f"{first} does not serve: pay@{first}: golden.json has 2 bytes" in said
    assert f"*  {second}" in said


def test_what_a_history_holds_does_not_steer_the_terminal(pay, capsys):
    models, *_ = pay
    path = models / "pay" / "history.jsonl"
    path.write_text(path.read_text().replace('"why": ""', '"why": "\\u001b[2J\\n* 00000000"'))
    assert main(["versions", "pay"], models) == OK
    assert "\x1b" not in capsys.readouterr().out


def test_rollback_says_what_is_live_now(pay, capsys):
    models, first, second = pay
    assert main(["rollback", "pay"], models) == OK
    assert capsys.readouterr().out == f"pay@{first} is live; before it pay@{second} was\n"
    assert main(["rollback", "pay"], models) == FAILED
    assert "python -m ml promote pay@FINGERPRINT" in capsys.readouterr().err
    assert main(["promote", f"pay@{first}"], models) == OK
    assert "is live already" in capsys.readouterr().out


def test_remove_asks_before_a_whole_model_goes(pay, capsys, monkeypatch):
    models, first, second = pay
    assert main(["remove", f"pay@{second}"], models) == FAILED
    assert "Promote another first" in capsys.readouterr().err
    assert main(["remove", f"pay@{first}"], models) == OK
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))  # a pipe is nobody who was asked
    assert main(["remove", "pay"], models) == FAILED
    assert "with 1 version. Say --yes" in capsys.readouterr().err

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    assert main(["remove", "pay"], models) == FAILED
    assert open_service(models).names() == ("pay",)
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    assert main(["remove", "pay"], models) == OK
    assert open_service(models).names() == ()


def test_records_that_were_loaded_go_with_their_model(pay, capsys):
    models, *_ = pay

    sizes = {"pay": 12, "other": 3}

    class BookStore:
        def size(self, model):
            return sizes.get(model)

        def clear(self, model):
            del sizes[model]

    assert main(["remove", "pay", "--yes"], models, BookStore) == OK
    assert "and its 12 loaded records" in capsys.readouterr().out
    assert sizes == {"other": 3}


def test_cut_offs_that_were_chosen_go_with_their_model(pay, capsys):
    models, *_ = pay
    store = open_store(f"sqlite:///{models / 'likely.db'}")
    store.set_cutoff("pay", "good", 0.3, before=0.5, reason="a test")
    store.set_cutoff("other", "good", 0.4, before=0.5, reason="a test")
    assert main(["remove", "pay", "--yes"], models, forget_chosen=store.forget_cutoffs) == OK
    assert capsys.readouterr().out.endswith(", and 1 chosen cut-off\n")
    assert (store.cutoffs("pay").get("good"), store.cutoffs("other").get("good")) == (None, 0.4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["promote", "pay"], "names no version. Write NAME@FINGERPRINT"),
        (["promote", "pay@00000000"], "There is no version 'pay@00000000'"),
        (["promote", "nope@00000000"], "There is no version"),
        (["remove", "nope", "--yes"], "There is no model 'nope'. Known models: pay."),
        (["rollback", "nope"], "There is no model 'nope'"),
        (["versions", "nope"], "There is no model 'nope'"),
        (["versions", "../models"], "There is no model '../models'"),
        (["rollback", "pay", "--by", "x" * 201], "one line of up to 200 characters"),
    ],
)
def test_what_is_not_there_is_said(pay, words, said, capsys):
    models, _, second = pay
    assert main(words, models) == FAILED
    assert said in capsys.readouterr().err
    assert (models / "pay" / "live").read_text().strip() == second


def test_add_hold_says_how_to_promote(pay, tmp_path, capsys):
    models, _, second = pay
    made = trained(0.3)
    joblib.dump(made.estimator, tmp_path / "pay.joblib")
    made.training.assign(paid="yes").to_csv(tmp_path / "training.csv", index=False)
    pd.concat([made.holdout, made.truth.rename("paid")], axis=1).to_csv(tmp_path / "holdout.csv", index=False)
    words = ["add", "pay", "--estimator", str(tmp_path / "pay.joblib"), "--trust-pickle", "--truth", "paid"]
    words += ["--data", str(tmp_path / "training.csv"), "--holdout", str(tmp_path / "holdout.csv")]
    assert main([*words, "--hold", "--why", "a challenger"], models) == OK
    said = capsys.readouterr().out
    key = next(line.split()[0] for line in said.splitlines() if "is held, not live" in line)
    assert f"make it live: python -m ml promote {key}" in said
    assert "/pay/performance, under Versions" in said
    assert (models / "pay" / "live").read_text().strip() == second
    assert main(["promote", key], models) == OK
    assert open_service(models).model("pay").key == key
    assert main(["versions", "pay"], models) == OK
    assert "a challenger" in capsys.readouterr().out
