"""State of the models that all instances share, as the store gives it and as each instance keeps it in its cache."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from ml.lifecycle.history import HistoryEntry
from ml.lifecycle.model_folder import FINGERPRINT, NAME


class StateStore(Protocol):
    """Store of the shared state; ``store.shared_models`` is one. Each method raises OSError during an outage."""

    def token(self) -> str:
        """Another text after each change."""

    def read(self) -> Mapping[str, Any]:
        """``token``, and ``models`` by name: ``live``, ``coming``, ``trusted``, ``versions``, ``history``."""

    def change(
        self,
        model: str,
        *,
        expected: str | None,
        live: str | None,
        entries: Collection[Mapping[str, Any]],
        added: Mapping[str, Mapping[str, str]] | None = None,
        removed: Collection[str] = (),
    ) -> bool:
        """Compare and set what is live, with lines of the history; False where something else is there."""

    def announce(self, model: str, fingerprint: str, told: Mapping[str, str] | None = None) -> bool:
        """Let instances fetch a version that is about to go live."""

    def report(self, machine: str, versions: Collection[str]) -> None:
        """Say which versions are in the cache of a machine that serves."""

    def instances(self, within: float) -> Sequence[Collection[str]]:
        """Versions cached by each machine that reported within so many seconds."""

    def trust(self, model: str, expected: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
        """Compare and set what a model may load beyond the rule."""

    def needed(self) -> set[str]:
        """Keys of the versions that jobs need."""


@dataclass(frozen=True)
class VersionRecord:
    """A version in object storage: SHA-256 of its manifest, and when it was made (ISO 8601)."""

    manifest: str
    created: str


@dataclass(frozen=True)
class SharedModel:
    """One model."""

    live: str | None = None
    """Fingerprint."""
    versions: Mapping[str, VersionRecord] = field(default_factory=dict)
    """By fingerprint."""
    trusted: Mapping[str, Any] = field(default_factory=dict)
    """As an entry of ``trust.json``; empty where it needs none."""
    history: tuple[HistoryEntry, ...] = ()
    """The oldest first."""
    coming: str | None = None
    """Fingerprint of a version that is about to go live."""


@dataclass(frozen=True)
class SharedState:
    """All models at one moment, by name; `token` tells two states apart."""

    token: str = ""
    models: Mapping[str, SharedModel] = field(default_factory=dict)

    def of(self, name: str) -> SharedModel:
        """One model; an empty one where the store knows none of that name."""
        return self.models.get(name, SharedModel())

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> SharedState:
        """The state in what a store gave. Names become paths: what is no name of a model or version is left out."""
        models = {name: _model(told) for name, told in read["models"].items() if NAME.fullmatch(name)}
        return cls(read["token"], models)

    def to_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`."""
        return {"token": self.token, "models": {name: _to_json(model) for name, model in self.models.items()}}


def entry_to_json(entry: HistoryEntry) -> dict[str, Any]:
    """A line of the history as a store takes it: "by" is a word of SQL."""
    fields = asdict(entry)
    return {"who": fields.pop("by")} | fields


def _model(entry: Mapping[str, Any]) -> SharedModel:
    versions = {
        fingerprint: VersionRecord(each["manifest"], each["created"])
        for fingerprint, each in entry["versions"].items()
        if FINGERPRINT.fullmatch(fingerprint)
    }
    history = tuple(
        HistoryEntry(each["time"], each["action"], each["fingerprint"], each["previous"], each["who"], each["why"])
        for each in entry["history"]
    )
    live, coming = (entry[name] if entry[name] in versions else None for name in ("live", "coming"))
    return SharedModel(live, versions, entry["trusted"], history, coming)


def _to_json(model: SharedModel) -> dict[str, Any]:
    return {
        "live": model.live,
        "coming": model.coming,
        "trusted": dict(model.trusted),
        "versions": {fingerprint: asdict(record) for fingerprint, record in model.versions.items()},
        "history": [entry_to_json(entry) for entry in model.history],
    }
