"""What a list is announced to bring, added up at every door, beside what the same records really brought.

``python -m tests.simulations.one_worth FILE.csv TARGET HIT ALARM MISS REST CALL [left out ...]`` fits a logistic
regression to 70 % of a file; the other 30 % are its hold-out, and a campaign. The payoff is that of the rarer of the
target's values. The tests do the same with made-up people.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.worker import Worker
from ml.bundle.bundle import Bundle
from ml.data.feature import text_of
from ml.decision.payoff import ENDS
from ml.report.contents import report_contents
from ml.report.summary import paragraphs
from ml.service import Service, open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from store.db import open_store
from store.files import Files
from tests import form

NAME, BATCH, MOST_BYTES = "worth", 500, 10_000_000


def built(frame: pd.DataFrame, truth: pd.Series, payoff: dict[str, Any], folder: Path) -> Service:
    """A service with one model, fitted to 70 % of the records."""
    positive = truth.value_counts().index[-1]
    training = np.random.default_rng(0).permutation(len(frame)) >= round(0.3 * len(frame))
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    estimator = make_pipeline(columns, LogisticRegression(max_iter=2_000)).fit(frame[training], truth[training])
    build_bundle(
        Trained(
            name=NAME, title=NAME, description="A model for a comparison of doors.", estimator=estimator,
            schema=infer_schema(frame[training]), outcomes=outcomes_of(estimator, positive),
            training=frame[training], holdout=frame[~training], truth=truth[~training],
            about={"payoff": payoff | {"outcomes": {positive: payoff["outcomes"]}}},
        ), folder,
    )  # fmt: skip
    return open_service(folder)


class Doors:
    """The sum of the worths of all records of the hold-out on which one acts, by door."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.bundle: Bundle = service.model(NAME)
        self.outcome = self.bundle.outcomes.positive
        store, files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
        jobs = JobService(service, store, files, lambda _: None)
        self.client = create_api(service, dict, MOST_BYTES, BATCH, campaign_service=CampaignService(jobs)).test_client()
        self.worker = Worker(service, store.jobs, files)
        names, rows = self.bundle.schema.names, zip(*self.bundle.holdout.block, strict=True)
        self.records = [{name: text_of(value) for name, value in zip(names, row, strict=True)} for row in rows]

    def page(self, most: int | None = None) -> float:
        """The bars of the Prediction page's board, of the first so many records."""
        total = 0.0
        for record in self.records[:most]:
            asked = {"serial": 1, "model": self.bundle.key, "record": record, "outcome": self.outcome}
            shown, _ = form.score(self.service, asked)
            parts = list(shown._traverse())
            [act] = [getattr(part, "data-decision") for part in parts if hasattr(part, "data-decision")]
            [worth] = [
                getattr(part, "data-worth")
                for bar in parts if getattr(bar, "data-outcome", "") == self.outcome
                for part in bar._traverse() if hasattr(part, "data-worth")
            ]  # fmt: skip
            total += float(worth) if act == "act" else 0.0
        return total

    def api(self, most: int | None = None) -> float:
        """`worths` of the records whose `decisions` say to act."""
        total = 0.0
        for at in range(0, len(self.records[:most]), BATCH):
            body = self.records[:most][at : at + BATCH]
            answer = self.client.post(f"/api/v1/models/{NAME}/predict?cutoff=chosen", json=body)
            made = [each for each in answer.get_json()["predictions"] if each["decisions"][self.outcome]]
            total += sum(each["worths"][self.outcome] for each in made)
        return total

    def campaign(self) -> SimpleNamespace:
        """The list of all on whom the cut-off acts: its rows added up, and its forecast."""
        data = pd.DataFrame(self.records).to_csv(index=False).encode()
        place = self.client.post(f"/api/v1/models/{NAME}/jobs?held=true&name=all.csv", data=data).headers["Location"]
        self._post(f"{place}/start")
        while self.worker.step():
            pass
        wish = {"by": "cutoff", "outcomes": [self.outcome], "losses": True}
        forecast = self._post(f"{place}/forecast", **wish).json
        made = self._post(f"{place}/lists", **wish).headers["Location"]
        while self.worker.step():
            pass
        rows = list(csv.DictReader(io.StringIO(self.client.get(f"{made}/result").text)))
        return SimpleNamespace(rows=sum(float(row["expected_value"]) for row in rows), calls=len(rows), said=forecast)

    def curve(self) -> float:
        """Profit of the curve of the Performance page at the cut-off in use, for all records of the hold-out."""
        found = self.client.get(f"/api/v1/models/{NAME}/plots/profit.csv?outcome={self.outcome}").text
        rows = list(csv.DictReader(io.StringIO(found)))
        nearest = min(rows, key=lambda row: abs(float(row["cut_off"]) - self.cut_off))
        return float(nearest["profit"]) / 1_000 * len(self.records)

    def report(self) -> str:
        """The report's sentence about money."""
        said = [text for text in paragraphs(report_contents(self.service, NAME)) if "1,000 records like these" in text]
        return said[0][said[0].index("At this cut-off") :]

    @property
    def cut_off(self) -> float:
        """The cut-off in use."""
        return self.service.cut_off(self.bundle, self.outcome)

    def _post(self, place: str, **body: Any) -> Any:
        answer = self.client.post(place, data=json.dumps(body), content_type="application/json")
        assert answer.status_code < 300, answer.json
        return answer


