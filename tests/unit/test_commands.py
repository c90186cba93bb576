"""The command line says what it does, names what is missing, and gives the service's numbers."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier

from auth.accounts import Accounts
from auth.audit_log import AuditLog
from ml.add import add_model
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import _parser, main
from ml.cli.examples import OF_COMMANDS
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from store.accounts.account_records import Person
from store.db import open_store


def test_predict_prints_label_and_probabilities(models_dir, service, capsys):
    code = main(["predict", "iris", "--sl", "5.1", "--sw", "3.5", "--pl=1.4", "--petal-width", "0.2"], models_dir)
    label, *lines = capsys.readouterr().out.splitlines()
    score = service.score("iris", [{"sl": 5.1, "sw": 3.5, "pl": 1.4, "pw": 0.2}]).scores[0]
    assert (code, label) == (OK, "setosa")
    printed = {name: float(number) for name, number in map(str.split, lines)}
    assert printed == dict(zip(("setosa", "versicolor", "virginica"), score.probabilities, strict=True))


def test_predict_names_every_value_that_is_missing_or_wrong(models_dir, capsys):
    code = main(["predict", "iris", "--sl", "5.1", "--sw", "abc", "--pl", "99"], models_dir)
    said = capsys.readouterr().err
    assert code == BAD_INPUT
    assert "--sepal_width: “abc” is not a number." in said
    assert "--petal_length: “99” is above 20." in said
    assert "--petal_width: A value is needed." in said


def test_predict_flags_what_the_model_has_not_seen(models_dir, capsys):
    assert main(["predict", "iris", "--sl", "15", "--sw", "3.5", "--pl", "1.4", "--pw", "0.2"], models_dir) == OK
    assert "sepal_length: The model has seen 4.3 to 7.9." in capsys.readouterr().err


def test_predict_lists_the_features_as_options(models_dir, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["predict", "bank-products", "--help-me"], models_dir)
    assert stopped.value.code == 2
    assert "--family_size" in capsys.readouterr().err


def test_a_loan_may_be_asked_with_gaps(models_dir, capsys):
    assert main(["predict", "loan", "--Loan_ID", "LP1", "--Credit_History", "Debts paid"], models_dir) == OK
    assert capsys.readouterr().out.splitlines()[0] == "Y"


def test_an_unknown_model_is_answered_with_the_known_ones(models_dir, capsys):
    assert main(["predict", "nope"], models_dir) == FAILED
    assert "Known models: bank-products, breast-cancer, iris, loan." in capsys.readouterr().err


def test_list_and_check_name_every_model(models_dir, capsys):
    assert main(["list"], models_dir) == OK
    assert main(["check"], models_dir) == OK
    said = capsys.readouterr().out
    for name in ("bank-products", "breast-cancer", "iris", "loan"):
        assert f"{name}@" in said
        assert f"{name}: serves" in said


def test_train_says_where_it_stands_and_missing_leaves_what_is_there(tmp_path, capsys):
    assert main(["train", "iris"], tmp_path) == OK
    assert "[1/1] iris" in capsys.readouterr().out
    before = (tmp_path / "iris" / "live").read_text()
    assert main(["train", "iris", "--missing"], tmp_path) == OK
    assert "All models are there already" in capsys.readouterr().out
    assert (tmp_path / "iris" / "live").read_text() == before


def test_train_refuses_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["train", "loan", "--data", str(tmp_path / "nope.csv")], tmp_path) == FAILED
    assert "nope.csv cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["nope"], ["score", "iris"], ["list", "--nope"]])
def test_words_that_say_nothing_are_refused(tmp_path, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words, tmp_path)
    assert stopped.value.code == BAD_INPUT
    assert capsys.readouterr().err


def test_a_file_for_all_models_at_once_is_refused(tmp_path, capsys):
    assert main(["train", "--data", "x.csv"], tmp_path) == FAILED
    assert "belongs to one model" in capsys.readouterr().err


def test_features_may_be_called_like_options_and_like_each_other(tmp_path, capsys):
    names = ["help", "h", "a b", "a-b", "x=1"]
    frame = pd.DataFrame(np.arange(50.0).reshape(10, 5) % 7, columns=names)
    truth = pd.Series(["no", "yes"] * 5)
    model = DecisionTreeClassifier(random_state=0).fit(frame, truth)
    schema, outcomes = infer_schema(frame), outcomes_of(model)
    build_bundle(Trained("odd", "Odd", "", model, schema, outcomes, frame, frame, truth), tmp_path)
    row = frame.iloc[3]
    given = [word for name in names[1:] for word in (f"--{name}", str(row[name]))]
    assert main(["predict", "odd", *given], tmp_path) == BAD_INPUT
    assert capsys.readouterr().err == "error: --help: A value is needed. Accepted: a whole number.\n"


def test_a_setting_that_cannot_be_used_is_named(tmp_path):
    words = [sys.executable, "-m", "ml", "list"]
    ended = subprocess.run(words, env=os.environ | {"PORT": "abc"}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "error: PORT is 'abc'; accepted: a whole number from 1 to 65535.\n"


@pytest.mark.parametrize("command", [None, *OF_COMMANDS])
def test_examples_in_the_help_are_commands_that_are_accepted(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"] if command else ["--help"], Path())
    assert stopped.value.code == 0
    said = re.sub(r"\\\n\s+", "", capsys.readouterr().out.partition("examples:\n")[2])
    examples = [line.partition("   ")[0].split(";")[0] for line in map(str.strip, said.splitlines())]
    words = [shlex.split(line)[3:] for line in examples if line.startswith("python -m ml ") and "NAME" not in line]
    assert words
    for each in words:
        if "COMMAND" not in each:
            _parser().parse_known_args(each)


class Talks(ClassifierMixin, BaseEstimator):
    """Prints and warns whenever it is asked."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        print("asked")
        p = 1 / (1 + np.exp(-X.sum(axis=1).to_numpy()))
        return np.c_[1 - p, p]

    def predict(self, X):
        return self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)]


