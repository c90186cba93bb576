"""Every setting of Likely in one table; the only file that reads the environment.

Each field of `Settings` is one row: its environment name is the field's name in capitals, then
come its default, its parser, and its help. Nothing else reads `os.environ`: app.py reads the settings once and
passes each part its values.
"""

import base64
import binascii
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

_PART = re.compile(r"[A-Za-z0-9._~-]+")


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message says which, what came, what is accepted."""


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        accepted = f"a whole number from {low} to {high}"
        if not (text.isascii() and text.strip().isdecimal()):
            raise BadSetting(accepted)
        if not low <= (number := int(text)) <= high:
            raise BadSetting(accepted)
        return number

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if (choice := text.strip().lower()) not in choices:
            raise BadSetting(f"one of {', '.join(choices)}")
        return choice

    return parse


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not text.startswith(tuple(f"{scheme}:" for scheme in schemes)):
            raise BadSetting(f"a URL that starts with {', '.join(f'{scheme}:' for scheme in schemes)}")
        return text

    return parse


def read_root(text: str) -> str:
    """Parse a path prefix such as ``/apps/likely``, without trailing slash; BadSetting where the text is none."""
    root = text.strip().rstrip("/")
    parts = root.split("/")[1:]
    if not root:
        return ""
    if len(root) > 200 or not root.startswith("/") or not all(map(_PART.fullmatch, parts)) or {".", ".."} & set(parts):
        raise BadSetting("a path such as /apps/likely: letters, digits and . _ ~ - between slashes")
    return root


def _secrets(text: str) -> str:
    for each in text.replace(",", " ").split():
        try:
            size = len(base64.b64decode(each.removeprefix("whsec_"), validate=True))
        except binascii.Error:
            size = 0
        if not 24 <= size <= 64:
            raise BadSetting("whsec_ and 24 to 64 bytes in base64; several separated by spaces")
    return text


def _long_secret(text: str) -> str:
    if len(text) < 32 or len(set(text)) < 10:
        raise BadSetting("32 or more random characters; openssl rand -hex 32 makes some")
    return text


def _networks(text: str) -> str:
    try:
        for each in text.replace(",", " ").split():
            ipaddress.ip_network(each)
    except ValueError:
        raise BadSetting("networks as in 10.0.0.0/8, fd00::/8") from None
    return text


_ORIGIN = re.compile(r"(https?)://(\*\.)?([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_OWN_PORT = {"http": ":80", "https": ":443"}


def _origins(text: str) -> str:
    """Origins of other sites, separated by spaces or commas, as browsers name them; or ``*`` alone."""
    accepted = "origins such as https://shop.example.com, without a path and separated by spaces, or * alone"
    words = text.replace(",", " ").split()
    return "*" if words == ["*"] else " ".join(_origin(word, accepted) for word in words)


def _framers(text: str) -> str:
    """Origins that may frame the pages, as CSP's frame-ancestors takes them."""
    accepted = "self, or origins such as https://intranet.example.com or https://*.example.com, separated by spaces"
    own = ("self", "'self'")
    words = text.replace(",", " ").split()
    return " ".join("'self'" if word in own else _origin(word, accepted, wild=True) for word in words)


def _origin(word: str, accepted: str, *, wild: bool = False) -> str:
    found = _ORIGIN.fullmatch(word.lower())
    if found is None or (found[2] and not wild):
        raise BadSetting(accepted)
    return word.lower().removesuffix(_OWN_PORT[found[1]])


def _setting(default: Any, parse: Callable[[str], Any], help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"parse": parse, "help": help_text, "secret": secret})


