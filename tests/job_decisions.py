"""Jobs that are recorded as decisions, for tests: a model with ids of records, a file, and what is read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from werkzeug.test import Client

from app import create_server
from feedback.job_kinds import kinds_of
from feedback.joined import DecisionWithOutcomes
from feedback.sealing import sealer_of
from feedback.service import Feedback
from jobs.worker import Worker
from ml.add import add_model
from ml.service import open_service
from settings import Settings
from store.db import chosen_cut_offs, open_store
from store.files import Files
from store.outcome_records import Decision
from tests.small import people, pushed
from tests.stored import decisions_of

CHUNK_RECORDS, ROWS = 40, 100
BAD = 50  # row whose income is no number


def shop_of(folder: Path) -> Path:
    """Add a model whose records have ids to a folder, and return it."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    frame = people(rows=300)
    truth = pushed(frame) > 0
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["region"]), remainder="passthrough")
    fitted = make_pipeline(encode, LogisticRegression(max_iter=2000)).fit(frame[:200], truth[:200])
    named = frame.assign(customer=[f"T-{at}" for at in range(len(frame))])
    add_model("shop", fitted, named[:200], named[200:], truth[200:], record_id="customer", models=folder)
    return folder


class House:
    """A service without a runner, and workers that are driven by the test."""

    def __init__(self, models: Path, home: Path, database: str, **more: str) -> None:
        environ = {"MODELS_DIR": str(models), "VAR_DIR": str(home), "AUTH": "none", "DATABASE_URL": database, **more}
        self.settings = Settings.from_environ(environ)
        self.client, self.store = Client(create_server(self.settings)), open_store(database)
        self.files = Files(self.settings.files_url)
        self.service = open_service(self.settings.models_folder, chosen=chosen_cut_offs(self.store))
        self.sealer = sealer_of(self.settings.decision_values, self.store.secrets.get)
        self.feedback = Feedback(self.service, self.store, self.sealer)

    def worker(self, **more: str) -> Worker:
        given = {"decisions": self.settings.decisions, **more}
        kinds = kinds_of(self.service, self.store, self.settings.decision_values, **given)
        return Worker(self.service, self.store.jobs, self.files, kinds=kinds)

    def work(self, **more: str) -> None:
        worker = self.worker(**more)
        while worker.step():
            pass

    def send(self, data: str, query: str = "decisions=true", kind: str = "text/csv", **head: str) -> Any:
        return self.client.post(f"/api/v1/models/shop/jobs?{query}", data=data, content_type=kind, headers=head)

    def done(self, data: str, query: str = "decisions=true", kind: str = "text/csv") -> Any:
        sent = self.send(data, query, kind)
        assert sent.status_code == 202, sent.text
        self.work()
        return self.client.get(sent.json["links"]["self"]).json

    def result(self, job: Mapping[str, Any], form: str = "csv") -> bytes:
        answer = self.client.get(f"/api/v1/jobs/{job['id']}/result?format={form}")
        assert answer.status_code == 200, answer.text
        data: bytes = answer.data
        return data

    def lines(self, job: Mapping[str, Any]) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.result(job).decode())))

    def stored(self) -> dict[str, Decision]:
        return {each.id: each for each in decisions_of(self.store.outcomes, "shop")}

    def came(self) -> list[DecisionWithOutcomes]:
        """Decisions of which an outcome is known."""
        return [each for part in self.feedback.came_by_record("shop") for each in part if each.came]

    def tell(self, body: str, kind: str = "application/json") -> Any:
        answer = self.client.post("/api/v1/outcomes", data=body, content_type=kind)
        assert answer.status_code in (200, 201), answer.text
        return answer.json


def frame() -> pd.DataFrame:
    made = people(rows=ROWS, seed=4)
    made["customer"] = [f"C-{at}" for at in range(ROWS)]
    made["name"] = [f"Person {at}" for at in range(ROWS)]
    made["income"] = made["income"].astype(object)
    made.loc[BAD, "income"] = "much"
    return made


def table() -> str:
    return str(frame().to_csv(index=False))


def ids(job: Mapping[str, Any]) -> list[str]:
    """What the ids have to be: of the job's id and the place in the file, none of the refused one."""
    return ["" if at == BAD else f"{job['id'][:24]}-{at}" for at in range(ROWS)]
