"""Roles by the groups that somebody is in elsewhere, as the setting GROUP_ROLES says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from auth.permissions import ADMINISTRATOR, ROLES

EVERYBODY = "*"  # in place of a group
_RANK = {role: rank for rank, role in enumerate(ROLES)}  # each may what the one before may


class BadGroupRoles(ValueError):
    """The setting cannot be read; the message says what is accepted."""


@dataclass(frozen=True)
class GroupRoles:
    """Roles that groups give."""

    rules: Sequence[tuple[str, str, str]]
    """Group, model ("" for all of them) and role."""

    @classmethod
    def read(cls, text: str) -> GroupRoles:
        """Parse ``sales=seller; loan team=loan:manager; it=administrator; *=viewer``.

        Groups may hold spaces, colons and equals signs (``cn=sales,ou=groups``): the last ``=`` ends them.

        Raises
        ------
        BadGroupRoles
        """
        return cls([_rule(each.strip()) for each in text.split(";") if each.strip()])

    def of(self, groups: Collection[str]) -> tuple[str, dict[str, str]] | None:
        """The role for all models ("" for none) and the roles for single models; None where no group gives a role.

        The highest role of several groups counts: to be in one more never takes anything away.
        """
        best: dict[str, str] = {}
        for group, model, role in self.rules:
            if (group == EVERYBODY or group in groups) and _RANK[role] >= _RANK.get(best.get(model, ""), -1):
                best[model] = role
        everywhere = best.pop("", "")
        above: Mapping[str, str] = {
            each: role for each, role in best.items() if _RANK[role] > _RANK.get(everywhere, -1)
        }
        return (everywhere, dict(above)) if everywhere or above else None


def _rule(text: str) -> tuple[str, str, str]:
    group, _, given = (part.strip() for part in text.rpartition("="))
    model, _, role = (part.strip() for part in given.rpartition(":"))
    accepted = f"group=role or group=model:role, separated by semicolons; roles: {', '.join(ROLES)}"
    if not group or role not in ROLES:
        raise BadGroupRoles(f"GROUP_ROLES holds {text!r}; accepted: {accepted}.")
    if model and role == ADMINISTRATOR:
        raise BadGroupRoles(f"GROUP_ROLES holds {text!r}; an administrator is one of all models.")
    return group, model, role
