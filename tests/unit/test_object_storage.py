"""Object storage: files come and go, whatever fails is one error, and its words do not hold the address."""

import socket
import time

import pytest

from ml.lifecycle.shared.object_storage import BLOCK, ObjectStorage, StorageUnavailable


@pytest.fixture(scope="module")
def s3():
    """An address of S3 that this process finds by its environment."""
    import boto3  # both take seconds, which whoever only collects tests need not wait
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }.items():  # fmt: skip
            patched.setenv(name, value)
        boto3.client("s3").create_bucket(
            Bucket="likely", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield "s3://likely/models"
    server.stop()


@pytest.fixture(params=["s3", "file", "memory"])
def storage(request, tmp_path):
    if request.param == "s3":
        return ObjectStorage(request.getfixturevalue("s3"))
    return ObjectStorage(f"file://{tmp_path / 'bucket'}" if request.param == "file" else f"memory://{tmp_path.name}")


def test_what_is_uploaded_is_read_and_removed(storage, tmp_path):
    data = bytes(range(256)) * (BLOCK // 128)  # two blocks
    for name, held in {"a": data, "b": b"", "code/c.py": b"x = 1"}.items():
        (tmp_path / "source").write_bytes(held)
        storage.upload(tmp_path / "source", f"pay/aaaaaaaa/{name}")
        assert b"".join(storage.blocks(f"pay/aaaaaaaa/{name}")) == held
    (tmp_path / "source").write_bytes(b"another")
    storage.upload(tmp_path / "source", "pay/aaaaaaaa/a")
    assert b"".join(storage.blocks("pay/aaaaaaaa/a")) == b"another"
    storage.remove("pay/aaaaaaaa")
    storage.remove("pay/aaaaaaaa")
    for name in ("a", "code/c.py"):
        with pytest.raises(FileNotFoundError):
            list(storage.blocks(f"pay/aaaaaaaa/{name}"))


def test_a_storage_that_refuses_or_is_away_is_one_error_without_its_address(s3, tmp_path, monkeypatch):
    (tmp_path / "source").write_bytes(b"x")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        storage = ObjectStorage("s3://likely/models?")
        began = time.monotonic()
        for ask in (
            lambda: list(storage.blocks("pay/aaaaaaaa/a")),
            lambda: storage.upload(tmp_path / "source", "pay/aaaaaaaa/a"),
            lambda: storage.remove("pay/aaaaaaaa"),
        ):
            with pytest.raises(StorageUnavailable, match=r"^it does not answer$"):
                ask()
        assert time.monotonic() - began < 20


def test_a_scheme_without_its_package_is_that_error_too():
    with pytest.raises(StorageUnavailable):
        list(ObjectStorage("abfs://models").blocks("a"))
