"""The services behind pages and API, opened from the settings: models, cache, store, jobs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from auth.access import RequestAccess
from jobs.job_service import JobService
from jobs.local_runner import LocalRunner
from jobs.webhooks.allowed_addresses import CallbackRules
from layouts.campaign.page import FileRetention
from ml.demo.status import DemoStatus
from ml.service import Service, open_service
from settings import BadSetting, Settings
from store.db import Store, chosen_cut_offs, open_store
from store.files import Files
from web.cache import ResultCache, sweep
from web.demo import DemoModels

log = logging.getLogger("likely")

HOME = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Services:
    """The services that pages and API share."""

    service: Service
    cache: ResultCache
    store: Store
    demo: DemoModels | None = None  # None where the operator trains models

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
        return vital | {"cache": self.cache.fault()} | {f"model {name}": fault for name, fault in models.items()}

    def _none(self) -> str:
        making = self.making()
        return making.sentence() if making else "There is none: python -m ml train --missing makes the demo models."


def open_services(settings: Settings) -> Services:
    """Open the models, the cache and the store; each is read at its first use."""
    cache_dir = settings.var_dir / "cache"
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"VAR_DIR is {str(settings.var_dir)!r}; accepted: a folder to write to ({error}).") from None
    sweep(cache_dir)
    cache = ResultCache(cache_dir, settings.redis_url)
    store = open_store(settings.database_url)
    chosen = chosen_cut_offs(store)
    service = open_service(settings.models_dir, cache, settings.var_dir / "locks", chosen, RequestAccess())
    demo = None
    if settings.demo_models == "auto":
        demo = DemoModels(settings.models_dir, settings.var_dir, HOME, settings.to_environ())
    return Services(service, cache, store, demo)


def load_models(services: Services, default: str = "") -> None:
    """Load all models before Gunicorn forks, so that its workers share their memory; log the broken ones.

    Where there are none, training of the demo models begins.

    Parameters
    ----------
    services : Services
    default : str
        DEFAULT_MODEL; empty where it is not set.
    """
    faults = services.service.check()
    if services.demo and faults:
        services.demo.forget()
    elif services.demo:
        services.demo.make()
    elif not faults:
        log.warning("There are no models; 'python -m ml train --missing' makes those of the demonstration.")
    for name, fault in faults.items():
        if fault is not None:
            log.error("Model %s does not serve, the others do: %s", name, fault)
    if default and faults and default.partition("@")[0] not in faults:
        log.error("DEFAULT_MODEL is %r; there is no such model. There are: %s.", default, ", ".join(faults))


def open_job_service(settings: Settings, services: Services) -> JobService:
    """Open the job service, with the broker or the local runner that executes its jobs."""
    if settings.broker_url:
        from jobs import broker  # celery takes 0.2 s, and nobody without a broker needs it

        announce = broker.announcer(broker.connect(settings.broker_url))
    else:
        announce = LocalRunner(settings.var_dir, HOME, settings.to_environ()).wake
    rules = CallbackRules.of(settings.callback_secret, settings.callback_networks)
    return JobService(
        services.service, services.store, Files(settings.files_url), announce, rules, settings.max_file_mb * 1024 * 1024
    )


def file_retention(settings: Settings) -> FileRetention:
    """Retention of campaign files, and the optional formats that can be read here."""
    here = settings.database_url.startswith("sqlite") and settings.files_url.startswith(("/", "file:"))
    return FileRetention(settings.job_days, here, ("Parquet",) if find_spec("pyarrow") else ())
