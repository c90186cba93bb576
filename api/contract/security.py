"""Security of operations in the OpenAPI document: the API key and the scopes that an operation asks for."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from auth.permissions import SCOPES, Permission
from auth.table import ROUTES

KEY = "apiKey"
SCHEMES: dict[str, Any] = {
    KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "lk_<id>_<secret>_<check>",
        "description": "API key, where people sign in (setting AUTH). Each operation names the scopes that grant it.",
    }
}


def needs_no_key(method: str, path: str) -> bool:
    """True for an operation that asks nothing of its caller."""
    return _needs()[method, path] is Permission.OPEN


def security_of(method: str, path: str) -> list[dict[str, list[str]]]:
    """Security requirements of an operation: a key with one of these scopes, or nothing where nobody signs in."""
    needs = _needs()[method, path]
    if needs is Permission.OPEN:
        return []
    scopes = [[scope] for scope, granted in SCOPES.items() if needs in granted and scope != "admin"]
    return [*({KEY: scope} for scope in scopes or [[]]), {}]


@cache
def _needs() -> dict[tuple[str, str], Permission]:
    """Permissions by method and path, as OpenAPI writes paths."""
    needs = {}
    for route, permission in ROUTES.items():
        method, rule = route.split(" ", 1)
        some = re.search(r"<any\(([^)]*)\):\w+>", rule)
        for word in some[1].split(",") if some else [""]:
            path = rule.replace(some[0], word.strip()) if some else rule
            needs[method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)] = permission
    return needs
