"""Every setting is handed on: some part of the product reads it of the settings, or the test names it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import fields

import pytest

from settings import Settings
from tests.architecture import ROOT
from tests.unit.test_architecture import PRODUCT

OWN = ("settings.py", "sign_in_settings.py", "feedback_settings.py")
# Which of the settings' own methods only check them, or hand all of them to another process
NO_USE = ("__post_init__", "check_sign_in", "_needed_by_oidc", "_needed_by_proxy", "check_alerts", "to_environ")


def attributes_of(names: set[str], tree: ast.AST) -> set[str]:
    """Names of the attributes that are read of these variables."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load))
    return {node.attr for node in found if isinstance(node.value, ast.Name) and node.value.id in names}


def read_by(source: str) -> set[str]:
    """Attributes that a module reads of the settings: of parameters of that type, and of what is made of them."""
    tree = ast.parse(source)
    names = {
        node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) and node.annotation and "Settings" in ast.unparse(node.annotation)
    }
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    for node in assigned * 2:  # one variable may be made of another
        made, of_names = ast.unparse(node.value), "|".join(names)
        from_settings = made in names or made.startswith(("Settings.", "Settings(", "_settings_of_host("))
        if from_settings or any(made.startswith(f"replace({name}") for name in of_names.split("|") if name):
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return attributes_of(names, tree)


def properties(source: str) -> dict[str, set[str]]:
    """What each method of the settings reads of them, other than those that only check."""
    methods = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {each.name: attributes_of({"self"}, each) for each in methods if each.name not in NO_USE}


def unread(names: Iterable[str], product: Iterable[str], own: Iterable[str]) -> set[str]:
    """Settings that no part of the product reads, itself or by a property of the settings."""
    read, methods = set[str]().union(*map(read_by, product)), [properties(source) for source in own]
    for _ in range(3):  # properties call properties
        read |= {
            name for each in methods for method, names_read in each.items() if method in read for name in names_read
        }
    return set(names) - read


def sources(*names: str) -> list[str]:
    return [(ROOT / name).read_text(encoding="utf-8") for name in names]


def product() -> list[str]:
    """Modules that name the settings, without those that define them."""
    files = [*ROOT.glob("*.py"), *(file for room in PRODUCT for file in (ROOT / room).rglob("*.py"))]
    texts = [file.read_text(encoding="utf-8") for file in files if file.name not in OWN]
    return [text for text in texts if "Settings" in text]


def test_every_setting_is_read_by_some_part():
    assert unread([row.name for row in fields(Settings)], product(), sources(*OWN)) == set()


def test_a_setting_that_nobody_reads_is_found():
    assert unread(["port", "fake_setting"], product(), sources(*OWN)) == {"fake_setting"}
    no_use = "class Settings:\n    def __post_init__(self):\n        self.fake\n"
    assert unread(["fake"], [], [no_use]) == {"fake"}


@pytest.mark.parametrize(
    "source",
    [
        "def f(settings: Settings): settings.fake",
        "def f(given: Settings | None): return lambda: given.fake",
        "own = Settings.from_environ()\nown.fake",
        "def f(settings: Settings):\n    other = replace(settings, port=1)\n    third = other\n    third.fake",
        "def f(settings: Settings): settings.whole",
    ],
)
def test_a_setting_counts_as_read(source):
    own = "class Settings:\n    @property\n    def whole(self):\n        return self.part\n    @property\n"
    own += "    def part(self):\n        return self.fake\n"
    assert unread(["fake"], [source], [own]) == set()


@pytest.mark.parametrize("source", ["options.fake", "def f(settings: Settings): settings.fake = 1", "fake = 1"])
def test_a_setting_does_not_count_as_read(source):
    assert unread(["fake"], [source], []) == {"fake"}
