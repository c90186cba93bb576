"""Every setting of Likely in one table; the only file that reads the environment.

Each field of `Settings` is one row: its environment name is the field's name in capitals, then
come its default, its parser, and its help. Those of sign-in elsewhere and of decisions stand in files of their own
(``sign_in_settings.py``, ``feedback_settings.py``). Nothing else reads `os.environ`: what is started (``app.py``,
``gunicorn.conf.py``, ``python -m jobs``, ``python -m ml``) asks `Settings.from_environ`, and each part gets its values.
"""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

from feedback_settings import FeedbackSettings
from setting_parsers import (
    BadSetting,
    database,
    folder,
    framers,
    is_loopback,
    long_secret,
    networks,
    one_of,
    origins,
    plain,
    read_root,
    secrets,
    setting,
    url,
    whole_number,
)
from sign_in_settings import SignInSettings

__all__ = ["FORMERLY", "BadSetting", "Settings"]

# What any program needs of the environment
PLAIN = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")

# Names of settings in earlier releases, which are still read
FORMERLY = {"DEFAULT_MODEL": "INVOCATIONS_MODEL"}


@dataclass(frozen=True, kw_only=True)
class Settings(SignInSettings, FeedbackSettings):
    """The values that a deployment may choose.

    Examples
    --------
    >>> Settings.from_environ({"PORT": "9000"}).port
    9000
    """

    models_dir: Path = setting(Path("models"), folder, "Folder of the model bundles")
    models_url: str = setting(
        "",
        url("file", "s3", "gs", "gcs", "az", "abfs", "memory"),
        "Object storage of models that all instances share, as fsspec takes it; without it, those of MODELS_DIR",
        secret=True,
    )
    var_dir: Path = setting(Path("var"), folder, "Folder for what the service writes: cache, locks, SQLite")
    demo_models: str = setting(
        "auto", one_of("auto", "off"), "What a start without models does: auto makes the demo models beside it"
    )
    redis_url: str = setting(
        "",
        url("redis", "rediss", "unix"),
        "Redis for the cache of results; without it, files under VAR_DIR",
        secret=True,
    )
    database_url: str = setting(
        "",
        database,
        "Where the store is kept; without it, SQLite under VAR_DIR",
        secret=True,
    )
    broker_url: str = setting(
        "",
        url("amqp", "amqps", "redis", "rediss"),
        "RabbitMQ or Redis that tells workers of jobs; without it, a runner beside the web service",
        secret=True,
    )
    files_url: str = setting(
        "",
        url("file", "s3", "gs", "gcs", "az", "abfs", "memory"),
        "Where files of jobs are kept, as fsspec takes it; without it, under VAR_DIR",
        secret=True,
    )
    job_workers: int = setting(1, whole_number(1, 64), "Processes that score jobs, in each worker or runner")
    min_free_mb: int = setting(
        200, whole_number(0, 1_000_000), "MB that uploads leave free on the disk on which files of jobs are kept"
    )
    max_open_jobs: int = setting(
        100, whole_number(0, 1_000_000), "Jobs of one person, key or address that are not over; 0 for no limit"
    )
    max_open_mb: int = setting(
        5_000,
        whole_number(0, 10_000_000),
        "MB of their files, if there are several: one alone may be as large as MAX_FILE_MB; 0 for no limit",
    )
    job_days: int = setting(7, whole_number(1, 3650), "Days after which jobs that are over are removed")
    job_lease: int = setting(
        30, whole_number(2, 3600), "Seconds after which the work of a worker that fell silent is given to another"
    )
    callback_secret: str = setting(
        "",
        secrets,
        "Signs the calls of those who ask to be told when a job is over (callback_url); without it nobody is called",
        secret=True,
    )
    callback_networks: str = setting(
        "", networks, "Private networks in which callback_url may lie, as in 10.0.0.0/8; none otherwise"
    )
    host: str = setting("127.0.0.1", plain, "Address to listen on; 0.0.0.0 for every interface")
    port: int = setting(8000, whole_number(1, 65535), "Port to listen on")
    web_concurrency: int = setting(2, whole_number(1, 64), "Worker processes")
    threads: int = setting(4, whole_number(1, 256), "Threads of each worker")
    stall_seconds: int = setting(
        20,
        whole_number(1, 3600),
        "Seconds in which a request has to come, and one more for each 50 kB; likewise for who reads an answer",
    )
    log_format: str = setting(
        "text", one_of("text", "json"), "Lines of the log: text for people, or json, one object a line"
    )
    log_level: str = setting("info", one_of("debug", "info", "warning", "error", "critical"), "Least level logged")
    metrics_networks: str = setting(
        "", networks, "Networks from which /metrics is read without a key, as in 10.0.0.0/8; none otherwise"
    )
    worker_metrics_port: int = setting(
        0, whole_number(0, 65535), "Port at which python -m jobs shows its metrics, on HOST; 0 for none"
    )
    max_body_mb: int = setting(16, whole_number(1, 1024), "Largest request body, in MB")
    max_file_mb: int = setting(20_000, whole_number(1, 10_000_000), "Largest file that is sent as a job, in MB")
    max_records: int = setting(10_000, whole_number(1, 1_000_000), "Most records in one request")
    default_model: str = setting(
        "", plain, "The model that answers at /, /predict, /invocations and /score; without it, the only one there is"
    )
    root_path: str = setting(
        "", read_root, "Path prefix behind a reverse proxy, as /apps/likely; without it, X-Forwarded-Prefix"
    )
    allowed_origins: str = setting(
        "", origins, "Sites whose pages may read our answers (CORS); without it, none. * lets all of them"
    )
    frame_ancestors: str = setting(
        "", framers, "Sites that may show the pages in a frame; self for this one; without it, none"
    )
    hsts_seconds: int = setting(
        31_536_000,
        whole_number(0, 100_000_000),
        "Seconds for which browsers that came by HTTPS use nothing else; 0 makes them forget that",
    )
    auth: str = setting(
        "",
        one_of("none", "password", "oidc", "proxy"),
        "Who may use the service: none lets everybody, password, oidc and proxy ask who it is; without it, none on "
        "127.0.0.1, else password",
    )
    secret_key: str = setting(
        "",
        long_secret,
        "Signs cookies of sessions; without it, one that is made and kept in the store",
        secret=True,
    )
    rate_limit: int = setting(
        6_000,
        whole_number(0, 1_000_000),
        "Requests a minute of one key, person or address, where other machines reach the service; 0 for no limit",
    )
    proxy_hops: int = setting(0, whole_number(0, 10), "Proxies in front that set X-Forwarded-*; 1 behind a PaaS router")

    def __post_init__(self) -> None:
        self.check_sign_in(self.auth)
        self.check_alerts(self.callback_secret)
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.var_dir / 'likely.db'}")
        if not self.files_url:
            object.__setattr__(self, "files_url", str((self.var_dir / "files").resolve()))

    @property
    def models_folder(self) -> Path:
        """Folder whose models are served: MODELS_DIR, or with MODELS_URL the cache of this machine."""
        return self.var_dir / "models" if self.models_url else self.models_dir

    @property
    def is_reachable(self) -> bool:
        """True where other machines can reach the service: by its address, or by a proxy in front."""
        return self.proxy_hops > 0 or not is_loopback(self.host)

    @property
    def auth_mode(self) -> str:
        """AUTH; without it, ``none`` where only this machine reaches the service, else ``password``."""
        return self.auth or ("password" if self.is_reachable else "none")

    def to_environ(self) -> dict[str, str]:
        """Environment variables from which another process, in any folder, reads the same settings."""
        values = {row.name.upper(): str(getattr(self, row.name)) for row in fields(self)}
        for name in ("MODELS_DIR", "VAR_DIR"):
            values[name] = str(Path(values[name]).resolve())
        scheme, separator, path = self.database_url.partition(":///")
        if scheme.startswith("sqlite") and path:
            values["DATABASE_URL"] = f"{scheme}{separator}{Path(path).resolve()}"
        if self.files_url.startswith("/"):
            values["FILES_URL"] = f"file://{self.files_url}"
        return dict(os.environ) | values

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as not set, and space around a value is none of it.

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
            if text := environ.get(name, "").strip() or environ.get(FORMERLY.get(name, ""), "").strip():
                try:
                    values[row.name] = row.metadata["parse"](text)
                except BadSetting as problem:
                    came = "a value that is not shown here" if row.metadata["secret"] else repr(text)
                    raise BadSetting(f"{name} is {came}; accepted: {problem}.") from None
        return cls(**values)


