"""Under a path prefix behind nginx, in a real browser: the proxy strips the prefix, or passes it on."""

import json
import os
import shutil
import subprocess
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from app import create_server
from settings import Settings
from tests.serving import free_port, served

PREFIX = "/apps/likely"
FLOWERS = b"sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.5,3.0,5.8,2.2\n"
CONFIG = """
daemon off; pid {folder}/pid; error_log stderr warn;
events {{ }}
http {{
  access_log off; client_max_body_size 0;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location {prefix}/ {{ proxy_pass http://127.0.0.1:{upstream}{end}; {headers} }}
    location / {{ return 404 "another application"; }}
  }}
}}
"""
FORWARDED = (
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; "
    "proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Prefix /apps/likely;"
)
# How nginx is told, and what the service is told
STYLES = {
    "stripped": ("/", FORWARDED, {"proxy_hops": 1}),
    "passed on": ("", "proxy_set_header Host $http_host;", {"root_path": PREFIX}),
}


@pytest.fixture(scope="module", params=list(STYLES))
def address(request, models_dir, tmp_path_factory):
    """Where the pages are served under the prefix, without a slash at the end."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    end, headers, settings = STYLES[request.param]
    server = create_server(
        Settings(models_dir=models_dir, var_dir=tmp_path_factory.mktemp("var"), auth="none", **settings)
    )
    with served(server) as inner:
        folder, port, upstream = tmp_path_factory.mktemp("nginx"), free_port(), inner.rpartition(":")[2]
        config = CONFIG.format(folder=folder, port=port, prefix=PREFIX, upstream=upstream, end=end, headers=headers)
        (folder / "nginx.conf").write_text(config)
        proxy = subprocess.Popen([nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"])
        wait_for(f"http://127.0.0.1:{port}{PREFIX}/healthz")
        yield f"http://127.0.0.1:{port}{PREFIX}"
        proxy.terminate()
        proxy.wait(timeout=10)


def wait_for(address):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx did not start")


def outside(tab):
    """What was asked for that is not below the prefix."""
    local = ("data:", "blob:")
    return [each.url for each in tab.requests if not each.url.startswith((f"{tab.address}/", *local))]


def test_every_page_opens_below_the_prefix_by_its_links(browse, address):
    tab = browse().open("/")
    page = tab.page
    page.get_by_role("link", name="Loan", exact=False).first.click()
    page.wait_for_url(f"{address}/loan/predict*")
    tab.settle()
    for name, path in (("Insights", "insights"), ("Performance", "performance"), ("Campaign", "campaign")):
        page.locator(".model-tabs").get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(f"{address}/loan/{path}*")
        page.wait_for_selector({"campaign": "#campaign[data-at]"}.get(path, ".plot-card .main-svg"))
    page.get_by_role("link", name="Inputs").click()
    page.wait_for_url(f"{address}/gallery")
    page.reload()
    page.wait_for_selector("[data-asks][data-settled]")
    page.get_by_role("link", name="Models").click()
    page.wait_for_url(f"{address}/")
    assert outside(tab) == []


@pytest.mark.nightly
def test_a_page_of_plots_is_drawn_and_its_files_can_be_had(browse, address):
    tab = browse(width=1440).open("/loan/performance")
    tab.page.wait_for_selector(".plot-card .main-svg")
    table = tab.page.locator("[data-table]").first
    table.dispatch_event("pointerdown")  # its address is of the options at this moment
    for link in (table, tab.page.locator("a[data-report]").first):
        path = link.get_attribute("href")
        assert path.startswith(f"{PREFIX}/api/v1/models/loan")
        found = tab.page.request.get(f"{address.removesuffix(PREFIX)}{path}")
        assert found.status in (200, 202)  # the report may be in the making
    assert outside(tab) == []


def test_a_value_changes_the_score_and_a_file_is_scored(browse, address, models_dir):
    tab = browse().open("/iris/predict")
    tab.settle()
    bar = tab.page.locator("#result [data-outcome=virginica]")
    before = bar.get_attribute("data-probability")
    tab.type("Petal width", "2.3")
    expect(bar).not_to_have_attribute("data-probability", before)
    tab.settle()
    tab.page.reload()
    tab.settle()
    assert tab.record()["petal_width"] == "2.3"
    tab.open("/iris/campaign")
    file = {
        "name": "flowers.csv",
        "mimeType": "text/csv",
        "buffer": FLOWERS,
    }
    tab.page.set_input_files("#campaign-file", file)
    tab.page.get_by_role("button", name="Score").click()
    tab.page.wait_for_selector("#campaign[data-at=result]", timeout=120_000)
    tab.page.wait_for_selector(".ag-row")
    tab.page.locator("summary", has_text="Download all records").click()
    with tab.page.expect_download() as coming:
        tab.page.get_by_role("link", name="CSV", exact=True).click()
    assert coming.value.url.startswith(f"{address}/api/v1/jobs/")
    assert outside(tab) == []


def test_a_program_follows_the_links_that_it_is_given(address):
    with urllib.request.urlopen(f"{address}/api/openapi.json", timeout=30) as answer:
        (server,) = json.load(answer)["servers"]
    assert server["url"] == PREFIX
    asked = urllib.request.Request(
        f"{address}/api/v1/models/iris/jobs",
        FLOWERS,
        {"Content-Type": "text/csv"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        place = answer.headers["Location"]
    with urllib.request.urlopen(address.removesuffix(PREFIX) + place, timeout=30) as answer:
        assert json.load(answer)["links"]["self"] == place
