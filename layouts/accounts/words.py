"""Words of roles and scopes."""

from __future__ import annotations

from ml.translation import mark

ROLE_WORDS = {
    "viewer": mark("Viewer: sees models and figures"),
    "seller": mark("Seller: also predicts"),
    "manager": mark("Manager: also files, campaigns and cut-offs"),
    "data scientist": mark("Data scientist: also makes versions live and rolls back"),
    "administrator": mark("Administrator: also people, keys and audit"),
}

SCOPE_WORDS = {
    "score": mark("score: predictions, files as jobs"),
    "read": mark("read: models, figures and reports"),
    "outcomes": mark("outcomes: what came of decisions"),
    "training": mark("training: decisions and outcomes, as tables to train on"),
    "metrics": mark("metrics: figures for Prometheus"),
    "admin": mark("admin: everything"),
}
