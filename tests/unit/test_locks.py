"""The locks belong to the hand-written files: nothing is missing, nothing is spare, all is pinned by hash."""

import ast
import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.locks import LOCKS, read_pins, read_wanted
from tests.serving import ROOT

PARTS_OF_DEV = ["service", "dask", "libraries", "s3", "traces"]
PRODUCT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["root_packages"]


def test_each_lock_has_its_hand_written_file():
    assert {path.stem for path in (ROOT / "requirements").iterdir()} == set(LOCKS)
    assert set(ROOT.glob("requirements*.txt")) == set(LOCKS.values())


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_named_by_hand_is_locked_in_a_version_that_is_wanted(name):
    locked = {pin.name: pin.version for pin in read_pins(LOCKS[name])}
    wanted = read_wanted(name)
    assert wanted
    for each in wanted:
        assert canonicalize_name(each.name) in locked, f"make lock: {each.name} is in requirements/{name}.in only"
        assert each.specifier.contains(locked[canonicalize_name(each.name)]), f"make lock: {each}"


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address(name):
    for pin in read_pins(LOCKS[name]):
        assert pin.version
        assert pin.hashes, pin.requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in pin.hashes), pin.requirement
    text = LOCKS[name].read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("name", PARTS_OF_DEV)
def test_what_is_served_is_what_was_tested(name):
    tested = {str(pin.requirement): pin.hashes for pin in read_pins(LOCKS["dev"])}
    assert {str(pin.requirement): pin.hashes for pin in read_pins(LOCKS[name])}.items() <= tested.items()


def needed(wanted):
    """Names of the packages that requirements need on this machine, by what the installed packages say themselves."""
    followed = set()
    ahead = [(each, "") for each in wanted]
    while ahead:
        each, asked_for = ahead.pop()
        if each.marker is None or each.marker.evaluate({"extra": asked_for}):
            for extra in {"", *each.extras}:
                if (step := (canonicalize_name(each.name), extra)) not in followed:
                    followed.add(step)
                    ahead += [(Requirement(text), extra) for text in distribution(each.name).requires or ()]
    return {name for name, _ in followed}


@pytest.mark.parametrize("name", [*PARTS_OF_DEV, "dev"])
def test_a_lock_holds_what_the_packages_need_and_nothing_else(name):
    assert {pin.name for pin in read_pins(LOCKS[name]) if pin.is_for_here} == needed(read_wanted(name))


def imported(path):
    """The top-level modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition(".")[0]


def test_what_the_product_imports_is_named_by_hand():
    ours = {path.stem for path in ROOT.glob("*.py")} | set(PRODUCT)
    files = [*ROOT.glob("*.py"), *(path for room in PRODUCT for path in (ROOT / room).rglob("*.py"))]
    modules = {module for path in files for module in imported(path)} - ours - set(sys.stdlib_module_names)
    packages = packages_distributions()
    named = {canonicalize_name(each.name) for part in [*PARTS_OF_DEV, "parquet"] for each in read_wanted(part)}
    unnamed = {module for module in modules if not named & set(map(canonicalize_name, packages.get(module, [module])))}
    assert unnamed == set()
