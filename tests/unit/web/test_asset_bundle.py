"""The asset bundle: our own files in one: nothing left out, nothing kept too long."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
from dash import html

from web.asset_bundle import AssetBundle
from web.pages import LeanDash
from web.static import serve_static_files

ASSETS = Path(__file__).resolve().parents[3] / "assets"
MODULES = ASSETS / "ts"


@pytest.fixture
def folder(tmp_path):
    files = {
        "bundle/theme.js": "first();", "bundle/search.js": "s();", "bundle/likely.js": "a();", "css/z/10-a.css": "a {}",
        "css/a/20-b.css": "b {}", "vendor/15-library.js": "library()",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def client(folder):
    app = LeanDash("small", assets_folder=str(folder))
    app.layout = html.Div()
    serve_static_files(app)
    return app.server.test_client()


def test_the_page_asks_for_one_style_and_one_script(client):
    page = client.get("/").text
    assert len(re.findall("/assets/", page)) == 2
    style, script = (re.search(rf'"(/assets/likely[.]{kind}[^"]*)"', page)[1] for kind in ("css", "js"))
    assert client.get(style).text == "a {}\nb {}"
    assert client.get(script).text == "a();"
    for address in (style, script):
        assert "max-age=31536000" in client.get(address).headers["Cache-Control"]
    assert page.index(script) < page.index("dash-renderer")


def test_another_stamp_is_answered_and_not_kept(client):
    answer = client.get("/assets/likely.css?m=old")
    assert answer.status_code == 200
    assert "31536000" not in answer.headers.get("Cache-Control", "")


def test_a_changed_file_makes_another_address(folder):
    bundle = AssetBundle(folder)
    for kind, name, whole in (("js", "bundle/likely.js", "c()"), ("css", "css/a/20-b.css", "a {}\nc()")):
        before = bundle.address(kind)
        assert bundle.address(kind) == before
        changed = folder / name
        changed.write_text("c()")
        os.utime(changed, (1, 1))
        assert bundle.address(kind) != before
        assert bundle.body(kind) == whole.encode()


def test_styles_come_in_the_order_of_their_numbers_and_none_is_left_out():
    """By counting bytes: each file starts a line after the end of the one before it."""
    files = list((ASSETS / "css").rglob("*.*"))
    body = AssetBundle(ASSETS).body("css")
    starts = sorted((body.index(file.read_bytes()), file.stat().st_size, file.name) for file in files)
    assert sum(size for _, size, _ in starts) + len(files) - 1 == len(body)
    for (start, size, name), (next_start, _, next_name) in pairwise(starts):
        assert start + size + 1 == next_start
        assert (int(name[:2]), name[2:]) < (int(next_name[:2]), next_name[2:])


def test_a_page_without_files_of_its_own_is_left_alone(folder):
    assert AssetBundle(folder).link_bundle("<p>", "css") == "<p>"


def test_every_module_is_in_a_bundle():
    """Each is imported by an entry of package.json, at once or through others."""
    seen, names = set(), {"main.ts", "shared/theme.ts", "prerender.ts"}
    while names:
        name = names.pop()
        seen.add(name)
        text = (MODULES / name).read_text(encoding="utf-8")
        ways = re.findall(r'(?:\bfrom|^import) "(\.[^"]+)"', text, re.M)
        names |= {os.path.relpath((MODULES / name).parent / way, MODULES) for way in ways} - seen
    assert seen == {file.relative_to(MODULES).as_posix() for file in MODULES.rglob("*.ts")}
