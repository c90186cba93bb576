"""Examples at the foot of each command's ``--help``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

GENERAL = """\
python -m ml train                     the demo models
python -m ml list
python -m ml predict iris --sl 5.1 --sw 3.5 --pl 1.4 --pw 0.2
python -m ml versions iris             what was live when
python -m ml COMMAND --help            options and examples of a command"""

OF_COMMANDS = {
    "train": "python -m ml train\npython -m ml train loan --data loan.csv",
    "add": """\
python -m ml add churn --estimator churn.skops --data training.csv --holdout holdout.csv --truth left
python -m ml add churn --estimator new.skops --data training.csv --holdout holdout.csv --truth left \\
    --hold --why "a boosted forest instead of the regression"
python -m ml add churn --estimator churn.joblib --trust-pickle --code shop_features.py \\
    --data training.csv --holdout holdout.csv --truth left

docs/ADDING_A_MODEL.md says what each is for, and what stands in the TOML file of --describe.""",
    "versions": "python -m ml versions churn\npython -m ml versions churn --json",
    "promote": 'python -m ml promote churn@3f9a1c2b --why "better in the test of November"',
    "rollback": 'python -m ml rollback churn --why "too many calls"',
    "remove": "python -m ml remove churn@3f9a1c2b\npython -m ml remove churn --yes",
    "trust": """\
python -m ml trust churn                what it needs beyond the rule, and whether that is allowed
python -m ml trust churn --type shop.Ratio
python -m ml trust churn --code 9f86d081884c7d65""",
    "training": "python -m ml training churn --as-of 2026-06-30 --out training.csv",
    "retrain": "python -m ml retrain churn\npython -m ml retrain churn --as-of 2026-06-30",
    "warm": "python -m ml warm churn",
    "forget": "python -m ml forget LP001002\npython -m ml forget LP001002 --model loan --yes",
    "people": "python -m ml people add ann@example.com --role administrator\npython -m ml people list",
    "upload": "python -m ml upload\npython -m ml upload churn",
    "backup": "python -m ml backup likely.zip\npython -m ml backup likely.zip --models --with-secrets",
    "restore": "python -m ml restore likely.zip --list\npython -m ml restore likely.zip",
    "predict": """\
python -m ml predict iris --sl 5.1 --sw 3.5 --pl 1.4 --pw 0.2

Give each feature as --name value, by its name or an alias; python -m ml predict NAME lists what is missing.""",
    "score": "python -m ml score loan --in applications.csv --out scored.csv",
    "report": "python -m ml report loan --out loan.html\npython -m ml report loan --out loan.pdf --outcome Y",
    "records": "python -m ml records loan --data customers.csv --id customer\npython -m ml records loan --clear",
}


def add_examples(parser: argparse.ArgumentParser, commands: Mapping[str, argparse.ArgumentParser]) -> None:
    """Put the examples under the help of the whole and of each command."""
    _foot(parser, GENERAL)
    for name, text in OF_COMMANDS.items():
        _foot(commands[name], text)


def _foot(parser: argparse.ArgumentParser, text: str) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "examples:\n" + "\n".join(f"  {line}" if line else "" for line in text.splitlines())
