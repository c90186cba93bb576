"""Traces: of requests, predictions and chunks of jobs, from the client to the worker; and nothing without them."""

import json
import logging
import subprocess
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from werkzeug.test import Client

from app import create_service
from jobs.local_runner import LocalRunner
from jobs.worker import Worker
from ml.service import open_service
from settings import Settings, trace_exporters
from store.db import open_store
from store.files import Files
from telemetry import tracing
from telemetry.logs import JsonFormatter
from telemetry.predictions import observe_scored
from tests.bench.serving import gunicorn, serving
from tests.faults.places import wait_until
from tests.serving import ROOT
from tests.small import people, small_model

RECORD = {"income": 50, "debt": 10, "shoe_size": 40, "region": "north"}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "crm-call-7"}
PREDICT = "/api/v1/models/binary/predict"


@pytest.fixture
def spans():
    """The spans that have ended."""
    exporter = InMemorySpanExporter()
    tracing.use([SimpleSpanProcessor(exporter)])
    yield exporter.get_finished_spans
    tracing.use([])


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(LocalRunner, "wake", lambda *_: None)
    small_model("binary", tmp_path / "models")
    return Settings(models_dir=tmp_path / "models", var_dir=tmp_path / "var")


def test_a_request_and_its_prediction_are_below_the_span_of_the_client(settings, spans):
    client = Client(create_service(settings).server)
    before = len(spans())
    assert client.post(PREDICT, json=RECORD, headers=SENT).status_code == 200
    client.get("/api/v1/models/nobody")
    predict, request, refused = spans()[before:]
    assert (predict.name, request.name) == ("predict", "POST /api/v1/models/<name>/predict")
    assert request.kind is SpanKind.SERVER
    assert format(request.context.trace_id, "032x") == format(predict.context.trace_id, "032x") == TRACE
    assert format(request.parent.span_id, "016x") == PARENT
    assert predict.parent.span_id == request.context.span_id
    assert request.start_time <= predict.start_time <= predict.end_time <= request.end_time
    assert dict(request.attributes) == {
        "http.request.method": "POST", "http.response.status_code": 200, "likely.request_id": "crm-call-7",
        "http.route": "/api/v1/models/<name>/predict",
    }  # fmt: skip
    assert predict.attributes["likely.records"] == 1
    assert predict.attributes["likely.model"].startswith("binary@")
    assert refused.attributes["http.response.status_code"] == 404
    assert format(refused.context.trace_id, "032x") != TRACE


def test_chunks_of_a_job_are_in_the_trace_of_the_request_that_sent_it(settings, spans):
    client = Client(create_service(settings).server)
    data = people(rows=30, seed=4).to_csv(index=False).encode()
    sent = client.post("/api/v1/models/binary/jobs", data=data, headers=SENT | {"Content-Type": "text/csv"})
    request = spans()[-1]
    store = open_store(settings.database_url)
    service = open_service(settings.models_dir, scored=observe_scored)
    worker, before = Worker(service, store.jobs, Files(settings.files_url)), len(spans())
    while worker.step():
        pass
    splitting, predict, chunk = spans()[before:]
    assert {format(each.context.trace_id, "032x") for each in (splitting, predict, chunk)} == {TRACE}
    assert {each.parent.span_id for each in (splitting, chunk)} == {request.context.span_id}
    assert predict.parent.span_id == chunk.context.span_id
    assert chunk.kind is SpanKind.CONSUMER
    assert chunk.attributes["likely.job"] == sent.json["id"]
    assert chunk.attributes["likely.request_id"] == "crm-call-7"
    assert (splitting.attributes["likely.chunk"], chunk.attributes["likely.chunk"]) == (0, 1)


def test_a_path_is_in_no_span(settings, spans):
    Client(create_service(settings).server).get("/account/invitation/secret-token?age=51")
    assert "secret-token" not in repr([each.to_json() for each in spans()])
    assert "51" not in [str(value) for each in spans() for value in each.attributes.values()]


