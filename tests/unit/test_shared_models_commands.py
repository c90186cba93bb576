"""Commands reach all instances: upload, list, versions, promote, trust; and the service says what it waits for."""

from __future__ import annotations

import json

import pytest
from plotly.utils import PlotlyJSONEncoder

from callbacks import router
from layouts.pages import home
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from ml.lifecycle.model_folder import versions_in
from ml.training.build import build_bundle
from ml.trust.record import Trusted, allow, trusted_of
from services import open_services
from settings import Settings
from tests.instances import Cluster, trained
from tests.unit.test_shared_models import cluster, template  # noqa: F401 - fixtures


def test_each_command_sees_what_others_did(cluster, capsys):  # noqa: F811
    two = cluster.two.folder
    assert main(["list"], two) == OK
    assert capsys.readouterr().out.startswith(f"pay@{cluster.second}  Pay: 2 features")
    assert main(["promote", f"pay@{cluster.held}", "--why", "better"], two) == OK
    assert main(["versions", "pay", "--json"], cluster.one.folder) == OK
    told = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert told["live"] == cluster.held
    assert {each["fingerprint"]: each["state"] for each in told["versions"]} == {
        cluster.first: "was live", cluster.second: "was live", cluster.held: "live"
    }  # fmt: skip
    assert main(["rollback", "pay"], cluster.one.folder) == OK
    assert main(["remove", f"pay@{cluster.held}"], two) == OK
    assert main(["sync"], cluster.one.folder) == OK
    assert capsys.readouterr().out.splitlines()[-1] == f"pay@{cluster.second} is live"
    assert cluster.held not in versions_in(cluster.one.folder / "pay")


def test_a_folder_of_models_is_uploaded_with_what_it_may_load(tmp_path, capsys):
    own, cluster = tmp_path / "own", Cluster(tmp_path)  # noqa: F811
    made = [build_bundle(trained(c), own, by="ben").partition("@")[2] for c in (1.0, 0.1)]
    told = Trusted(frozenset({"shop.Ratio"}))
    allow(own, "pay", told)
    assert main(["upload"], cluster.one.folder, own_models=own) == OK
    said = capsys.readouterr().out.splitlines()
    assert said == [f"pay@{made[0]} is held, not live", f"pay@{made[1]} is live"]
    assert main(["sync"], cluster.two.folder) == OK
    assert cluster.two.live() == f"pay@{made[1]}"
    assert trusted_of(cluster.two.folder, "pay") == told
    assert versions_in(own / "pay") == sorted(made)


def test_an_upload_mends_what_is_damaged_there(cluster, tmp_path, capsys):  # noqa: F811
    (cluster.bucket / "pay" / cluster.second / "card.json").write_text("{}")
    assert main(["sync"], cluster.two.folder) == FAILED
    assert "card.json" in capsys.readouterr().out
    assert main(["upload", "pay"], cluster.one.folder, own_models=tmp_path / "none") == OK
    assert f"pay@{cluster.second} is uploaded again" in capsys.readouterr().out
    assert main(["sync"], cluster.two.folder) == OK


@pytest.mark.parametrize("words", [["upload"], ["sync"]])
def test_without_a_storage_there_is_nothing_to_share(words, tmp_path, capsys):
    assert main(words, tmp_path) == FAILED
    assert "MODELS_URL is not set" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nobody", "../pay", "Pay"])
def test_a_model_that_is_nowhere_is_not_uploaded(cluster, name, tmp_path, capsys):  # noqa: F811
    assert main(["upload", name], cluster.one.folder, own_models=tmp_path / "none") in (FAILED, BAD_INPUT)
    assert "There is no model" in capsys.readouterr().err


def test_the_service_says_what_it_waits_for_and_then_serves(cluster):  # noqa: F811
    settings = Settings(
        var_dir=cluster.home / "var", models_url=cluster.url, database_url=cluster.store._url, demo_models="auto"
    )
    services = open_services(settings)
    try:
        assert services.demo is None
        assert services.faults()["models"] == "The store has not said yet which models there are."
        cluster.lose_bucket()
        services.sync.catch_up()
        told = services.faults()
        assert told["models"] == "None of them serves."
        assert told["model pay"].startswith(f"pay@{cluster.second} is not here yet: the object storage")
        shown = json.dumps(home.page(router.models(services.service)).to_plotly_json(), cls=PlotlyJSONEncoder)
        assert f"pay@{cluster.second} is not here yet: the object storage" in shown
        cluster.find_bucket()
        services.sync.catch_up()
        assert set(services.faults().values()) == {None}
    finally:
        services.store._engine().dispose()


def test_models_are_served_from_the_cache_only_where_they_are_shared():
    assert str(Settings.from_environ({"MODELS_DIR": "/m"}).models_folder) == "/m"
    shared = Settings.from_environ({"MODELS_DIR": "/m", "VAR_DIR": "/v", "MODELS_URL": "s3://bucket/models?key=hidden"})
    assert str(shared.models_folder) == "/v/models"
    assert "hidden" not in repr(shared)
    assert Settings.from_environ(shared.to_environ()).models_folder == shared.models_folder
