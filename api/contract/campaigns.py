"""The addresses of campaigns."""

from __future__ import annotations

from typing import Any

from api.contract.paths import in_json, operation, parameter, ref
from api.contract.schemas import JSON

NUMBER, WHOLE, TEXT = {"type": "number"}, {"type": "integer", "minimum": 0}, {"type": "string"}
REFUSED = (400, 404, 409, 503)


def paths() -> dict[str, Any]:
    """What is done with a file that is held, and with one that is scored."""
    anything, job = in_json({"type": "object"}), in_json(ref("Job"))
    made = in_json(ref("Job")) | {"headers": {"Location": {"schema": TEXT}}}
    of_job = parameter("id", "path", "Of the job", required=True)

    def with_job(name: str, summary: str, answer: dict[int, Any], *parameters: Any, body: Any = None) -> dict[str, Any]:
        found = operation(name, summary, ["Campaigns"], answer, REFUSED)
        found |= {"parameters": [of_job, *parameters]}
        return found | ({"requestBody": {"required": True, "content": {JSON: {"schema": body}}}} if body else {})

    columns = parameter("columns", "query", "JSON object: column of the file to feature, or to an empty text")
    look = (
        parameter("order", "query", "By rank or as in the file", {"type": "string", "enum": ["rank", "file"]}),
        parameter("outcome", "query", "By whose probability the ranks go"),
        parameter("start", "query", "First row, from 0", WHOLE),
        parameter("end", "query", "Row after the last; at most 1,000 are given", WHOLE),
    )
    start = {"type": "object", "properties": {"columns": {"type": "object"}, "reasons": {"type": "boolean"}}}
    place = "/api/v1/jobs/{id}"
    return {
        f"{place}/preview": {"get": with_job("preview", "What a held file holds", {200: anything}, columns)},
        f"{place}/start": {"post": with_job("start", "Score a held file", {202: job}, body=start)},
        f"{place}/records": {"get": with_job("records", "Rows that were scored", {200: anything}, *look)},
        f"{place}/choices": {"get": with_job("choices", "From what lists are made", {200: anything})},
        f"{place}/forecast": {"post": with_job("forecast", "What a list would bring", {200: anything}, body=_wish())},
        f"{place}/lists": {"post": with_job("make_list", "Write a list", {202: made}, body=_wish())},
    }


def _wish() -> dict[str, Any]:
    counts = {"type": "object", "additionalProperties": WHOLE}
    properties = {
        "by": {"type": "string", "enum": ["cutoff", "number", "budget"]},
        "cut_off": NUMBER,
        "number": WHOLE,
        "budget": NUMBER,
        "outcomes": {"type": "array", "items": TEXT},
        "several": {"type": "boolean"},
        "cost": NUMBER,
        "values": {"type": "object", "additionalProperties": NUMBER},
        "column": {"type": ["string", "null"]},
        "limits": counts,
        "limit": {"type": ["integer", "null"]},
        "quotas": counts,
        "control": NUMBER,
        "reasons": {"type": "boolean"},
    }
    return {"type": "object", "properties": properties}