@pytest.mark.parametrize("sent", ["", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x" * 5000, "00-\x1b-1-01"])
def test_a_parent_that_is_none_begins_a_trace_anew(settings, spans, sent):
    client = Client(create_service(settings).server)
    assert client.get("/healthz", headers={"traceparent": sent}).status_code == 200
    assert spans()[-1].parent is None


def test_what_fails_is_an_error_in_its_span(spans):
    from telemetry.requests import ObservedRequests

    with pytest.raises(ZeroDivisionError):
        ObservedRequests(lambda *_: 1 / 0)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    (span,) = spans()
    assert span.attributes["http.response.status_code"] == 500
    assert span.status.status_code.name == "ERROR"


def test_lines_of_the_log_have_the_ids_of_the_span(spans):
    record = logging.makeLogRecord({"msg": "x"})
    with tracing.job_span("a chunk", SENT["traceparent"], {}):
        told = json.loads(JsonFormatter().format(record))
    assert told["trace_id"] == TRACE
    assert told["span_id"] == format(spans()[-1].context.span_id, "016x")
    assert "trace_id" not in json.loads(JsonFormatter().format(record))


@pytest.mark.parametrize(
    ("environ", "exporters"),
    [
        ({}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, ("otlp_proto_http",)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"}, ("otlp_proto_http",)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "True"}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, ()),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, ("otlp_proto_grpc",)),
        ({"OTEL_TRACES_EXPORTER": "console, otlp"}, ("console", "otlp_proto_http")),
        ({"OTEL_SERVICE_NAME": "likely"}, ()),
    ],
)
def test_traces_are_asked_for_by_the_usual_variables(environ, exporters):
    assert trace_exporters(environ) == exporters


def test_without_its_packages_the_log_says_what_is_missing_and_nothing_is_made():
    script = (
        "import sys, logging; logging.basicConfig()\n"
        "from telemetry import tracing\n"
        "with tracing.job_span('x', '', {}): pass\n"
        "tracing.record('x', 1, {}); assert tracing.traceparent() == ''\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
        "sys.modules['opentelemetry'] = None\n"
        "assert not tracing.set_up_traces(()) and not tracing.set_up_traces(('otlp_proto_http',))\n"
        "assert not tracing.is_on()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http" in done.stderr


def test_an_exporter_that_is_not_there_is_named(caplog):
    assert not tracing.set_up_traces(("otlp_proto_grpc",))
    assert "otlp_proto_grpc" in caplog.text


@pytest.mark.nightly
def test_a_service_that_is_not_asked_for_traces_imports_none_of_it(tmp_path):
    script = (
        "import sys, app, services, jobs.__main__\nassert not [each for each in sys.modules if 'opentelemetry' in each]"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.nightly
def test_workers_of_gunicorn_send_them_to_a_collector(settings, tmp_path):
    came = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            for each in body.resource_spans:
                came.extend((each.resource, span) for scope in each.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    collector = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    environ = {
        "MODELS_DIR": str(settings.models_dir), "VAR_DIR": str(settings.var_dir), "OTEL_BSP_SCHEDULE_DELAY": "50",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}", "OTEL_SERVICE_NAME": "shop",
    }  # fmt: skip
    try:
        with serving(gunicorn("app:create_server()"), "/healthz", tmp_path / "log", **environ) as server:
            body = json.dumps(RECORD).encode()
            headers = {"Content-Type": "application/json", **SENT}
            for _ in range(12):
                urllib.request.urlopen(urllib.request.Request(server.url + PREDICT, body, headers), timeout=30).close()
            wanted = bytes.fromhex(TRACE)
            wait_until(lambda: sum(span.trace_id == wanted for _, span in came) == 24, 10)
    finally:
        collector.shutdown()
        collector.server_close()
    told = [each for resource, _ in came for each in resource.attributes if each.key == "service.name"]
    assert {each.value.string_value for each in told} == {"shop"}
    route = PREDICT.replace("binary", "<name>")
    assert {span.name for _, span in came if span.trace_id == wanted} == {"predict", f"POST {route}"}
