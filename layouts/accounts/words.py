"""Words of roles and scopes."""

from __future__ import annotations

from ml.translation import mark

ROLE_WORDS = {
    "viewer": mark("Viewer: sees models and figures"),
    "seller": mark("Seller: also predicts"),
    "manager": mark("Manager: also files, campaigns and cut-offs"),
    "data scientist": mark("Data scientist: as a manager"),
    "administrator": mark("Administrator: also people, keys and audit"),
}

SCOPE_WORDS = {
    "score": mark("score: predictions, files as jobs"),
    "read": mark("read: models, figures and reports"),
    "outcomes": mark("outcomes: what came of decisions"),
    "admin": mark("admin: everything"),
}
