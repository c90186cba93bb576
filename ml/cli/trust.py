"""``python -m ml trust``: allows types and code of a version beyond the rule, after somebody looked at them."""

from __future__ import annotations

import argparse
from typing import Any

from ml.bundle.bundle import ESTIMATOR, Bundle
from ml.cli import OK
from ml.errors import InvalidData
from ml.lifecycle.registry import Registry
from ml.lifecycle.trusted_types import allow
from ml.runtime.foreign_code import foreign, reason
from ml.trust.load import names_in
from ml.trust.record import FILE, Trusted, trusted_of
from ml.trust.types import is_harmless

SHORTEST = 12  # digits of a digest that are told apart by eye


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("trust", help="allow types or code that a copied version brings")
    parser.add_argument("name", help="the model, or a key such as churn@3f9a1c2b; without options: what it needs")
    parser.add_argument("--type", action="append", default=[], metavar="TYPE", help="a type that you looked at")
    parser.add_argument("--code", metavar="SHA256", help="the code that you read, by its digest")


def run(given: argparse.Namespace) -> int:
    """Record the permissions, and print what the version needs and whether it serves now."""
    bundle = Registry(given.models).load(given.name)
    code, names = bundle.code, _names(bundle)
    own = [name for name in names if code is not None and code.modules.holds(name)]
    others = [name for name in names if name not in own and not is_harmless(name)]
    _refuse_strangers(given.type, [*own, *others], bundle.key)
    digests: dict[str, list[str]] = {}
    if given.code:
        if code is None or len(given.code) < SHORTEST or not code.digest.startswith(given.code):
            brings = f"code {code.digest}" if code else "no code"
            raise InvalidData(f"{bundle.key} brings {brings}, not {given.code}.", "Copy the digest from the refusal.")
        digests[code.digest] = own
    more = Trusted(frozenset(given.type), {digest: frozenset(names) for digest, names in digests.items()})
    if more.types or more.code:
        allow(given.models, bundle.name, more)
        print(f"kept in {given.models / FILE}")
    _say(bundle, own, others, trusted_of(given.models, bundle.name))
    _ = Registry(given.models).load(bundle.key).predictor
    print(f"{bundle.key}: serves")
    return OK


def _names(bundle: Bundle) -> list[str]:
    with foreign(lambda error: InvalidData(f"{bundle.key}: {ESTIMATOR} cannot be read: {reason(error)}.")):
        return names_in(bundle.folder / ESTIMATOR, bundle.code)


def _refuse_strangers(names: list[str], needed: list[str], key: str) -> None:
    unknown = sorted(set(names) - set(needed))
    if unknown:
        hint = f"It needs: {', '.join(needed) or 'nothing beyond what any model may hold'}."
        raise InvalidData(f"{key} does not hold {', '.join(unknown)}.", hint)


def _say(bundle: Bundle, own: list[str], others: list[str], trusted: Trusted) -> None:
    code = bundle.code
    if code is not None:
        state = "allowed" if code.digest in trusted.code else "not allowed"
        print(f"code {code.digest} in {code.folder}: {state}")
        for name in sorted(code.files):
            print(f"      {name}")
    allowed = trusted.names(code.digest if code else None)
    for name in [*own, *others]:
        print(f"type {name}: {'allowed' if name in allowed else 'not allowed'}")
