"""A shop's model whose customers have ids, and a call list of it, for tests of what sellers do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.worker import Worker
from ml.add import add_model
from ml.service import open_service
from settings import Settings
from store.db import Store, open_store
from store.files import Files
from tests.small import people, pushed

ROWS = 60
DESCRIBED = {
    "title": "Who buys?",
    "outcomes": {"buys": {"label": "Buys", "came": "Bought", "missed": "Not"}},
    "actions": {"buys": {"act": "Offer it.", "leave": "Leave it."}},
    "payoff": {"currency": "EUR", "call": 2.0, "outcomes": {"buys": {"true_positive": 40.0}}},
    "overrides": {"reasons": ["They told me so", "A value is wrong"]},
}


def shop(models: Path, name: str = "shop") -> str:
    """Add the model; gives its key."""
    frame = people(rows=300)
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["region"]), remainder="passthrough")
    truth = pd.Series(np.where(pushed(frame) > 0, "buys", "leaves"), name="what")
    fitted = make_pipeline(encode, LogisticRegression(max_iter=2000)).fit(frame[:200], truth[:200])
    named = frame.assign(customer=[f"T-{at}" for at in range(len(frame))])
    given = (name, fitted, named[:200], named[200:], truth[200:])
    return add_model(*given, record_id="customer", positive="buys", describe=DESCRIBED, models=models)


def customers(rows: int = ROWS) -> bytes:
    """A file of customers with ids and names."""
    frame = people(rows=rows, seed=4)
    who = {"customer": [f"K-{at}" for at in range(rows)], "name": [f"Customer {at}" for at in range(rows)]}
    written: str = frame.assign(**who).to_csv(index=False)
    return written.encode()


def call_list(
    settings: Settings, model: str = "shop", number: int = 20, control: float = 0.2, rows: int = ROWS
) -> tuple[str, str]:
    """Score the customers and make a list of them; gives the ids of campaign and list."""
    service, store = open_service(settings.models_folder), open_store(settings.database_url)
    files = Files(settings.files_url)
    jobs = JobService(service, store, files, lambda _: None)
    campaigns, worker = CampaignService(jobs), Worker(service, store.jobs, files)

    def work() -> None:
        while worker.step():
            pass

    job, _ = campaigns.hold(model, [customers(rows)], {"name": "march.csv"}, None)
    campaigns.start(job.id, {}, reasons=False)
    work()
    made, _ = campaigns.make_list(job.id, {"by": "number", "number": number, "control": control}, reasons=False)
    work()
    done = store.jobs.get(made.id)
    assert done is not None
    assert done.state == "done"
    return job.id, made.id


def store_of(settings: Settings) -> Store:
    """The store of a service with these settings."""
    return open_store(settings.database_url)
