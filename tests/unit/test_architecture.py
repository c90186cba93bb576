"""The layout of the product: the picture in the documents, and the size of files and folders."""

import re

import pytest

from tests.architecture import PAGE, ROOT, contracts, picture

PRODUCT = ("api", "auth", "callbacks", "feedback", "jobs", "layouts", "ml", "prerender", "store", "telemetry", "web")
MOST_FILES = 21  # a package of twenty modules with its __init__
MOST_LINES = 275
ASSETS = sorted(folder for folder in (ROOT / "assets").rglob("*") if folder.is_dir())
FOLDERS = sorted({file.parent for room in PRODUCT for file in (ROOT / room).rglob("*.py")})


def test_the_picture_is_that_of_the_contracts():
    assert picture() in PAGE.read_text(encoding="utf-8"), "python -m tests.architecture draws it anew"


PLACE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")
NAMED = re.compile(r"(?<![\w/.*<{-])((?:[\w-]+/)*[\w-]+(?:\.conf)?\.(?:py|ts|md))\b")
REMARKS = {".py": r'"""[\s\S]*?"""|#.*', ".ts": r"/\*[\s\S]*?\*/|//.*"}
EXAMPLES = {"shop_features.py", "shop/ratio.py"}  # code of somebody's own, beside a model
GUIDES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{each.name}" for each in PAGE.parent.glob("*.md"))]
MADE = {"models/churn/", "models/trust.json", "ml/plots/curves/probability_histogram.py"}  # by who follows a guide


def test_every_place_that_the_page_names_is_there():
    places = PLACE.findall(PAGE.read_text(encoding="utf-8"))
    above = [ROOT, ROOT / "assets/ts", ROOT / "ml/plots"]  # the page names scripts from theirs, and says so
    assert len(places) > 50
    assert [place for place in places if not any((folder / place).exists() for folder in above)] == []


@pytest.mark.parametrize("page", GUIDES)
def test_every_place_in_a_room_that_a_guide_names_is_there(page):
    places = PLACE.findall((ROOT / page).read_text(encoding="utf-8"))
    ours = [place for place in places if (ROOT / place.partition("/")[0]).is_dir() and not place.startswith("var/")]
    assert [place for place in ours if place not in MADE and not (ROOT / place).exists()] == []


def test_every_file_that_a_comment_or_a_docstring_names_is_there():
    """In scripts and modules of the product; a place may leave out the rooms above it, as among neighbours."""
    own = [ROOT / "assets/ts", *(ROOT / room for room in (*PRODUCT, "tests", "docs", "assets/css"))]
    files = [*ROOT.glob("*.*"), *(file for room in own for file in room.rglob("*.*"))]
    there = {f"/{file.relative_to(ROOT).as_posix()}" for file in files}
    ends = {place[at:] for place in there for at in (each.start() for each in re.finditer("/", place))}
    found = []
    for file in files:
        if file.suffix not in (".py", ".ts") or file.is_relative_to(ROOT / "tests"):
            continue
        remarks = re.findall(REMARKS[file.suffix], file.read_text(encoding="utf-8"), re.MULTILINE)
        places = {place for remark in remarks for place in NAMED.findall(remark)}
        found += [(file.name, place) for place in sorted(places - EXAMPLES) if f"/{place}" not in ends]
    assert found == []


@pytest.mark.parametrize("container", [contract["containers"][0] for contract in contracts()])
def test_every_room_of_a_contract_is_there(container):
    floors = next(contract["layers"] for contract in contracts() if contract["containers"] == [container])
    for room in [room.strip() for floor in floors for room in floor.split("|")]:
        place = ROOT / container.replace(".", "/") / room
        assert place.is_dir() or place.with_suffix(".py").is_file()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_folders_and_files_stay_small(folder):
    files = list(folder.glob("*.py"))
    assert len(files) <= MOST_FILES
    lines = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}


@pytest.mark.parametrize("folder", ASSETS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_folders_of_styles_and_scripts_stay_small(folder):
    files = [file for file in folder.iterdir() if file.is_file()]
    assert len(files) < MOST_FILES
    ours = [file for file in files if file.suffix in (".css", ".js") and ".min." not in file.name]
    lines = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in ours}
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}


def test_every_package_says_what_it_is():
    faces = [folder / "__init__.py" for folder in FOLDERS]
    assert [face for face in faces if not face.read_text(encoding="utf-8").startswith('"""')] == []
