"""Bank products: four independent outcomes for the phone call with a customer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import train_test_split
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.data.outcomes import Outcome, Outcomes
from ml.recipes import Say
from ml.recipes.data_file import read_table
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained

PRODUCTS = {
    "personal-loan": ("Personal loan", "Personal Loan"),
    "securities-account": ("Securities account", "Securities Account"),
    "deposit-certificate": ("Deposit certificate", "CD Account"),
    "credit-card": ("Credit card", "CreditCard"),
}
NUMBERS = ["age", "income", "family_size", "card_spending", "mortgage", "online_banking"]
CATEGORIES = ["education", "region"]
FEATURES = ["age", "family_size", "education", "region", "income", "card_spending", "mortgage", "online_banking"]
RECORD_ID = "customer_id"
EDUCATION = {1: "undergraduate", 2: "graduate", 3: "advanced"}
# First three digits of a Californian ZIP code, up to and without the number.
REGIONS = (
    (900, "other"),
    (919, "los-angeles"),
    (922, "san-diego"),
    (926, "inland"),
    (929, "orange-county"),
    (940, "central-valley"),
    (952, "bay-area"),
    (962, "north"),
)
SHARES = {"bay-area": 0.37, "los-angeles": 0.24, "san-diego": 0.11, "north": 0.1, "central-valley": 0.08}
SHARES |= {"orange-county": 0.06, "inland": 0.03, "other": 0.01}


def train(data: Path | None, say: Say) -> Trained:
    """Train on 75 % of the bank's customers; without a file, of synthetic ones."""
    customers = from_bank(data) if data else synthetic()
    products = customers[list(PRODUCTS)]
    x_train, x_test, y_train, y_test = train_test_split(
        customers[FEATURES], products, test_size=0.25, random_state=42, stratify=products["deposit-certificate"]
    )
    say(f"fitting and calibrating boosted trees for four products on {len(x_train):,} customers")
    model = MultiOutputClassifier(_calibrated(), n_jobs=2).fit(x_train, y_train)
    scores = _brier(model, x_test, y_train, y_test)
    for product, brier in scores.items():
        say(f"{product}: Brier score {brier['model']:.5f}, of the base rate {brier['base rate']:.5f}")
    return Trained(
        name="bank-products",
        title="Bank products",
        description="Which products a bank's customer is likely to take up, while you have them on the phone.",
        estimator=model,
        schema=infer_schema(x_train, _DESCRIBED, record_id=RECORD_ID),
        outcomes=Outcomes(tuple(Outcome(n, label, n) for n, (label, _) in PRODUCTS.items()), False, "personal-loan"),
        training=x_train,
        holdout=x_test,
        truth=y_test,
        about={
            "data": data.name if data else "Synthetic customers with a fixed seed; none of them is a person.",
            "use": "A demonstration of a sales conversation.",
            "limits": (
                "Personal data decide here: check what your law allows before you use such a model. Compare each Brier "
                "score with its base rate: where they are nearly equal, the columns say almost nothing of it. "
                "On the bank's own table the settings were chosen with sight of the hold-out: they are optimistic. "
                "What its products are worth is made up."
            ),
            "metrics": {"Brier score": scores},
            # Made up, so that the pages have something to weigh: no bank's figures. A false alarm costs the call.
            "payoff": {
                "currency": "USD",
                "call": 5.0,
                "outcomes": {
                    "personal-loan": {"true_positive": 400.0},
                    "securities-account": {"true_positive": 150.0},
                    "deposit-certificate": {"true_positive": 120.0},
                    "credit-card": {"true_positive": 60.0},
                },
            },
            "actions": {"act": "Offer it.", "leave": "Leave it, unless they ask."},
            "outcome_words": {name: {"came": "Bought", "missed": "Not bought"} for name in PRODUCTS},
            "ripening": {name: {"after": "30 days"} for name in PRODUCTS},
        },
    )


def _calibrated() -> CalibratedClassifierCV:
    columns = ColumnTransformer(
        [("numbers", "passthrough", NUMBERS), ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES)]
    )
    # Chosen with sight of the bank's hold-out: docs/decisions/0006-demo-settings-saw-the-hold-out.md
    trees = GradientBoostingClassifier(n_estimators=80, max_depth=3, learning_rate=0.05, subsample=0.7, random_state=42)
    # ensemble=False: one set of trees and one sigmoid an outcome, instead of one pair a fold.
    return CalibratedClassifierCV(Pipeline([("columns", columns), ("trees", trees)]), cv=5, ensemble=False)


def _brier(
    model: Any, x_test: pd.DataFrame, y_train: pd.DataFrame, y_test: pd.DataFrame
) -> dict[str, dict[str, float]]:
    """Brier score of each outcome on the hold-out, beside that of always saying the rate in training."""
    scores = {}
    for name, given, classes in zip(PRODUCTS, model.predict_proba(x_test), model.classes_, strict=True):
        truth, rate = y_test[name].to_numpy(), float(y_train[name].mean())
        probability = given[:, list(classes).index(1)]
        scores[name] = {
            "model": round(float(np.mean((probability - truth) ** 2)), 6),
            "base rate": round(float(np.mean((rate - truth) ** 2)), 6),
            "training rate": rate,
        }
    return scores


