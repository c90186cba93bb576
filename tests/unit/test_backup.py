"""A restored backup is what was: every table, from and into either database, also of a store that is in use."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import stat
import threading
import zipfile

import pytest
from sqlalchemy import DateTime, Float, Integer, String, Text, insert, select
from sqlalchemy.types import BigInteger

from ml.cli import FAILED, OK
from ml.cli.commands import main
from ml.cli.instances.backup import Parts
from ml.lifecycle.actions import make_live
from ml.lifecycle.model_folder import pointed, versions_in
from ml.lifecycle.state import live_of
from ml.service import open_service
from ml.training.build import build_bundle
from ml.trust.record import Trusted, allow, trusted_of
from store.accounts.account_records import AuditEvent
from store.backup.contents import CREDENTIALS, LEFT_OUT, tables
from store.backup.store_backup import NotRestored
from store.db import open_store
from store.tables import metadata
from tests.faults.places import database
from tests.instances import Cluster, trained

KINDS = ("sqlite", "postgresql")
COUNTED = ("cutoff_changes", "audit", "model_history")  # PostgreSQL counts their keys up itself
ODD = ["a", "", "ä €\u2028 \U0001f642", 'quote " and \\ and \n', "x" * 40, "0", "-"]


@pytest.fixture
def store(tmp_path):
    """Opens stores of either database, each empty and of its own."""
    numbers, opened, ended = itertools.count(), [], []

    def opens(kind):
        folder = tmp_path / f"store{next(numbers)}"
        folder.mkdir()
        context = database(kind, folder)
        opened.append(open_store(context.__enter__()))
        ended.append(context)
        return opened[-1]

    yield opens
    for each, context in zip(opened, ended, strict=True):
        each._engine().dispose()
        context.__exit__(None, None, None)


def value(column, number):
    """A value of a column; every third of those that may be missing is missing, and keys differ."""
    if column.nullable and number % 3 == 0:
        return None
    kind = column.type
    if isinstance(kind, DateTime):
        return dt.datetime(2026, 11, 26, 12, 30, number, 123456, tzinfo=dt.UTC)
    if isinstance(kind, Float):
        return number + 0.1 + 1e-9
    if isinstance(kind, (Integer, BigInteger)):
        return number * (2**33 if isinstance(kind, BigInteger) and not column.primary_key else 1) + 1
    if column.name in ("trusted", "versions", "roles", "scopes", "models"):
        return "{}"
    assert isinstance(kind, (String, Text)), column
    text = f"{number}{ODD[number % len(ODD)]}"
    return text[: kind.length] if kind.length else text


def fill(store, rows=11):
    """Rows in every table, whatever tables there are."""
    with store._engine().begin() as connection:
        for table in metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            counted = connection.dialect.name == "postgresql" and table.name in (
                "cutoff_changes",
                "audit",
                "model_history",
                "events",
            )
            skipped = {column.name for column in table.primary_key.columns} if counted else set()
            for number in range(rows):
                made = {column.name: value(column, number) for column in table.c if column.name not in skipped}
                connection.execute(insert(table).values(made))


def contents(store, left_out=()):
    """Rows by table, in an order that no collation decides."""
    names = [name for name in metadata.tables if name not in LEFT_OUT and name not in left_out]
    with store._engine().connect() as connection:
        found = {name: connection.execute(select(metadata.tables[name])).all() for name in names}
    return {name: sorted((tuple(map(_plain, row)) for row in rows), key=repr) for name, rows in found.items()}


def _plain(found):
    return found.replace(tzinfo=found.tzinfo or dt.UTC).astimezone(dt.UTC) if isinstance(found, dt.datetime) else found


def backup(store, **told):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        rows = store.backup.dump(Parts(archive), **{"with_secrets": True} | told)
    return zipfile.ZipFile(held), rows


@pytest.mark.parametrize(("from_", "into"), list(itertools.product(KINDS, KINDS)))
def test_a_restored_backup_is_what_was(store, from_, into):
    one, other = store(from_), store(into)
    fill(one)
    archive, rows = backup(one)
    assert set(rows) == set(contents(one))
    assert set(rows.values()) == {11}
    other.backup.load(Parts(archive), rows)
    assert contents(other) == contents(one)
    again, _ = backup(other)
    for name in archive.namelist():
        assert sorted(again.read(name).splitlines()) == sorted(archive.read(name).splitlines())


def test_every_table_is_in_a_backup_unless_it_is_named_with_its_reason():
    kept = {table.name for table in tables(with_secrets=True)}
    assert kept | set(LEFT_OUT) == set(metadata.tables)
    assert not kept & set(LEFT_OUT)
    assert {table.name for table in tables(with_secrets=False)} == kept - set(CREDENTIALS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_restored_store_goes_on_counting_and_its_instances_look_again(store, kind):
    one, other = store("sqlite"), store(kind)
    one.audit.append(AuditEvent("anna", "signed in", "", at=1.0))
    one.set_cutoff("loan", "Y", 0.3, before=0.5, reason="a test")
    archive, rows = backup(one)
    before = other.shared_models.token()
    other.backup.load(Parts(archive), rows)
    assert other.shared_models.token() not in ("", before)
    other.audit.append(AuditEvent("ben", "signed in", "", at=2.0))
    assert [event.who for event in other.audit.newest(10)] == ["ben", "anybody", "anna"]
    other.set_cutoff("loan", "Y", 0.4, before=0.3, reason="another")
    assert [change.after for change in other.cutoff_history("loan", "Y")] == [0.4, 0.3]


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_of_a_store_in_use_is_of_one_moment(store, kind):
    """A cut-off and its change are one transaction: in no backup stands one without the other."""
    one, stop = store(kind), threading.Event()

    def write():
        for number in itertools.count():
            if stop.is_set():
                return
            one.set_cutoff(f"m{number}", "Y", 0.3, before=0.5, reason="a test")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [backup(one)[1] for _ in range(12)]
    finally:
        stop.set()
        writer.join()
    assert found[-1]["cutoffs"] > found[0]["cutoffs"]
    assert all(rows["cutoffs"] == rows["cutoff_changes"] == rows["audit"] for rows in found)


def torn(rows):
    return rows | {"people": 12}


def strange(rows):
    return rows | {"tomorrow": 1}


@pytest.mark.parametrize("wrong", [torn, strange])
@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_restored_changes_nothing(store, kind, wrong):
    one, other = store("sqlite"), store(kind)
    fill(one)
    other.set_cutoff("loan", "Y", 0.3, before=0.5, reason="a test")
    before, (archive, rows) = contents(other), backup(one)
    with pytest.raises(NotRestored):
        other.backup.load(Parts(archive), wrong(rows))
    assert contents(other) == before


# ---- the commands


def run(words, store, models):
    return main(words, models, store_backup=lambda: store.backup)


def test_a_backup_says_what_it_holds_and_lets_nobody_in(store, tmp_path, capsys):
    one, other, models = store("sqlite"), store("sqlite"), tmp_path / "models"
    fill(one)
    file = tmp_path / "likely.zip"
    assert run(["backup", str(file)], one, models) == OK
    said = capsys.readouterr().out
    assert "11 people" in said
    assert "people sign in again" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() for table in CREDENTIALS if table in name]
    assert run(["restore", str(file), "--list"], other, models) == OK
    assert "11 people" in capsys.readouterr().out
    assert other.backup.has_rows() == []
    other.secrets.get("the key of cookies", lambda: "of a first start")
    assert run(["restore", str(file)], other, models) == OK
    assert contents(other, CREDENTIALS) == contents(one, CREDENTIALS)
    assert [contents(other)[name] for name in CREDENTIALS] == [[], [], []]


def test_a_store_that_holds_something_is_replaced_only_when_asked(store, tmp_path, capsys):
    one, other, models = store("sqlite"), store("sqlite"), tmp_path / "models"
    fill(one)
    file = tmp_path / "likely.zip"
    assert run(["backup", str(file), "--with-secrets"], one, models) == OK
    assert run(["backup", str(file)], one, models) == FAILED
    other.set_cutoff("loan", "Y", 0.3, before=0.5, reason="a test")
    assert run(["restore", str(file)], other, models) == FAILED
    assert "audit, cutoff_changes, cutoffs" in capsys.readouterr().err
    assert other.cutoffs("loan") == {"Y": 0.3}
    assert run(["restore", str(file), "--overwrite"], other, models) == OK
    assert contents(other) == contents(one)


def rewritten(file, **told):
    """The same backup with another head."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["backup.json"] = json.dumps(json.loads(parts["backup.json"]) | told).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