def by_hand(doors: Doors, ends: Sequence[float], call: float, first: int = 0) -> SimpleNamespace:
    """From the definition: announced and real worth of acting on those at the cut-off, and the formula of before."""
    hit, alarm, miss, rest = ends
    bundle = doors.bundle
    at = bundle.outcomes.names.index(doors.outcome)
    p = np.array([score.probabilities for score in doors.service.score(NAME, doors.records).scores], dtype=float)[:, at]
    truth, act = np.array(bundle.holdout.truth)[:, at].astype(bool), p >= doors.cut_off
    worth = (p * hit + (1 - p) * alarm - call) - (p * miss + (1 - p) * rest)
    real = np.where(truth, hit - miss, alarm - rest) - call
    alone = np.where(truth, miss, rest).sum()
    return SimpleNamespace(
        announced=worth[act].sum(), first=worth[:first][act[:first]].sum(), calls=int(act.sum()), real=real[act].sum(),
        alone=alone, hits_times_value=(p[act] * hit - call).sum(),
    )  # fmt: skip


def main(arguments: list[str]) -> None:
    """Print the comparison."""
    path, target, *numbers = arguments[:7]
    ends, call = [float(text) for text in numbers[:4]], float(numbers[4])
    frame = pd.read_csv(path, sep=None, engine="python", skipinitialspace=True).drop(columns=arguments[7:])
    truth = frame.pop(target).astype(str)
    frame = frame.fillna(dict.fromkeys(frame.select_dtypes("number"), 0.0))
    payoff = {"currency": "USD", "call": call, "outcomes": dict(zip(ENDS, ends, strict=True))}
    with tempfile.TemporaryDirectory() as folder:
        doors = Doors(built(frame, truth, payoff, Path(folder) / "models"), Path(folder))
        hand, listed = by_hand(doors, ends, call), doors.campaign()
        print(f"{len(doors.records):,} records, cut-off {doors.cut_off}, {hand.calls} calls ({listed.calls} listed)")
        for name, value in (
            ("by the definition", hand.announced), ("Prediction page", doors.page()), ("API", doors.api()),
            ("rows of the list", listed.rows), ("forecast, model's own", listed.said["profit_model"]),
            ("forecast, corrected", listed.said["profit"]), ("really came", hand.real),
            ("profit curve less all left alone", doors.curve() - hand.alone),
            ("value of the hits less the calls (the rule of before)", hand.hits_times_value),
        ):  # fmt: skip
            print(f"| {name} | {value:,.2f} |")
        low, high = listed.said["profit_low"], listed.said["profit_high"]
        print(f"interval of the forecast: {low:,.2f} to {high:,.2f}\nreport: {doors.report()}")


if __name__ == "__main__":
    main(sys.argv[1:])
