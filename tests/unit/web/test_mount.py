"""The path prefix: who may say it, what is done with the path, and what is written outside."""

import json
import re
from html import unescape

import pytest
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response

from app import create_server
from setting_parsers import read_root
from settings import BadSetting, Settings
from tests.serving import ROOT
from web.mount import Mount

# The test client leaves files open that a server would close
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

PREFIX = "/apps/likely"
FLOWER = b"sepal_length,sepal_width,petal_length,petal_width\n5,3,1,0\n"


def seen(root="", hops=0, headers=None, path="/iris/predict", script_name="", answer=None):
    """What the application sees of a request, and what comes out."""
    told = {}

    def application(environ, start_response):
        request = Request(environ)
        told.update(root=request.script_root, path=request.path)
        return (answer or Response("x"))(environ, start_response)

    environ = EnvironBuilder(path=path, headers=headers or {}).get_environ()
    environ["SCRIPT_NAME"] = script_name
    environ["PATH_INFO"] = path
    out = Client(Mount(application, root, hops, read_root)).open(environ)
    return told, out


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ({}, ("", "/iris/predict")),
        ({"root": PREFIX}, (PREFIX, "/iris/predict")),
        ({"root": PREFIX, "path": f"{PREFIX}/iris/predict"}, (PREFIX, "/iris/predict")),
        ({"root": PREFIX, "path": PREFIX}, (PREFIX, "/")),
        ({"root": PREFIX, "path": "/apps/likelyhood"}, (PREFIX, "/apps/likelyhood")),
        ({"hops": 1, "headers": {"X-Forwarded-Prefix": PREFIX}}, (PREFIX, "/iris/predict")),
        ({"hops": 1, "headers": {"X-Forwarded-Prefix": f"{PREFIX}/"}}, (PREFIX, "/iris/predict")),
        ({"hops": 1, "headers": {"X-Forwarded-Prefix": PREFIX}, "path": f"{PREFIX}/x"}, (PREFIX, "/x")),
        ({"hops": 1, "headers": {"X-Forwarded-Prefix": f"/forged, {PREFIX}"}}, (PREFIX, "/iris/predict")),
        ({"hops": 2, "headers": {"X-Forwarded-Prefix": f"/forged, {PREFIX}, /inner"}}, (PREFIX, "/iris/predict")),
        ({"hops": 2, "headers": {"X-Forwarded-Prefix": PREFIX}}, (PREFIX, "/iris/predict")),
        ({"hops": 0, "headers": {"X-Forwarded-Prefix": PREFIX}}, ("", "/iris/predict")),
        ({"root": "/set", "hops": 1, "headers": {"X-Forwarded-Prefix": PREFIX}}, ("/set", "/iris/predict")),
        ({"script_name": "/gunicorn"}, ("/gunicorn", "/iris/predict")),
    ],
)
def test_the_prefix_is_believed_as_far_as_it_may_be_and_taken_off_the_path(case, told):
    found, _ = seen(**case)
    assert (found["root"], found["path"]) == told


@pytest.mark.parametrize(
    "forged",
    ["//evil.example", "https://evil.example", "/\\evil.example", '/"><script>alert(1)</script>', "/a/../b", "/a b",
     "/a%2f", "/a//b", "/é", "/" + "a" * 300, "/{%scripts%}", "/'x", "relative"],
)  # fmt: skip
def test_a_header_that_is_no_path_prefix_counts_for_nothing(forged):
    found, _ = seen(hops=1, headers={"X-Forwarded-Prefix": forged.encode().decode("latin-1")})
    assert found["root"] == ""
    with pytest.raises(BadSetting):
        read_root(forged)


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("/api/v1/jobs/7", f"{PREFIX}/api/v1/jobs/7"),
        ("/", f"{PREFIX}/"),
        (f"{PREFIX}/already", f"{PREFIX}/already"),
        ("//elsewhere.example/x", "//elsewhere.example/x"),
        ("https://elsewhere.example/x", "https://elsewhere.example/x"),
    ],
)
def test_where_to_go_is_said_as_it_is_outside(inside, outside):
    answer = Response(status=303, headers={"Location": inside})
    answer.autocorrect_location_header = False
    _, out = seen(root=PREFIX, answer=answer)
    assert out.headers["Location"] == outside


def test_cookies_go_to_this_service_only():
    answer = Response()
    answer.set_cookie("session", "x", path="/", httponly=True)
    answer.set_cookie("narrow", "x", path="/api")
    _, out = seen(root=PREFIX, answer=answer)
    first, second = out.headers.getlist("Set-Cookie")
    assert re.search(rf"Path={PREFIX}/(;|$)", first)
    assert "Path=/api" in second


