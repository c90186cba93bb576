"""The table of permissions: what each route and each callback asks of its caller. What is not in it is refused.

A test compares it with the routes of both applications, the callbacks of the pages, and the OpenAPI document.
"""

from __future__ import annotations

import json
import re
from typing import Any

from auth.permissions import Permission

OPEN, SIGNED_IN, READ = Permission.OPEN, Permission.SIGNED_IN, Permission.READ
SCORE, FILES, CUT_OFFS = Permission.SCORE, Permission.FILES, Permission.CUT_OFFS
OUTCOMES, TRAINING = Permission.OUTCOMES, Permission.TRAINING
VERSIONS, METRICS, ADMIN = Permission.VERSIONS, Permission.METRICS, Permission.ADMIN

# Routes: method and rule, as Flask has them; HEAD counts as GET
ROUTES = {
    # assets, health, sign-in
    "GET /assets/<path:filename>": OPEN,
    "GET /assets/likely.css": OPEN,
    "GET /assets/likely.js": OPEN,
    "GET /_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": OPEN,
    "GET /_favicon.ico": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /ping": OPEN,
    "GET /v2/health/live": OPEN,
    "GET /v2/health/ready": OPEN,
    "GET /sign-in": OPEN,
    "POST /sign-in": OPEN,
    "GET /sign-in/start": OPEN,
    "GET /sign-in/callback": OPEN,
    "POST /sign-out": OPEN,
    "GET /account/invitation/<token>": OPEN,
    "POST /account/invitation/<token>": OPEN,
    "GET /metrics": METRICS,
    # pages
    "GET /": READ,
    "GET /<path:path>": READ,
    "GET /_dash-layout": SIGNED_IN,
    "GET /_dash-dependencies": SIGNED_IN,
    "GET /_reload-hash": SIGNED_IN,
    "POST /_dash-update-component": SIGNED_IN,  # each callback has a row of its own below
    "POST /_leave-customer": OUTCOMES,
    "GET /account": SIGNED_IN,
    "POST /account": SIGNED_IN,
    "GET /account/people": ADMIN,
    "POST /account/people": ADMIN,
    "GET /account/keys": ADMIN,
    "POST /account/keys": ADMIN,
    "GET /account/audit": ADMIN,
    "GET /account/audit.csv": ADMIN,
    # the API: what there is
    "GET /api/openapi.json": SIGNED_IN,
    "GET /api/docs": SIGNED_IN,
    "GET /api/docs.js": SIGNED_IN,
    "GET /api/v1/models": SIGNED_IN,  # those that the caller may know
    "GET /v1/models": SIGNED_IN,
    "GET /v2": SIGNED_IN,
    "GET /version": SIGNED_IN,
    # models
    "GET /api/v1/models/<name>": READ,
    "GET /api/v1/models/<name>/openapi.json": READ,
    "GET /api/v1/models/<name>/versions": READ,
    "POST /api/v1/models/<name>/promote": VERSIONS,
    "POST /api/v1/models/<name>/rollback": VERSIONS,
    "GET /api/v1/models/<name>/results": READ,
    "GET /api/v1/answers/<answer>": SCORE,  # of its model, which the job service asks for
    "GET /api/v1/models/<name>/plots/<plot>.csv": READ,
    "GET /api/v1/models/<name>/report.<any(html, pdf):kind>": READ,
    "GET /api/v1/models/<name>/ping": READ,
    "GET /api/v1/models/<name>/version": READ,
    "GET /v1/models/<part:name>": READ,
    "GET /v1/models/<part:name>/versions/<part:fingerprint>": READ,
    "GET /v2/models/<name>": READ,
    "GET /v2/models/<name>/ready": READ,
    "GET /v2/models/<name>/versions/<fingerprint>": READ,
    "GET /v2/models/<name>/versions/<fingerprint>/ready": READ,
    # predictions
    "POST /": SCORE,
    "POST /api": SCORE,
    "POST /predict": SCORE,
    "POST /score": SCORE,
    "POST /invocations": SCORE,
    "POST /<name>/predict": SCORE,
    "POST /api/v1/models/<name>/predict": SCORE,
    "POST /api/v1/models/<name>/score": SCORE,
    "POST /api/v1/models/<name>/invocations": SCORE,
    "POST /v1/models/<part:name>:predict": SCORE,
    "POST /v1/models/<part:name>/versions/<part:fingerprint>:predict": SCORE,
    "POST /v2/models/<name>/infer": SCORE,
    "POST /v2/models/<name>/versions/<fingerprint>/infer": SCORE,
    "GET /api/v1/models/<name>/training.csv": TRAINING,
    "POST /api/v1/outcomes/jobs": OUTCOMES,  # each line asks again when a worker reads it
    "GET /api/v1/outcomes/jobs/<job>": OUTCOMES,  # of who sent it, which the jobs of outcomes ask for
    "GET /api/v1/outcomes/jobs/<job>/result": OUTCOMES,
    "DELETE /api/v1/outcomes/jobs/<job>": OUTCOMES,
    "GET /api/v1/models/<name>/outcomes.csv": FILES,  # decisions of everybody, without values
    "POST /api/v1/outcomes": OUTCOMES,  # of the model of each decision, which the feedback service asks for
    # jobs, campaigns, lists
    "POST /api/v1/models/<name>/jobs": FILES,
    "GET /api/v1/jobs": FILES,
    "GET /api/v1/jobs/<job>": FILES,
    "DELETE /api/v1/jobs/<job>": FILES,
    "POST /api/v1/jobs/<job>/cancel": FILES,
    "POST /api/v1/jobs/<job>/start": FILES,
    "POST /api/v1/jobs/<job>/forecast": FILES,
    "POST /api/v1/jobs/<job>/lists": FILES,
    "GET /api/v1/jobs/<job>/preview": FILES,
    "GET /api/v1/jobs/<job>/result": FILES,
    "GET /api/v1/jobs/<job>/records": FILES,
    "GET /api/v1/jobs/<job>/choices": FILES,
    "GET /api/v1/jobs/<job>/control": FILES,
    "DELETE /api/v1/jobs/<job>/control": FILES,
}