def plain_environ() -> dict[str, str]:
    """Environment that any program needs, without settings and secrets: for code that is not ours."""
    return {name: os.environ[name] for name in PLAIN if name in os.environ}


def find_room_for_temporary_files(var_dir: Path) -> None:
    """Have temporary files in VAR_DIR where nothing else can be written to, as in a container that can only be read."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        folder = (var_dir / "tmp").resolve()
        with suppress(OSError):  # VAR_DIR is refused when it is opened
            folder.mkdir(parents=True, exist_ok=True)
        os.environ["TMPDIR"] = str(folder)


def trace_exporters(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Exporters of traces that OpenTelemetry's variables ask for, by their names there; none by default.

    Unlike its own default, an exporter is used only where a variable names it, or an address for it.
    """
    environ = os.environ if environ is None else environ

    def first_set(*names: str) -> str:
        return next((environ[name].strip().lower() for name in names if environ.get(name, "").strip()), "")

    if first_set("OTEL_SDK_DISABLED") == "true":
        return ()
    address = first_set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    named = first_set("OTEL_TRACES_EXPORTER") or ("otlp" if address else "none")
    grpc = first_set("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc"
    otlp = "otlp_proto_grpc" if grpc else "otlp_proto_http"
    wanted = [name.strip() for name in named.split(",")]
    return tuple(otlp if name == "otlp" else name for name in wanted if name not in ("", "none"))
