"""OpenAPI documents of all models and of one, and their page ``/api/docs``."""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request

from api.http.query import ANY, takes
from api.v1.models import PREFIX
from auth.access import unprotected_notice
from ml.data.example_record import example
from ml.data.feature import MOST_LISTED, Feature, plain
from ml.errors import LikelyError
from ml.service import Bundle, Service

LANGUAGES = ("curl", "Python", "JavaScript")


def register(app: Flask, service: Service) -> None:
    """Add the routes; the document is built at the first request, which takes half a second."""

    @app.get("/api/openapi.json")
    def openapi() -> dict[str, Any]:
        """The OpenAPI document of the API, for any model."""
        from api.contract.document import document

        return document(root())

    @app.get(f"{PREFIX}/<name>/openapi.json")
    def openapi_of_model(name: str) -> dict[str, Any]:
        """The OpenAPI document of one model, with its features and outcomes."""
        from api.contract.of_model import document_of

        return document_of(service.model(name), name, root())

    @app.get("/api/docs")
    @takes(ANY)
    def docs() -> Response:
        """Documentation page, with example calls to copy."""
        return Response(page(service, request.host_url.rstrip("/"), root()), content_type="text/html; charset=utf-8")

    @app.get("/api/docs.js")
    def script() -> Response:
        """The page's script, which copies a call."""
        return Response(_part("docs.js"), content_type="text/javascript; charset=utf-8")


def root() -> str:
    """The path prefix under which the service is reached, without trailing slash; may be empty."""
    return request.script_root


def serving(service: Service) -> list[Bundle]:
    """Live versions of the models that can be loaded."""
    models = []
    for name in service.names():
        try:
            models.append(service.model(name))
        except LikelyError:  # a broken model is reported by /api/v1/models
            continue
    return models


def page(service: Service, here: str, root: str = "") -> str:
    """The page as HTML, for the host's URL as the client sees it, and the path prefix of the service there."""
    from api.contract.document import described

    bundles = serving(service)
    links = "".join(f'<a href="#{bundle.name}">{escape(bundle.title)}</a>' for bundle in bundles)
    models = "".join(_model(bundle, here + root) for bundle in bundles) or "<p>There are no models yet.</p>"
    said = unprotected_notice()
    notice = f"<p><strong>{escape(said)}</strong></p>" if said else ""
    addresses = _addresses(described()[0])
    return _part("docs.html").format(root=root, notice=notice, links=links, models=models, addresses=addresses)


def _part(name: str) -> str:
    return (resources.files("api") / "pages" / name).read_text(encoding="utf-8")


def _model(bundle: Bundle, here: str) -> str:
    calls = "".join(
        f'<h3>{language}</h3><div class="call"><pre tabindex="0"><code>{escape(call)}</code></pre>'
        f'<button type="button" aria-label="Copy the {language} call of {escape(bundle.title)}">Copy</button></div>'
        for language, call in zip(LANGUAGES, calls_of(bundle, here), strict=True)
    )
    rows = "".join(map(_row, bundle.schema.features))
    outcomes = ", ".join(f"<code>{escape(item.name)}</code> {escape(item.label)}" for item in bundle.outcomes.items)
    head = "<tr><th scope=col>Feature<th scope=col>Kind<th scope=col>Accepted<th scope=col>What it is</tr>"
    return (
        f'<section id="{bundle.name}"><h2>{escape(bundle.title)} <code>{bundle.key}</code></h2>'
        f"<p>{escape(bundle.card.get('description', ''))}</p><p>Outcomes: {outcomes}</p>{calls}"
        f'<div class="wide" tabindex="0"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div></section>'
    )


def _row(feature: Feature) -> str:
    needed = "" if feature.required else ", may be left out"
    what = f"{feature.label}{f' ({feature.unit})' if feature.unit else ''}. {feature.help}".strip()
    return (
        f"<tr><th scope=row><code>{escape(feature.name)}</code><td>{feature.kind}{needed}"
        f"<td>{escape(_accepted(feature))}<td>{escape(what)}</tr>"
    )


def _accepted(feature: Feature) -> str:
    if feature.choices:
        some = ", ".join(str(choice.value) for choice in feature.choices[:MOST_LISTED])
        more = len(feature.choices) - MOST_LISTED
        return f"{some} and {more:,} more" if more > 0 else some
    low, high = plain(feature.low), plain(feature.high)
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"from {low}" if low is not None else f"up to {high}" if high is not None else ""


def calls_of(bundle: Bundle, here: str) -> tuple[str, str, str]:
    """One example request in curl, Python and JavaScript, ready to run."""
    record = example(bundle.schema)
    address = f"{here}/api/v1/models/{quote(bundle.name)}/predict"
    body = json.dumps(record, indent=2, ensure_ascii=False)
    shell = json.dumps(record, ensure_ascii=False).replace("'", "'\\''")
    curl = f"curl -s '{address}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{shell}'"
    python = (
        f"import json\nimport urllib.request\n\nrecord = json.loads(r'''{body}''')\n"
        f'request = urllib.request.Request("{address}", json.dumps(record).encode(), '
        '{"Content-Type": "application/json"})\n'
        "with urllib.request.urlopen(request) as answer:\n"
        '    print(json.load(answer)["predictions"][0]["probabilities"])'
    )
    script = (
        f'const answer = await fetch("{address}", {{\n  method: "POST",\n'
        '  headers: { "Content-Type": "application/json" },\n'
        f"  body: JSON.stringify({body.replace(chr(10), chr(10) + '  ')}),\n}});\n"
        "console.log((await answer.json()).predictions[0].probabilities);"
    )
    return curl, python, script


def _addresses(paths: dict[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{method.upper()} {escape(path)}</code><td>{escape(found['summary'])}</tr>"
        for path, methods in paths.items()
        for method, found in methods.items()
    ]
    return "".join(rows)
