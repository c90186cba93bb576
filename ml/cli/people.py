"""Invite people who sign in: ``python -m ml people``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Protocol

from ml.cli import OK


class Accounts(Protocol):
    """The accounts that the command works on."""

    def all(self) -> Sequence[Any]:
        """Everybody, by name."""

    def invite(self, name: str, role: str) -> str:
        """Add a person and give the token of the invitation."""

    def reset(self, person_id: str) -> str:
        """The token of a link with which a person chooses a new password."""


def register(commands: Any) -> None:
    """Add the command."""
    people = commands.add_parser(
        "people",
        help="invite people who sign in, and list them (AUTH=password)",
        description="Prints the path of a link for one use, with which the person chooses a password: append it to\n"
        "the address of the service.",
    )
    actions = people.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="invite somebody, or make a new link for somebody who is there")
    add.add_argument("name", help="name or e-mail address")
    add.add_argument("--role", default="viewer", help="viewer, seller, manager, data scientist or administrator")
    actions.add_parser("list", help="everybody, with role and state")


def run(given: argparse.Namespace) -> int:
    """Invite somebody, or list everybody."""
    return _add(given) if given.action == "add" else _list(given)


def _add(given: argparse.Namespace) -> int:
    """Print the link of an invitation; of a person who is there the role stays."""
    accounts: Accounts = given.accounts()
    there = {person.name: person for person in accounts.all()}.get(given.name.strip().casefold())
    token = accounts.reset(there.id) if there else accounts.invite(given.name, given.role)
    print(f"Within two days, {given.name} opens /account/invitation/{token}")
    return OK


def _list(given: argparse.Namespace) -> int:
    """Print everybody."""
    for person in given.accounts().all():
        state = "closed" if not person.active else "signs in" if person.password or person.identity else "invited"
        single = "".join(f", {role} of {model}" for model, role in person.roles.items())
        print(f"{person.name:<40} {state:<9} {person.role or 'no role'}{single}")
    return OK
