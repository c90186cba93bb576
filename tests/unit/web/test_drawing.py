"""The smaller build of plotly.js: the right version, sent only where it is needed."""

from pathlib import Path

import brotli
from plotly.offline import get_plotlyjs_version

from app import create_app
from settings import Settings
from web.plotly_bundle import FILE

ASSETS = Path(__file__).resolve().parents[3] / "assets"


def test_it_is_the_version_that_the_python_package_writes_for():
    head = (ASSETS / FILE).read_text(encoding="utf-8")[:200]
    assert f"plotly.js (cartesian - minified) v{get_plotlyjs_version()}" in head


def test_pages_that_draw_ask_for_it_early_and_others_do_not(models_dir, tmp_path):
    client = create_app(Settings(models_dir=models_dir, var_dir=tmp_path)).server.test_client()
    drawing, other = (client.get(f"/iris/{page}").get_data(as_text=True) for page in ("performance", "predict"))
    address = drawing.partition('name="likely-drawing" content="')[2].partition('"')[0]
    assert address.startswith(f"/assets/{FILE}?m=")
    assert f'<link rel="preload" as="script" href="{address}" media="(min-width: 40rem)">' in drawing
    assert 'rel="preload"' not in other
    assert f'<script src="{address}"' not in drawing + other
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < 420_000
    assert answer.headers["Content-Encoding"] == "br"
    assert brotli.decompress(answer.data) == (ASSETS / FILE).read_bytes()