def from_bank(path: Path) -> pd.DataFrame:
    """The bank's own table with our columns."""
    columns = ["Age", "Family", "Education", "ZIP Code", "Income", "CCAvg", "Mortgage", "Online"]
    table = read_table(path, [*columns, *(column for _, column in PRODUCTS.values())])
    customers = pd.DataFrame(
        {
            "age": table["Age"],
            "family_size": table["Family"],
            "education": table["Education"].map(EDUCATION),
            "region": table["ZIP Code"].map(region_of),
            "income": table["Income"].astype(float),
            "card_spending": table["CCAvg"].astype(float),
            "mortgage": table["Mortgage"].astype(float),
            "online_banking": table["Online"].astype(bool),
        }
    )
    return customers.assign(**{name: table[column] for name, (_, column) in PRODUCTS.items()})


def region_of(zip_code: int) -> str:
    """The region of a Californian ZIP code; "other" outside California."""
    start = int(zip_code) // 100
    return next((name for end, name in REGIONS if start < end), "other")


def synthetic(rows: int = 5_000, seed: int = 20_26) -> pd.DataFrame:
    """Customers whose products hang together with income, schooling, family and each other; the same of one seed."""
    draw = np.random.default_rng(seed)
    region = draw.choice(list(SHARES), rows, p=list(SHARES.values()))
    age = np.clip(np.round(draw.normal(45, 11.5, rows)), 23, 67).astype(int)
    schooling = draw.choice([1, 2, 3], rows, p=[0.42, 0.28, 0.3])
    wealthy = np.isin(region, ["bay-area", "orange-county"])
    income = np.clip(np.round(np.exp(draw.normal(4.05 + 0.15 * wealthy - 0.12 * (schooling - 2), 0.62, rows))), 8, 224)
    family = draw.choice([1, 2, 3, 4], rows, p=[0.29, 0.26, 0.2, 0.25])
    spending = np.round(np.clip(income * draw.gamma(2.2, 0.012, rows), 0, 10), 1)
    mortgage = np.where(draw.random(rows) < 0.31, np.round(np.clip(income * draw.gamma(4, 0.5, rows), 75, 635)), 0.0)
    online = draw.random(rows) < np.clip(0.85 - 0.006 * (age - 25), 0.3, 0.9)
    loan = -7.6 + 0.045 * income + 1.1 * (schooling > 1) + 0.5 * (family > 2) + 0.25 * spending
    securities = -3.6 + 0.012 * income + 0.02 * (age - 45) + 0.8 * wealthy
    certificate = -5.4 + 0.02 * income + 0.15 * spending + 0.9 * online + 0.5 * (family > 2)
    card = -1.9 + 1.0 * online + 0.12 * spending - 0.02 * (age - 45) + 0.5 * (region == "los-angeles")
    logits = dict(zip(PRODUCTS, (loan, securities, certificate, card), strict=True))
    liking = draw.normal(0, 0.4, rows)  # who takes one product is a little more likely to take another
    taken = {n: (draw.random(rows) < 1 / (1 + np.exp(-(logit + liking)))).astype(int) for n, logit in logits.items()}
    return pd.DataFrame(
        {
            "age": age,
            "family_size": family,
            "education": pd.Series(schooling).map(EDUCATION),
            "region": region,
            "income": income,
            "card_spending": spending,
            "mortgage": mortgage,
            "online_banking": online,
            **taken,
        }
    )


_DESCRIBED: dict[str, dict[str, Any]] = {
    "age": {"unit": "years", "low": 18, "high": 110, "group": "Person", "step": 1.0},
    "family_size": {
        "kind": "integer",
        "unit": "people",
        "low": 1,
        "high": 20,
        "group": "Person",
        "help": "Everyone who lives in the household, the customer included.",
        "aliases": ("family",),
    },
    "education": {
        "choices": {
            "undergraduate": "Undergraduate",
            "graduate": "Graduate",
            "advanced": "Advanced or professional",
        },
        "group": "Person",
        "widget": "select",
    },
    "region": {
        "choices": {
            "bay-area": "Bay Area",
            "central-valley": "Central Valley and coast",
            "inland": "Inland Empire",
            "los-angeles": "Los Angeles",
            "north": "North and Sacramento",
            "orange-county": "Orange County",
            "san-diego": "San Diego",
            "other": "Elsewhere",
        },
        "group": "Person",
        "help": "Where the customer lives.",
    },
    "income": {
        "kind": "number",
        "unit": "thousand $ a year",
        "low": 0.0,
        "high": 10_000.0,
        "step": 1.0,
        "group": "Money",
        "help": "Before tax, of the customer alone.",
    },
    "card_spending": {
        "unit": "thousand $ a month",
        "low": 0.0,
        "high": 1_000.0,
        "step": 0.1,
        "group": "Money",
        "help": "What the customer pays by card in a usual month, at any bank.",
    },
    "mortgage": {
        "kind": "number",
        "unit": "thousand $",
        "low": 0.0,
        "high": 100_000.0,
        "step": 5.0,
        "group": "Money",
        "help": "What is still owed on the customer's house; 0 where there is no mortgage.",
    },
    "online_banking": {"group": "Habits", "lever": True, "help": "Whether the customer uses our online banking."},
}