# Names of settings in earlier releases, which are still read
FORMERLY = {"DEFAULT_MODEL": "INVOCATIONS_MODEL"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The values that a deployment may choose.

    Examples
    --------
    >>> Settings.from_environ({"PORT": "9000"}).port
    9000
    """

    models_dir: Path = _setting(Path("models"), Path, "Folder of the model bundles")
    var_dir: Path = _setting(Path("var"), Path, "Folder for what the service writes: cache, locks, SQLite")
    demo_models: str = _setting(
        "auto", _one_of("auto", "off"), "What a start without models does: auto makes the demo models beside it"
    )
    redis_url: str = _setting(
        "",
        _url("redis", "rediss", "unix"),
        "Redis for the cache of results; without it, files under VAR_DIR",
        secret=True,
    )
    database_url: str = _setting(
        "",
        _url("sqlite", "postgres", "postgresql", "postgresql+psycopg"),
        "Where the store is kept; without it, SQLite under VAR_DIR",
        secret=True,
    )
    broker_url: str = _setting(
        "",
        _url("amqp", "amqps", "redis", "rediss"),
        "RabbitMQ or Redis that tells workers of jobs; without it, a runner beside the web service",
        secret=True,
    )
    files_url: str = _setting(
        "",
        _url("file", "s3", "gs", "gcs", "az", "abfs", "memory"),
        "Where files of jobs are kept, as fsspec takes it; without it, under VAR_DIR",
        secret=True,
    )
    job_workers: int = _setting(1, _whole_number(1, 64), "Processes that score jobs, in each worker or runner")
    job_days: int = _setting(7, _whole_number(1, 3650), "Days after which jobs that are over are removed")
    job_lease: int = _setting(
        30, _whole_number(2, 3600), "Seconds after which the work of a worker that fell silent is given to another"
    )
    callback_secret: str = _setting(
        "",
        _secrets,
        "Signs the calls of those who ask to be told when a job is over (callback_url); without it nobody is called",
        secret=True,
    )
    callback_networks: str = _setting(
        "", _networks, "Private networks in which callback_url may lie, as in 10.0.0.0/8; none otherwise"
    )
    host: str = _setting("127.0.0.1", str, "Address to listen on; 0.0.0.0 for every interface")
    port: int = _setting(8000, _whole_number(1, 65535), "Port to listen on")
    web_concurrency: int = _setting(2, _whole_number(1, 64), "Worker processes")
    threads: int = _setting(4, _whole_number(1, 256), "Threads of each worker")
    stall_seconds: int = _setting(
        20, _whole_number(1, 3600), "Seconds without a byte after which a request, or who reads its answer, is given up"
    )
    log_level: str = _setting("info", _one_of("debug", "info", "warning", "error", "critical"), "Least level logged")
    max_body_mb: int = _setting(16, _whole_number(1, 1024), "Largest request body, in MB")
    max_file_mb: int = _setting(20_000, _whole_number(1, 10_000_000), "Largest file that is sent as a job, in MB")
    max_records: int = _setting(10_000, _whole_number(1, 1_000_000), "Most records in one request")
    default_model: str = _setting(
        "", str, "The model that answers at /, /predict, /invocations and /score; without it, the only one there is"
    )
    root_path: str = _setting(
        "", read_root, "Path prefix behind a reverse proxy, as /apps/likely; without it, X-Forwarded-Prefix"
    )
    allowed_origins: str = _setting(
        "", _origins, "Sites whose pages may read our answers (CORS); without it, none. * lets all of them"
    )
    frame_ancestors: str = _setting(
        "", _framers, "Sites that may show the pages in a frame; self for this one; without it, none"
    )
    auth: str = _setting(
        "none",
        _one_of("none", "password"),
        "none lets everybody use the service, password asks people to sign in",
    )
    secret_key: str = _setting(
        "",
        _long_secret,
        "Signs cookies of sessions; without it, one that is made and kept in the store",
        secret=True,
    )
    proxy_hops: int = _setting(
        0, _whole_number(0, 10), "Proxies in front that set X-Forwarded-*; 1 behind a PaaS router"
    )

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.var_dir / 'likely.db'}")
        if not self.files_url:
            object.__setattr__(self, "files_url", str((self.var_dir / "files").resolve()))

    def to_environ(self) -> dict[str, str]:
        """Environment variables from which another process, in any folder, reads the same settings."""
        values = {row.name.upper(): str(getattr(self, row.name)) for row in fields(self)}
        for folder in ("MODELS_DIR", "VAR_DIR"):
            values[folder] = str(Path(values[folder]).resolve())
        scheme, separator, path = self.database_url.partition(":///")
        if scheme.startswith("sqlite") and path:
            values["DATABASE_URL"] = f"{scheme}{separator}{Path(path).resolve()}"
        if self.files_url.startswith("/"):
            values["FILES_URL"] = f"file://{self.files_url}"
        return dict(os.environ) | values

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as not set.

        Parameters
        ----------
        environ : mapping of str to str, optional
            Defaults to the environment of the process.

        Raises
        ------
        BadSetting
            Names the variable, what came (unless it is a secret) and what is accepted.
        """
        environ = os.environ if environ is None else environ
        values = {}
        for row in fields(cls):
            name = row.name.upper()
            if text := environ.get(name, "") or environ.get(FORMERLY.get(name, ""), ""):
                try:
                    values[row.name] = row.metadata["parse"](text)
                except BadSetting as problem:
                    came = "a value that is not shown here" if row.metadata["secret"] else repr(text)
                    raise BadSetting(f"{name} is {came}; accepted: {problem}.") from None
        return cls(**values)
