"""The picture of the rooms in docs/ARCHITECTURE.md, drawn from the ``layers`` contracts in pyproject.toml.

``python -m tests.architecture`` writes the picture anew; a test says when that is due.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ARCHITECTURE.md"
BEGIN, END = "<!-- begin of the picture: python -m tests.architecture -->", "<!-- end of the picture -->"
WIDTH = 30


def contracts() -> list[dict[str, Any]]:
    """The contracts of import-linter whose type is "layers"."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return [contract for contract in linter["contracts"] if contract["type"] == "layers"]


def picture() -> str:
    """Every floor of every contract, top floor first, each room with the first line of its docstring."""
    return "\n".join([BEGIN, "```", *(line for contract in contracts() for line in _of(contract)), "```", END])


def page_with(drawn: str) -> str:
    """The page with this picture in its place."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + drawn + rest.split(END)[1]


def _of(contract: dict[str, Any]) -> list[str]:
    (container,) = contract["containers"]
    lines = ["", f"{container.replace('.', '/')}/"]
    for number, floor in zip(range(len(contract["layers"]), 0, -1), contract["layers"], strict=True):
        rooms = [room.strip() for room in floor.split("|")]
        lines += [f"{number if at == 0 else '':>4}  {said(container, room)}" for at, room in enumerate(rooms)]
    return lines


def said(container: str, room: str) -> str:
    """A room with the first line of its docstring."""
    place = ROOT / container.replace(".", "/") / room
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    name = f"{room}/" if place.is_dir() else file.name
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return f"{name:<{WIDTH - 6}}{text.splitlines()[0].rstrip('.') if text else ''}".rstrip()


if __name__ == "__main__":
    PAGE.write_text(page_with(picture()), encoding="utf-8")
