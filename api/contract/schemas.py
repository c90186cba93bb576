"""JSON schemas: of a model's records out of its schema, and of everything that the API answers."""

from __future__ import annotations

from typing import Any

from api.models import example_of
from ml.schema import MOST_LISTED, Feature, Schema, plain
from ml.service import Bundle

JSON = "application/json"
_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean"}


def record(bundle: Bundle) -> dict[str, Any]:
    """One record of a model: types, limits, choices, units and an example."""
    schema = bundle.schema
    properties = {feature.name: _feature(feature) for feature in schema.features}
    for name in dict.fromkeys(schema.shown.values()):  # one choice may stand in place of its columns
        properties[name] = _feature(schema.displayed.feature(name))
    if schema.record_id:
        properties[schema.record_id] = {"type": ["string", "null"], "maxLength": 200, "title": "The record's own name"}
    return {
        "type": "object",
        "title": f"A record of {bundle.title}",
        "properties": properties,
        "required": [
            feature.name for feature in schema.features if feature.required and feature.name not in schema.shown
        ],
        "additionalProperties": False,
        "examples": [example(schema)],
    }


def example(schema: Schema) -> dict[str, Any]:
    """A record that the model takes."""
    return {feature.name: example_of(feature) for feature in schema.features}


def _feature(feature: Feature) -> dict[str, Any]:
    said = feature.help
    kind = _TYPES.get(feature.kind, "string")
    kinds: dict[str, Any] = {"type": kind if feature.required else [kind, "null"]}
    if feature.codes and feature.yes_no:
        kinds = {"type": [kind, "boolean", *([] if feature.required else ["null"])]}
    if len(feature.choices) > MOST_LISTED:
        # Ten thousand values in each document would be 300 kB for every client that reads it.
        types = sorted({_type_of(choice.value) for choice in feature.choices})
        types += [] if feature.required else ["null"]
        kinds = {"type": types if len(types) > 1 else types[0]}
        said = f"{said} One of {len(feature.choices):,} values: the model's own address lists them.".strip()
    elif feature.choices:
        kinds = {"enum": [*[choice.value for choice in feature.choices], *([] if feature.required else [None])]}
        said = f"{said} {', '.join(f'{choice.value}: {choice.label}' for choice in feature.choices)}".strip()
    if feature.kind == "date":
        kinds["format"] = "date"
    made = {"title": feature.label, **kinds, "examples": [example_of(feature)]}
    if feature.kind in ("number", "integer"):
        limits = {"minimum": plain(feature.low), "maximum": plain(feature.high)}
        made |= {name: value for name, value in limits.items() if value is not None}
    made |= {"description": said} if said else {}
    return made | ({"x-unit": feature.unit} if feature.unit else {})


def _type_of(value: object) -> str:
    """What JSON schema calls the type of a choice."""
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, float)) else "string"


def answer(bundle: Bundle) -> dict[str, Any]:
    """What the predict address answers for a model."""
    names = list(bundle.outcomes.names)
    chance = {"type": "number", "minimum": 0, "maximum": 1}
    by_outcome = {"type": "object", "properties": dict.fromkeys(names, chance), "required": names}
    label: dict[str, Any] = {"type": "string", "enum": names}
    if not bundle.outcomes.exclusive:
        label = {"type": "array", "items": {"type": "string", "enum": names}}
    gives = bundle.offers == "probabilities"
    prediction = {
        "type": "object",
        "properties": {
            "id": {"type": ["string", "null"]},
            "label": {"anyOf": [label, {"type": "null"}]},
            "probabilities": by_outcome if gives else {"type": "null"},
            "notes": {"type": "array", "items": {"type": "object"}},
            "low": by_outcome,
            "high": by_outcome,
            "base": by_outcome,
            "contributions": {"type": "object"},
            "standard_errors": {"type": "object"},
            "reasons": {"type": "object"},
            "blanks": {"type": "array", "items": {"type": "string"}},
            "questions": {"type": "array", "items": {"type": "object"}},
            "decisions": {"type": "object"},
        },
        "required": ["id", "label", "probabilities"],
    }
    return {
        "type": "object",
        "properties": {
            "model": {"type": "string", "description": "Key of the version that answered"},
            "outcomes": {"type": "array", "items": {"type": "string"}},
            "predictions": {"type": "array", "items": prediction},
            "cutoffs": {"type": "object"},
            "ignored": {"type": "array", "items": {"type": "string"}},
            "about": {"type": "string"},
            "remark": {"type": "string"},
        },
        "required": ["model", "outcomes", "predictions"],
    }


def shared() -> dict[str, Any]:
    """Schemas that do not depend on a model."""
    text, number = {"type": "string"}, {"type": ["number", "null"]}
    problem = {
        "type": "object",
        "properties": {
            "row": {"type": "integer"},
            "feature": {"type": ["string", "null"]},
            "message": text,
            "hint": text,
        },
        "required": ["row", "feature", "message", "hint"],
    }
    error = {
        "type": "object",
        "properties": {
            "code": text,
            "message": text,
            "hint": text,
            "problems": {"type": "array", "items": problem, "maxItems": 100},
            "more": {"type": "integer"},
        },
        "required": ["code", "message", "hint", "problems"],
    }
    callback = {
        "type": "object",
        "properties": {
            "url": text,
            "state": {"type": "string", "enum": ["waiting", "delivered", "failed"]},
            "attempts": {"type": "integer"},
            "status": {"type": ["integer", "null"]},
            "message": text,
        },
        "required": ["url", "state", "attempts", "status", "message"],
    }
    job = {
        "type": "object",
        "properties": {
            "id": text,
            "model": text,
            "state": {"type": "string", "enum": ["held", "waiting", "running", "done", "failed", "cancelled"]},
            "kind": {"type": "string", "enum": ["score", "campaign", "list"]},
            "campaign": {"type": "boolean"},
            "name": {"type": ["string", "null"]},
            "done": {"type": "integer"},
            "total": {"type": ["integer", "null"]},
            "errors": {"type": "integer"},
            "notes": {"type": "array", "items": {"type": "string"}},
            "rate": number,
            "message": text,
            "created": number,
            "started": number,
            "finished": number,
            "callback": {"anyOf": [callback, {"type": "null"}]},
            "links": {"type": "object"},
        },
        "required": ["id", "model", "kind", "campaign", "state", "done", "total", "errors", "message", "links"],
    }
    return {
        "Error": {"type": "object", "properties": {"error": error}, "required": ["error"]},
        "Job": job,
        "Jobs": {
            "type": "object",
            "properties": {
                "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}},
                "links": {"type": "object", "properties": {"self": text, "next": {"type": ["string", "null"]}}},
            },
            "required": ["jobs", "links"],
        },
        "Tensor": {
            "type": "object",
            "properties": {
                "name": text,
                "datatype": text,
                "shape": {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1, "maxItems": 2},
                "data": {"type": "array"},
            },
            "required": ["name", "datatype", "shape", "data"],
        },
        "V2Error": {"type": "object", "properties": {"error": text}, "required": ["error"]},
        "InvocationsError": {
            "type": "object",
            "properties": {"error_code": text, "message": text},
            "required": ["error_code", "message"],
        },
    }
