"""Routes of versions below ``/api/v1/models/<name>``: list them, make one live, roll back."""

from __future__ import annotations

from typing import Any

from flask import Flask

from api.contract.versions import PromoteRequest, RollbackRequest
from api.http.validated import read_object
from api.v1.models import PREFIX
from auth.versions import changes as version_changes
from auth.versions.changes import VersionChange, fingerprint_of
from ml.lifecycle.actions import live_before
from ml.lifecycle.listing import list_versions
from ml.service import Service


def register(app: Flask, service: Service) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/<name>/versions")
    def show_versions(name: str) -> dict[str, Any]:
        """The versions of a model and their history, without figures."""
        service.allow(name)
        listing = list_versions(service.registry.folder, name, lambda _: None)

        def key(fingerprint: str | None) -> str | None:
            return f"{name}@{fingerprint}" if fingerprint else None

        return {
            "live": key(listing.live),
            "previous": key(live_before(service.registry.folder, name)),
            "versions": [
                {"model": key(each.fingerprint), "created": each.created, "state": each.state}
                for each in listing.versions
            ],
            "history": [
                {
                    "time": each.time,
                    "action": each.action,
                    "model": key(each.fingerprint),
                    "by": each.by,
                    "why": each.why,
                }
                for each in listing.events
            ],
        }

    @app.post(f"{PREFIX}/<name>/promote")
    def promote_version(name: str) -> dict[str, Any]:
        """Make a version live."""
        service.allow(name)
        body = read_object(PromoteRequest)
        fingerprint = fingerprint_of(name, body.version)
        return _change_json(
            name, version_changes.promote(service, name, fingerprint, body.reason, _live(name, body.live))
        )

    @app.post(f"{PREFIX}/<name>/rollback")
    def roll_back(name: str) -> dict[str, Any]:
        """Make the version live that was live before."""
        service.allow(name)
        body = read_object(RollbackRequest)
        return _change_json(name, version_changes.roll_back(service, name, body.reason, _live(name, body.live)))


def _live(name: str, version: str | None) -> str | None:
    return None if version is None else fingerprint_of(name, version)


def _change_json(name: str, made: VersionChange) -> dict[str, Any]:
    return {
        "model": f"{name}@{made.live}",
        "previous": f"{name}@{made.previous}" if made.previous else None,
        "changed": made.entry is not None,
    }
