"""The software bill of materials names each package of the lock, in its version and with the hashes of its files."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.locks import LOCKS, read_pins
from tests.serving import ROOT


@pytest.fixture(scope="module")
def sbom(tmp_path_factory):
    """What `make sbom` writes: the command that make says it would run, to a file of the test's.

    It is not validated, which takes seconds.
    """
    made = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    said = subprocess.run(["make", "-n", "sbom"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (command,) = (line for line in said.splitlines() if "cyclonedx-py requirements" in line)
    words = command.replace("var/sbom.cdx.json", str(made)).split()[1:]
    program = Path(sys.executable).parent / "cyclonedx-py"
    subprocess.run([program, *words, "--no-validate"], cwd=ROOT, check=True, capture_output=True)
    return json.loads(made.read_text(encoding="utf-8"))


def hashes_of(component):
    """SHA-256 in hex of the files of a component."""
    found = [each for reference in component["externalReferences"] for each in reference.get("hashes", ())]
    return {each["content"] for each in found if each["alg"] == "SHA-256"}


def test_it_is_cyclonedx_of_this_program(sbom):
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    assert sbom["metadata"]["component"]["name"] == "likely"


def test_every_package_of_the_lock_is_in_it_with_its_version_and_hashes_and_no_other(sbom):
    locked = {
        (pin.name, pin.version): {each.removeprefix("sha256:") for each in pin.hashes}
        for pin in read_pins(LOCKS["service"])
    }
    named = {(each["name"], each["version"]): hashes_of(each) for each in sbom["components"]}
    assert len(locked) > 80
    assert named == locked
    assert all(each["purl"].startswith(f"pkg:pypi/{each['name']}@{each['version']}") for each in sbom["components"])


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_every_lock_that_names_a_package_is_followed_by_its_hashes(name):
    text = LOCKS[name].read_text(encoding="utf-8")
    packages = re.findall(r"^([a-zA-Z0-9][^\s\\]*)(.*)((?:\\\n\s+--hash=sha256:[0-9a-f]{64} ?)+)$", text, re.MULTILINE)
    begun = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert begun
    assert len(packages) == len(begun)
    assert len(re.findall(r"--hash=", text)) == len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text))