def test_features_of_any_name_and_an_estimator_that_prints(tmp_path, capsys):
    names = ["help", "a=b", "-", "--in", "h", "%d", "größe 🚲"]
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(60, len(names))), columns=names)
    end = np.where(X["help"] > 0, "up", "down")
    model = Talks().fit(X[:40], end[:40])
    add_model("odd", model, X[:40], X[40:], end[40:], models=tmp_path, trust=[f"{__name__}.Talks"])
    want = model.predict_proba(X[40:41])[0]
    capsys.readouterr()
    row = X.iloc[40]
    for words in (
        [f"--{n}={v}" for n, v in row.items()],
        [each for n, v in row.items() for each in (f"--{n}", str(v))],
    ):
        assert main(["predict", "odd", *words], tmp_path) == OK
        label, *lines = capsys.readouterr().out.splitlines()
        assert label == ("up" if want[1] > 0.5 else "down")
        assert [float(line.split()[1]) for line in lines] == pytest.approx(want, abs=1e-12)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sl"], "expected one argument"),
        (["--sl", "--sw", "1"], "argument --sl: expected one argument"),
        (["--colour", "red"], "unrecognized arguments: --colour"),
        (["5.1"], "unrecognized arguments: 5.1"),
    ],
)
def test_a_word_that_is_no_feature_is_refused(words, said, models_dir, capsys):
    with pytest.raises(SystemExit):
        main(["predict", "iris", *words], models_dir)
    assert said in capsys.readouterr().err


def test_people_are_invited_and_listed(models_dir, tmp_path, capsys):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    accounts = Accounts(store, AuditLog(store))

    def run(*words):
        code = main(["people", *words], models_dir, accounts=lambda: accounts)
        return code, capsys.readouterr()

    code, said = run("add", "Ann@Shop.example", "--role", "manager")
    token = said.out.rpartition("/account/invitation/")[2].strip()
    assert (code, accounts.invited(token).role) == (OK, "manager")
    code, said = run("add", "ann@shop.example")  # a new link; the role stays
    assert accounts.invited(token) is None
    assert run("list")[1].out.split() == ["ann@shop.example", "invited", "manager"]
    store.people.add(Person("1", "eve", "", {"loan": "seller"}, identity="https://login.example 1"))
    assert run("list")[1].out.splitlines()[1].split() == ["eve", "signs", "in", "no", "role,", "seller", "of", "loan"]
    code, said = run("add", "bob", "--role", "boss")
    assert (code, "There is no role “boss”. Roles: viewer" in said.err) == (FAILED, True)
