"""The preview of a held file as JSON values."""

from __future__ import annotations

from typing import Any

from jobs.files.file_words import labels_of
from jobs.files.preview import Preview
from ml.service import Bundle

TOP_CELLS = 12  # cells of a row above the header: enough to recognize it
TOP_TEXT = 60  # characters of a cell


def preview_json(seen: Preview, bundle: Bundle) -> dict[str, Any]:
    """The preview of a held job's file as JSON values."""
    label = labels_of(bundle.schema)
    column_of = {feature: name for name, feature in seen.matched.columns.items() if feature}
    return {
        "dialect": seen.dialect.to_json(),
        "applies": seen.applies,
        "top": [[cell[:TOP_TEXT] for cell in row[:TOP_CELLS]] for row in seen.top],
        "header": seen.header,
        "rows": seen.rows,
        "read": seen.read,
        "columns": seen.matched.columns,
        "near": seen.matched.near,
        "features": [{"name": feature.name, "label": feature.label} for feature in bundle.schema.given],
        "missing": [{"name": name, "label": label[name]} for name in seen.matched.missing],
        "gaps": seen.gaps,
        "blank": seen.blank,
        "unread": [
            {
                "feature": each.feature,
                "label": label[each.feature],
                "column": column_of.get(each.feature),
                "values": each.count,
                "row": each.row + 1,
                "example": each.example,
                "accepted": each.accepted,
            }
            for each in seen.unread
        ],
        "drift": [{"name": each.feature, "label": each.label, "index": each.index} for each in seen.compared.drift],
        "unseen": [
            {"name": each.feature, "label": each.label, "values": each.count, "example": each.example}
            for each in seen.compared.unseen
        ],
        "compared": seen.compared.records,
        "left_out": seen.left_out.to_json(),
        "checked": seen.checked,
        "refused": seen.refused,
        "estimated": seen.estimated,
        "whole": seen.whole,
        "problems": [
            {
                "row": problem.row + 1,
                "column": column_of.get(problem.feature or ""),
                "feature": problem.feature,
                "message": problem.message,
                "hint": problem.hint,
                "records": count,
            }
            for problem, count in seen.problems
        ],
        "notes": seen.notes,
        "ready": not seen.why,
        "why": seen.why,
        "seconds_with_reasons": seen.reason_seconds * (seen.estimated or seen.checked),
    }
