"""An object store of the test's own (moto), behind a door: slammed, the bucket is gone; it comes back as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.places import Door, answers, wait_until
from tests.serving import free_port

BUCKET = "likely"


class ObjectStore:
    """A bucket; `door` is what everybody goes through, the test itself too."""

    def __init__(self, folder: Path) -> None:
        import boto3  # takes a second, which whoever only collects tests need not wait

        port = free_port()
        with (folder / "moto.log").open("wb") as log:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self.door = Door("127.0.0.1", port)
        self.environ = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.door.port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }
        wait_until(lambda: answers("127.0.0.1", port), 30)
        self._s3 = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self._s3.create_bucket(Bucket=BUCKET)
        self.door.open()

    def flip(self, path: str) -> None:
        """Change a bit of an object."""
        data = bytearray(self._s3.get_object(Bucket=BUCKET, Key=path)["Body"].read())
        data[len(data) // 2] ^= 1
        self._s3.put_object(Bucket=BUCKET, Key=path, Body=bytes(data))

    def end(self) -> None:
        self.door.slam()
        self._process.kill()
        self._process.wait()


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Gives one that this process and those that it starts find by their environment."""
    found = ObjectStore(folder)
    try:
        with pytest.MonkeyPatch.context() as patched:
            for name, value in found.environ.items():
                patched.setenv(name, value)
            for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "AWS_PROFILE"):
                patched.delenv(name, raising=False)
            assert os.environ["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
            yield found
    finally:
        found.end()