BAD = {
    "no ZIP": lambda file: file.write_bytes(b"no ZIP"),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-200]),
    "another ZIP": lambda file: zipfile.ZipFile(file, "w").close(),
    "a later format": lambda file: rewritten(file, format=2),
    "another step": lambda file: rewritten(file, step=3),
    "no numbers": lambda file: rewritten(file, tables={"people": "many"}),
    "not there": lambda file: file.unlink(),
}


@pytest.mark.parametrize("damage", BAD.values(), ids=BAD)
def test_a_file_that_is_no_backup_is_refused_in_words(store, tmp_path, capsys, damage):
    one = store("sqlite")
    file = tmp_path / "likely.zip"
    assert run(["backup", str(file)], one, tmp_path) == OK
    damage(file)
    capsys.readouterr()
    assert run(["restore", str(file)], one, tmp_path) == FAILED
    assert capsys.readouterr().err.startswith("error: ")


def test_a_damaged_part_is_found_before_anything_is_changed(store, tmp_path, capsys):
    one, file = store("sqlite"), tmp_path / "likely.zip"
    fill(one)
    assert run(["backup", str(file)], one, tmp_path) == OK
    before, data = contents(one), bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        part = max(archive.infolist(), key=lambda info: info.compress_size)
    name, extra = (
        int.from_bytes(data[part.header_offset + at : part.header_offset + at + 2], "little") for at in (26, 28)
    )
    data[part.header_offset + 30 + name + extra + part.compress_size // 2] ^= 1  # in its content, not in a header
    file.write_bytes(data)
    assert run(["restore", str(file), "--overwrite"], one, tmp_path) == FAILED
    assert "is damaged" in capsys.readouterr().err
    assert contents(one) == before


def test_models_beside_those_of_a_backup_keep_what_they_may_load(store, folder, tmp_path):
    one, file, there = store("sqlite"), tmp_path / "likely.zip", tmp_path / "there"
    there.mkdir()
    allow(there, "buy", Trusted(frozenset({"shop.Sum"})))
    assert run(["backup", str(file)], one, folder) == OK
    assert run(["restore", str(file)], one, there) == OK
    assert trusted_of(there, "buy") == Trusted(frozenset({"shop.Sum"}))
    assert trusted_of(there, "pay") == trusted_of(folder, "pay") != Trusted()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of models of its own: two versions, and permissions."""
    models = tmp_path_factory.mktemp("models")
    for c in (1.0, 0.1):
        build_bundle(trained(c), models, by="anna")
    allow(models, "pay", Trusted(frozenset({"shop.Ratio"})))
    return models


def test_pointers_histories_and_permissions_come_with_it_and_versions_where_asked_for(store, folder, tmp_path, capsys):
    one, file = store("sqlite"), tmp_path / "likely.zip"
    assert run(["backup", str(file)], one, folder) == OK
    assert run(["restore", str(file)], one, tmp_path / "there") == OK
    assert f"pay@{pointed(folder, 'pay')} is live, and its files are not here" in capsys.readouterr().out
    assert run(["backup", str(file), "--models", "--overwrite"], one, folder) == OK
    assert run(["restore", str(file)], one, tmp_path / "there") == FAILED
    assert run(["restore", str(file), "--overwrite"], one, tmp_path / "there") == OK
    there = tmp_path / "there"
    assert open_service(there).model("pay").key == open_service(folder).model("pay").key
    assert versions_in(there / "pay") == versions_in(folder / "pay")
    assert trusted_of(there, "pay") == trusted_of(folder, "pay")
    assert (there / "pay" / "history.jsonl").read_bytes() == (folder / "pay" / "history.jsonl").read_bytes()
    assert sorted(path.name for path in there.iterdir()) == ["pay", "trust.json"]


def test_shared_models_come_back_into_another_store_and_bucket(tmp_path, capsys):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, other, file = Cluster(tmp_path / "a"), Cluster(tmp_path / "b"), tmp_path / "likely.zip"
    made = [first.one.add(trained(c)) for c in (1.0, 0.1)]
    make_live(first.one.folder, "pay", made[0])
    assert run(["backup", str(file), "--models"], first.store, first.two.folder) == OK
    assert run(["restore", str(file)], other.store, other.one.folder) == OK
    assert other.two.catch_up() == []
    assert other.two.live() == f"pay@{made[0]}" == f"pay@{live_of(other.one.folder, 'pay')}"
    assert other.two.service.model(f"pay@{made[1]}").fingerprint == made[1]
    assert capsys.readouterr().err == ""
    plain = open_store(f"sqlite:///{tmp_path / 'plain.db'}")
    assert run(["restore", str(file)], plain, tmp_path / "plain") == OK  # where nobody shares
    assert open_service(tmp_path / "plain").model("pay").key == f"pay@{made[0]}"
    plain._engine().dispose()


def test_models_of_a_folder_are_not_shared_by_a_restore_and_it_says_so(store, folder, tmp_path, capsys):
    one, other, file = store("sqlite"), Cluster(tmp_path), tmp_path / "likely.zip"
    assert run(["backup", str(file), "--models"], one, folder) == OK
    assert run(["restore", str(file)], other.store, other.one.folder) == OK
    assert "restore it without MODELS_URL, then python -m ml upload" in capsys.readouterr().out
    assert other.one.service.names() == ()


def test_paths_of_a_backup_stay_in_the_folder_of_models(store, folder, tmp_path):
    one, file, there = store("sqlite"), tmp_path / "likely.zip", tmp_path / "in" / "there"
    assert run(["backup", str(file)], one, folder) == OK
    with zipfile.ZipFile(file, "a") as archive:
        for name in (
            "models/../../evil",
            "models/../live",
            "models/pay/aaaaaaaa/../../../../evil",
            "/evil",
            "models/x.py",
        ):
            archive.writestr(name, "evil")
    assert run(["restore", str(file)], one, there) in (OK, FAILED)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name in ("evil", "x.py")] == []
    assert not (tmp_path / "in" / "live").exists()
