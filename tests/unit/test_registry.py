"""The pointer names a version that is there, or the model says what is wrong with it."""

import pytest

from ml.errors import BrokenModel
from ml.lifecycle.registry import Registry, set_live
from ml.service import open_service


@pytest.fixture
def models(tmp_path):
    for fingerprint in ("0a1b2c3d", "99999999"):
        (tmp_path / "churn" / fingerprint).mkdir(parents=True)
    set_live(tmp_path, "churn", "0a1b2c3d")
    return tmp_path


def test_a_swapped_pointer_is_seen_at_once(models):
    registry = Registry(models)
    assert registry.live("churn") == "churn@0a1b2c3d"
    set_live(models, "churn", "99999999")
    assert registry.live("churn") == "churn@99999999"


@pytest.mark.parametrize("written", [b"zzz", b"", b"\xff\xfe", b"deadbeef", b"../churn", b"0a1b2c3d\n99999999"])
def test_a_pointer_to_nothing_is_named_with_the_versions_that_are_there(models, written):
    (models / "churn" / "live").write_bytes(written)
    with pytest.raises(BrokenModel, match=r"churn: the file 'live' names .* 0a1b2c3d, 99999999"):
        Registry(models).live("churn")


def test_a_pointer_to_nothing_leaves_the_other_models_alone(models_dir, tmp_path):
    for name in ("iris", "loan"):
        (tmp_path / name).symlink_to(models_dir / name)
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn" / "live").write_text("zzz")
    faults = open_service(tmp_path).check()
    assert {name: fault is None for name, fault in faults.items()} == {"churn": False, "iris": True, "loan": True}


def test_a_pointer_that_was_mended_serves_without_a_restart(models):
    registry = Registry(models)
    set_live(models, "churn", "deadbeef")
    with pytest.raises(BrokenModel):
        registry.live("churn")
    set_live(models, "churn", "0a1b2c3d")
    assert registry.live("churn") == "churn@0a1b2c3d"
