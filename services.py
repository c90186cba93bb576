"""The services behind pages and API, opened from the settings: models, cache, store, jobs."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from auth.access import RequestAccess
from auth.elsewhere.group_roles import BadGroupRoles, GroupRoles
from auth.elsewhere.rules import Elsewhere, NameRules, OidcRules, TokenRules
from feedback.feed.sender import FeedSender
from feedback.mover import Mover
from feedback.niced_process import NicedProcess
from feedback.recorder import Recorder
from feedback.results.alert_sender import AlertSender, Receivers
from feedback.results.mail import MailServer
from feedback.results.watch import Watch
from feedback.sealing import sealer_of
from feedback.service import Feedback
from feedback.shadow.queueing import ShadowQueue
from feedback.shadow.runner import begin_shadow
from feedback.spool import Spool
from jobs.job_service import JobService
from jobs.local_runner import LocalRunner
from jobs.receive import FileLimits
from jobs.retention.purge import purge_temporary
from jobs.retention.retention_thread import RetentionThread
from jobs.webhooks.allowed_addresses import WebhookRules
from jobs.webhooks.sign import secrets_of
from layouts.campaign.page import FileRetention
from ml.data.example_record import example
from ml.demo.status import DemoStatus
from ml.errors import LikelyError
from ml.lifecycle.shared.sync import Sync, open_shared
from ml.service import Service, open_service
from settings import BadSetting, Settings, plain_environ
from store.connection.circuit_breaker import OBSERVERS
from store.db import Store, chosen_cut_offs, open_store
from store.files import Files
from store.uploads import Quota
from telemetry.collectors import Alarms, Models, Queue
from telemetry.exposition import Exposition
from telemetry.metrics import show_breaker
from telemetry.predictions import observe_scored
from web.cache import CacheBackend, purge_cache
from web.demo import DemoModels

log = logging.getLogger("likely")

MEGABYTE = 1024 * 1024
FETCHED = 20.0  # seconds that a start waits for versions from object storage

HOME = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Services:
    """The services that pages and API share."""

    service: Service
    cache: CacheBackend
    store: Store
    demo: DemoModels | None = None  # None where the operator trains models
    sync: Sync | None = None  # None where the models are those of a folder
    feedback: Feedback | None = None
    recorder: Recorder | None = None  # None where answers of the API are not recorded
    mover: Mover | None = None  # likewise

    def making(self) -> DemoStatus | None:
        """Progress of the demo models, where the service was started without models and trains some."""
        return self.demo.making() if self.demo else None

    def faults(self) -> dict[str, str | None]:
        """Each part of the service and what is wrong with it, None where all is well."""
        models = self.service.check()
        vital = {
            "models": "None of them serves." if models and all(models.values()) else None if models else self._none(),
            "store": self.store.fault(),
        }
        waiting = {f"version {key}": words for key, words in self.sync.faults().items()} if self.sync else {}
        parts = {f"model {name}": fault for name, fault in models.items()}
        return vital | {"cache": self.cache.fault()} | parts | waiting

    def _none(self) -> str:
        if self.sync:
            return self.sync.none()
        making = self.making()
        return making.sentence() if making else "There is none: python -m ml train --missing makes the demo models."


def open_services(settings: Settings) -> Services:
    """Open the models, the cache and the store; each is read at its first use."""
    cache_dir = settings.var_dir / "cache"
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"VAR_DIR is {str(settings.var_dir)!r}; accepted: a folder to write to ({error}).") from None
    purge_cache(cache_dir)
    cache = CacheBackend(cache_dir, settings.redis_url)
    store = open_store(settings.database_url)
    chosen = chosen_cut_offs(store)
    shared = settings.models_folder, settings.models_url, store.shared_models, settings.default_model
    sync = open_shared(*shared) if settings.models_url else None
    locks = settings.var_dir / "locks"
    sealer = sealer_of(settings.decision_values, store.secrets.get)
    spool = Spool(settings.var_dir / "spool")
    recorder = Recorder(spool, sealer) if settings.decisions == "on" else None
    record_scores = recorder.record_scores if recorder else None
    service = open_service(settings.models_folder, cache, locks, chosen, RequestAccess(), observe_scored, record_scores)
    OBSERVERS.add(show_breaker)
    demo = None
    if settings.demo_models == "auto" and sync is None:
        demo = DemoModels(settings.models_dir, settings.var_dir, HOME, settings.to_environ())
    niced = NicedProcess(settings.models_folder, settings.to_environ()["DATABASE_URL"], plain_environ())
    if recorder is None:
        return Services(service, cache, store, demo, sync, Feedback(service, store, sealer, niced=niced))
    queue = ShadowQueue(lambda: store.outcomes.shadow).observe
    mover = Mover(spool, sealer, store, service, queue)
    feedback = Feedback(service, store, sealer, on_decisions=queue, flush=mover.move, niced=niced)
    return Services(service, cache, store, demo, sync, feedback, recorder, mover)


def fetch_models(settings: Settings, sync: Sync) -> None:
    """Fetch what is live before the service starts, for at most so long; what is here serves meanwhile.

    In a process of its own: one that stands still must not hold a lock that workers inherit at their fork.
    """
    with suppress(OSError):
        sync.shared.refresh()
    if sync.shared.missing():
        command = [sys.executable, "-m", "ml", "sync"]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603
                command, cwd=HOME, env=settings.to_environ(), stdin=subprocess.DEVNULL, timeout=FETCHED, check=False
            )


def open_exposition(settings: Settings, services: Services) -> Exposition:
    """Metrics for Prometheus: counts of all processes here, models and the queue."""
    models = Models(services.service.check, services.service.registry.live)

    def states() -> dict[str, tuple[bool, float | None]]:
        there = services.service.registry.names()  # the episode of a model that is gone ends some minutes later
        return {name: each for name, each in services.store.outcomes.episodes.states().items() if name in there}

    return Exposition(settings.var_dir, [models, Alarms(states), Queue(lambda: services.store.jobs.load())])


def load_models(services: Services, default: str) -> None:
    """Load all models before Gunicorn forks, so that its workers share their memory; log the broken ones.

    Where there are none, training of the demo models begins. `default` is DEFAULT_MODEL, empty where it is not set.
    """
    faults = services.service.check()
    if services.demo and faults:
        services.demo.forget()
    elif services.demo:
        services.demo.make()
    elif not faults and services.sync:
        log.warning("%s", services.sync.none())
    elif not faults:
        said = (
            "There are no models in %s (MODELS_DIR); 'python -m ml train --missing' makes those of the demonstration."
        )
        log.warning(said, services.service.registry.folder)
    for name, fault in faults.items():
        if fault is not None:
            log.error("Model %s does not serve, the others do: %s", name, fault)
    if default and faults and default.partition("@")[0] not in faults:
        log.error("DEFAULT_MODEL is %r; there is no such model. There are: %s.", default, ", ".join(faults))


def warm_up(service: Service, seconds: float = 5.0) -> None:
    """Warm up each model: the first score and reasons of the Prediction page take a fifth of a second longer.

    After so many seconds no further model is asked.
    """
    until = time.monotonic() + seconds
    for name in service.names():
        with suppress(LikelyError):  # whoever opens it is told
            scored = service.score_with_blanks(name, example(service.model(name).schema))
            service.advise(scored, step=0)
        if time.monotonic() > until:
            return


def begin_web_worker(settings: Settings, services: Services, job_service: JobService) -> None:
    """Begin what a worker process does beside answering: it asks each model once, purges, and watches."""
    warm_up(services.service)

    def beside() -> None:
        purge_temporary()
        purge_cache(settings.var_dir / "cache")

    RetentionThread(services.store, job_service.files, settings.job_days, settings.decision_days, beside).start()
    begin_watch(settings, services)
    if services.feedback:
        begin_shadow(services.feedback, settings.var_dir, plain_environ())


def begin_watch(settings: Settings, services: Services) -> None:
    """Begin to watch whether models are right, and to send alerts where they turn out not to be."""
    if services.feedback is None:
        return
    secrets = secrets_of(settings.callback_secret)
    mail = MailServer(settings.smtp_url, settings.alert_sender, settings.alert_email) if settings.alert_email else None
    receivers = Receivers(settings.alert_url, secrets, mail)
    Watch(services.feedback, receivers.channels).start()
    AlertSender(services.store, receivers).start()
    if settings.feed_url:
        FeedSender(services.feedback, settings.feed_url, secrets).start()


def open_job_service(settings: Settings, services: Services) -> JobService:
    """Open the job service, with the broker or the local runner that executes its jobs."""
    if settings.broker_url:
        from jobs import broker  # celery takes 0.2 s, and nobody without a broker needs it

        announce = broker.announcer(broker.connect(settings.broker_url))
    else:
        announce = LocalRunner(settings.var_dir, HOME, settings.to_environ()).wake
    rules = WebhookRules.of(settings.callback_secret, settings.callback_networks)
    files = Files(settings.files_url, settings.min_free_mb * MEGABYTE)
    quota = Quota(settings.max_open_jobs, settings.max_open_mb * MEGABYTE)
    limits = FileLimits(settings.max_file_mb * MEGABYTE, quota)
    records = services.recorder is not None
    return JobService(services.service, services.store, files, announce, rules, limits, records)


def sign_in_elsewhere(settings: Settings) -> Elsewhere | None:
    """Provider or proxy at which people sign in elsewhere; BadSetting for roles that cannot be read."""
    rules: OidcRules | TokenRules | NameRules | None = None
    if settings.auth == "oidc":
        client = settings.oidc_client_id, settings.oidc_client_secret
        rules = OidcRules(settings.oidc_issuer, *client, settings.oidc_scopes, settings.groups_claim)
    elif settings.auth == "proxy" and settings.proxy_token_header:
        token = settings.proxy_token_issuer, settings.proxy_token_audience
        rules = TokenRules(settings.proxy_token_header, settings.proxy_token_keys, *token, settings.groups_claim)
    elif settings.auth == "proxy":
        headers = settings.proxy_user_header, settings.proxy_groups_header
        rules = NameRules(*headers, settings.proxy_secret, settings.proxy_networks)
    try:
        return Elsewhere(rules, GroupRoles.read(settings.group_roles)) if rules else None
    except BadGroupRoles as bad:
        raise BadSetting(str(bad)) from None


def file_retention(settings: Settings) -> FileRetention:
    """Retention of campaign files, and the optional formats that can be read here."""
    here = settings.database_url.startswith("sqlite") and settings.files_url.startswith(("/", "file:"))
    return FileRetention(settings.job_days, here, ("Parquet",) if find_spec("pyarrow") else ())
