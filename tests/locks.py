"""Locks and what they are made of: requirements*.txt and requirements/*.in, read line by line without pip."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.serving import ROOT

# Each hand-written file and its lock
LOCKS = {
    name: ROOT / ("requirements.txt" if name == "service" else f"requirements-{name}.txt")
    for name in ("service", "dask", "libraries", "traces", "parquet", "dev", "clients", "mutants", "s3")
}


@dataclass(frozen=True)
class Pin:
    """One package of a lock, and the hashes of its files."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (only,) = self.requirement.specifier
        assert only.operator == "==", f"{self.requirement} is no pin"
        return only.version

    @property
    def is_for_here(self) -> bool:
        """Whether this machine and this Python need it."""
        return self.requirement.marker is None or self.requirement.marker.evaluate()


def read_pins(lock: Path) -> list[Pin]:
    """Every package that a lock pins."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [Pin(Requirement(line.partition("--hash=")[0]), tuple(re.findall(r"--hash=(\S+)", line))) for line in lines]


def read_wanted(name: str) -> list[Requirement]:
    """What a hand-written file names, with the files that it takes in."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    wanted: list[Requirement] = []
    for line in (line.partition("#")[0].strip() for line in lines):
        if line.startswith("-r "):
            wanted += read_wanted(line.removeprefix("-r ").removesuffix(".in"))
        elif line:
            wanted.append(Requirement(line))
    return wanted
