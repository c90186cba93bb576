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


@pytest.fixture
def folder(tmp_path):
    files = {
        "js/z/00-theme.js": "first();", "js/z/10-a.js": "a();", "js/a/20-b.js": "b()", "css/z/10-a.css": "a {}",
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
    assert client.get(script).text == "a();\nb()"
    for address in (style, script):
        assert "max-age=31536000" in client.get(address).headers["Cache-Control"]
    assert page.index(script) < page.index("dash-renderer")


def test_another_stamp_is_answered_and_not_kept(client):
    answer = client.get("/assets/likely.css?m=old")
    assert answer.status_code == 200
    assert "31536000" not in answer.headers.get("Cache-Control", "")


def test_a_changed_file_makes_another_address(folder):
    bundle = AssetBundle(folder)
    before = bundle.address("js")
    assert bundle.address("js") == before
    changed = folder / "js/a/20-b.js"
    changed.write_text("c()")
    os.utime(changed, (1, 1))
    assert bundle.address("js") != before
    assert bundle.body("js") == b"a();\nc()"


@pytest.mark.parametrize("kind", ["css", "js"])
def test_files_come_in_the_order_of_their_numbers_and_none_is_left_out(kind):
    """By counting bytes: each file starts a line after the end of the one before it."""
    files = [file for file in (ASSETS / kind).rglob("*.*") if kind == "css" or not file.name.startswith("0")]
    body = AssetBundle(ASSETS).body(kind)
    starts = sorted((body.index(file.read_bytes()), file.stat().st_size, file.name) for file in files)
    assert sum(size for _, size, _ in starts) + len(files) - 1 == len(body)
    for (start, size, name), (next_start, _, next_name) in pairwise(starts):
        assert start + size + 1 == next_start
        assert (int(name[:2]), name[2:]) < (int(next_name[:2]), next_name[2:])


def test_a_page_without_files_of_its_own_is_left_alone(folder):
    assert AssetBundle(folder).in_one("<p>", "css") == "<p>"
