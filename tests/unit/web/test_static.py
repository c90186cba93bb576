"""Scripts and styles: small, kept for a year where the address changes with the file."""

import gzip
import re
import time

import brotli
import pytest
from dash import dcc, html

from web.pages import LeanDash
from web.static import serve_static_files

# The test client leaves files open that a server would close
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

ONE_YEAR = "public, max-age=31536000, immutable"
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture(scope="module")
def assets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assets")
    (folder / "style.css").write_text("p { color: black }\n" * 500)
    return folder


@pytest.fixture(scope="module")
def client(assets):
    app = LeanDash("small", assets_folder=str(assets))
    app.layout = html.Div([dcc.Slider(0, 1)])
    serve_static_files(app)
    return app.server.test_client()


@pytest.fixture(scope="module")
def addresses(client):
    return re.findall(r'(?:src|href)="(/(?:assets|_dash-comp)[^"]+)"', client.get("/").text)


def test_all_files_of_the_page_are_compressed_and_kept_for_a_year(client, addresses):
    assert len(addresses) > 5
    for address in addresses:
        answer = client.get(address, headers=BROWSER)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, ONE_YEAR), address
        if int(answer.headers["Content-Length"]) > 1000:
            assert answer.headers["Content-Encoding"] == "br", address
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_bodies_are_the_files_themselves(client, addresses, assets):
    address = next(a for a in addresses if "likely.css" in a)
    plain = (assets / "style.css").read_bytes()
    assert client.get(address).data == plain
    assert brotli.decompress(client.get(address, headers=BROWSER).data) == plain
    assert gzip.decompress(client.get(address, headers={"Accept-Encoding": "gzip"}).data) == plain


def test_a_body_is_compressed_once(client, addresses, monkeypatch):
    address = max(addresses, key=lambda a: len(client.get(a, headers=BROWSER).data))

    def refuse(*_args, **_kwargs):
        raise AssertionError("compressed again")

    monkeypatch.setattr(brotli, "compress", refuse)
    assert client.get(address, headers=BROWSER).status_code == 200


def test_other_questions_about_a_file_do_not_fill_the_memory(client, addresses, monkeypatch):
    address = next(a for a in addresses if "likely.css" in a)
    client.get(address, headers=BROWSER)
    monkeypatch.setattr(brotli, "compress", lambda *_a, **_k: pytest.fail("compressed again"))
    assert client.get(f"{address}&n={time.time()}", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("stamp", ["m=1", "m=", "", "m=nan"])
def test_another_stamp_than_the_files_own_is_not_kept(client, stamp):
    assert client.get(f"/assets/likely.css?{stamp}").headers["Cache-Control"] == "no-cache"


def test_a_changed_file_is_not_taken_for_the_old_one(client, addresses, assets):
    address = next(a for a in addresses if "likely.css" in a)
    client.get(address, headers=BROWSER)
    (assets / "style.css").write_text("p { color: red }\n" * 500)
    answer = client.get(address, headers=BROWSER)
    assert answer.headers["Cache-Control"] == "no-cache"


def test_suites_of_another_version_are_not_kept(client, addresses):
    address = next(a for a in addresses if "dash_renderer" in a)
    older = re.sub(r"v[\d_]+m\d+", "v1_0_0m1", address)
    assert client.get(older).headers["Cache-Control"] == "no-cache"


def test_a_script_without_fingerprint_is_asked_for_again_but_not_sent_again(client):
    first = client.get("/_dash-component-suites/dash/dcc/async-slider.js", headers=BROWSER)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Content-Encoding"] == "br"
    again = client.get(
        "/_dash-component-suites/dash/dcc/async-slider.js",
        headers=BROWSER | {"If-None-Match": first.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")


def test_the_icon_is_not_asked_for_at_each_change_of_the_address(client, assets):
    (assets / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    first = client.get("/assets/icon.svg", headers=BROWSER)
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get("/assets/icon.svg", headers=BROWSER | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "public, max-age=3600")


def test_files_outside_the_folder_are_not_served(client):
    for path in ("/assets/../settings.py", "/assets/%2e%2e/settings.py?m=1", "/_dash-component-suites/os/path.py"):
        assert client.get(path).status_code in (404, 500) or client.get(path).mimetype == "text/html"