@pytest.fixture(scope="module")
def client(models_dir, tmp_path_factory):
    var = tmp_path_factory.mktemp("var")
    return Client(create_server(Settings(models_dir=models_dir, var_dir=var, proxy_hops=1, auth="none")))


UNDER = {"X-Forwarded-Prefix": PREFIX}
ABSOLUTE = re.compile(r'(?:src|href|content)="(/[^"]*)"')


@pytest.mark.parametrize("path", ["/", "/gallery", "/loan/performance", "/iris/insights", "/api/docs"])
def test_every_address_of_a_page_begins_with_the_prefix_and_is_there(client, path):
    page = client.get(path, headers=UNDER).text
    found = ABSOLUTE.findall(page)
    assert found
    assert not [address for address in found if not address.startswith(f"{PREFIX}/")]
    for address in dict.fromkeys(map(unescape, found)):
        assert client.get(address, headers=UNDER).status_code == 200, address


def test_the_next_request_may_have_another_prefix_or_none(client):
    for root in ("", "/other", ""):
        page = client.get("/loan/performance", headers={"X-Forwarded-Prefix": root} if root else {}).text
        config = re.search(r'<script[^>]* id="_dash-config"[^>]*>(.*?)</script>', page)[1]
        assert json.loads(config)["requests_pathname_prefix"] == f"{root}/"
        assert {address.startswith(f"{root}/") for address in ABSOLUTE.findall(page)} == {True}
        assert root == "/other" or "/other/" not in page


def test_a_forged_prefix_changes_nothing_of_a_page(client):
    plain, forged = (
        re.sub(r'"end_id":\s*"[^"]*"', "", client.get("/", headers=headers).text)
        for headers in ({}, {"X-Forwarded-Prefix": '//evil.example/"><script>'})
    )
    assert forged == plain


def test_links_of_components_begin_with_the_prefix(client):
    for headers, root in ((UNDER, PREFIX), ({}, "")):
        layout = json.loads(client.get("/_dash-layout", headers=headers).text)
        links = [link for link in hrefs(layout) if not link.startswith("#")]
        assert links == [f"{root}/", f"{root}/", f"{root}/today", f"{root}/gallery"]


def hrefs(node):
    if isinstance(node, list):
        return [link for each in node for link in hrefs(each)]
    if not isinstance(node, dict):
        return []
    props = node.get("props", {})
    return [props[name] for name in ("href",) if name in props] + hrefs(props.get("children"))


def test_the_contract_says_where_it_is_served(client):
    assert client.get("/api/openapi.json", headers=UNDER).json["servers"] == [{"url": PREFIX}]
    assert client.get("/api/openapi.json").json["servers"] == [{"url": "/"}]


def test_a_job_is_found_where_its_answer_says(client):
    sent = client.post(
        "/api/v1/models/iris/jobs?held=true",
        data=FLOWER,
        content_type="text/csv",
        headers=UNDER,
    )
    assert sent.status_code == 202
    assert sent.headers["Location"] == sent.json["links"]["self"]
    assert sent.headers["Location"].startswith(f"{PREFIX}/api/v1/jobs/")
    assert client.get(sent.headers["Location"], headers=UNDER).json["id"] == sent.json["id"]


@pytest.mark.parametrize("path", ["/api/v1/models", "/api/v1/models/iris", "/api/v1/jobs?limit=1"])
def test_links_of_answers_begin_with_the_prefix(client, path):
    plain, moved = (links_of(client.get(path, headers=headers).json) for headers in ({}, UNDER))
    assert plain
    assert moved == [link and PREFIX + link for link in plain]


def links_of(node):
    if isinstance(node, list):
        return [link for each in node for link in links_of(each)]
    if not isinstance(node, dict):
        return []
    return [
        *node.get("links", {}).values(),
        *(link for name in node if name != "links" for link in links_of(node[name])),
    ]


def test_a_link_header_leads_outside_too():
    answer = Response(headers={"Link": '</api/v1/jobs?cursor=2>; rel="next", <https://elsewhere.example/>; rel="help"'})
    _, out = seen(root=PREFIX, answer=answer)
    assert out.headers["Link"].startswith(f'<{PREFIX}/api/v1/jobs?cursor=2>; rel="next", <https://elsewhere.example/>')


def test_no_script_or_component_writes_an_address_past_the_prefix():
    """Addresses of this service begin with a slash; they are written by address(), url.outside or url.href."""
    address = re.compile(r"""["'`]/(?:api|v2|assets|_dash)[/"'`]""")
    files = [file for part in ("assets/ts/**/*.js", "layouts/**/*.py", "callbacks/*.py") for file in ROOT.glob(part)]
    assert len(files) > 50
    past = [
        (file.name, line.strip())
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if address.search(line) and not re.search(r"address\(|outside\(", line)
    ]
    assert past == []