# Pages of a model, beside the permission to see it: the router asks for it, and no tab leads to what is refused
PAGES = {
    "predict": SCORE,
    "insights": READ,
    "performance": READ,
    "campaign": FILES,
    "results": READ,
    "versions": READ,
}

# Pages that are about no single model, where one may do it with any: no link leads to what is refused
SITE_PAGES = {"home": READ, "today": OUTCOMES, "gallery": READ}

# Callbacks of the pages that the server answers: the first of their outputs, see `callback_name`
CALLBACKS: dict[str, Permission] = {
    "content.children": READ,  # the router: it asks for SCORE and FILES itself where a page needs them
    "making.children": READ,
    "index=0,type=received.children": READ,  # the gallery of inputs
    "choice-matches.attributes": READ,
    "record-matches.attributes": SCORE,
    "result.tree": SCORE,
    "reasons.tree": SCORE,
    "pins.tree": SCORE,
    "type=pins-kept.data": SCORE,
    "outcome-said.attributes": OUTCOMES,
    "history.tree": OUTCOMES,
    "claim-said.attributes": OUTCOMES,
    "location.href": OUTCOMES,  # the next customer
    "type=plot.children": READ,
    "averages.children": READ,
    "threshold-table.data": READ,
    "cut-off-history.children": READ,
    "results.children": READ,
    "results-analysts.children": READ,
    "results-request.data": CUT_OFFS,  # ends an alarm
    "cut-off-response.data": CUT_OFFS,
    "versions=table.children": READ,
    "versions=said.children": VERSIONS,
    "versions=challenger.children": READ,
    "versions=choose-said.children": VERSIONS,
    "versions=stop-said.children": VERSIONS,
    "campaign.children": FILES,
    "campaign.data-anew": FILES,
    "campaigns.children": FILES,
    "campaign=holds.children": FILES,
    "campaign=start-said.children": FILES,
    "campaign=bar.value": FILES,
    "campaign=cancel-said.children": FILES,
    "campaign=rows.data": FILES,
    "campaign=wish-field.hidden": FILES,
    "campaign=parts.children": FILES,
    "campaign=forecast.children": FILES,
    "campaign=list.data": FILES,
    "campaign=list-bar.value": FILES,
    "campaign=list-cancel.title": FILES,
    "campaign=make.disabled": FILES,
    "campaign=hand-said.children": FILES,
    "campaign=export-said.children": FILES,
}


def callback_name(output: str) -> str:
    """A callback by the first of its outputs: "result.tree", "campaign=start.disabled", "plot.children"."""
    first = re.sub(r"@[0-9a-f]+$", "", output[2:-2].split("...")[0] if output.startswith("..") else output)
    component, _, prop = first.rpartition(".")
    if not component.startswith("{"):
        return first
    fixed = {name: value for name, value in _parsed(component).items() if not isinstance(value, list)}
    return f"{','.join(f'{name}={value}' for name, value in sorted(fixed.items()))}.{prop}"


def _parsed(component: str) -> dict[str, Any]:
    try:
        parsed = json.loads(component)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def permission_of_callback(output: object) -> Permission | None:
    """Permission that a callback needs; None where it is in no row."""
    return CALLBACKS.get(callback_name(output)) if isinstance(output, str) else None
