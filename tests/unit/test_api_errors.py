"""What a client may do wrong, and the one shape of the answers."""

import json
import logging
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api import create_api
from api.http.errors import MOST_PROBLEMS, short
from api.http.statuses import STATUS
from ml.errors import BrokenModel, LikelyError

IRIS = "/api/v1/models/iris/predict"
GOOD = {"sl": 5.1, "sw": 3.5, "pl": 1.4, "pw": 0.2}
FORM = "application/x-www-form-urlencoded"
MAX_BODY, MAX_RECORDS = 100_000, 500
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, MAX_BODY, MAX_RECORDS).test_client()


def refused(answer, status, code=None):
    """The error of an answer, after its shape was checked."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/json"
    assert set(answer.json) == {"error"}
    error = answer.json["error"]
    assert set(error) - {"more"} == {"code", "message", "hint", "problems"}
    assert error["message"]
    for problem in error["problems"]:
        assert set(problem) == {"row", "feature", "value", "message", "hint"}
    assert "Traceback" not in answer.text
    assert code in (None, error["code"])
    return error


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", "no_records", "There is nothing in the body."),
        (b" \n\t", "no_records", "There is nothing in the body."),
        (b"[]", "no_records", "There is no record"),
        (b'{"records": []}', "no_records", "There is no record"),
        (b'"[]"', "no_records", "There is no record"),
        (b'{"sl": {}, "sw": {}}', "no_records", "There is no record"),
        (b"{", "unreadable", "line 1, column 2"),
        (b'{"sl": 5.1,}', "unreadable", "is not JSON"),
        (b"{'sl': 5.1}", "unreadable", "is not JSON"),
        (b'{"sl": 5.1} {"sl": 5.1}', "unreadable", "Extra data"),
        (b"sl=5.1&sw=3.5", "unreadable", "is not JSON"),
        (b"<xml/>", "unreadable", "is not JSON"),
        (b"5", "unreadable", "holds no record"),
        (b"null", "unreadable", "holds no record"),
        (b"true", "unreadable", "holds no record"),
        (b'"setosa"', "unreadable", "The text in the JSON string is not JSON"),
        (b'"5"', "unreadable", "holds no record"),
        (b'"\\"[]\\""', "unreadable", "holds no record"),
        (b'{"sl": NaN}', "unreadable", "NaN is no JSON"),
        (b'{"sl": -Infinity}', "unreadable", "-Infinity is no JSON"),
        (b'{"sl": 5.1, "sw": 1, "sl": 5.2, "sw": 1}', "unreadable", "'sl', 'sw'"),
        (b'{"records": [{}], "records": [{}]}', "unreadable", "'records'"),
        (b'{"records": [{}], "explain": true}', "unreadable", "Beside \"records\" came 'explain'"),
        (b'{"records": {"sl": 5.1}}', "unreadable", '"records" holds an object'),
        (b'{"sl": {"0": 1}, "sw": {"0": 1, "1": 2}}', "unreadable", "Columns of different rows: 'sw'"),
        (b"[" * 50_000, "unreadable", "nested too deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "unreadable", "nested too deep"),
        (b'{"sl": ' + b"9" * 5000 + b"}", "unreadable", "too many digits"),
        (b'{"sl": "\\ud800"}', "unreadable", "half of a"),
        (b'{"\\udc00": 1}', "unreadable", "half of a"),
        (b'{"sl": "\xff"}', "unreadable", "not UTF-8"),
        ('{"sl": "é"}'.encode("latin-1"), "unreadable", "byte 8"),
        ('{"sl": 5.1}'.encode("utf-16"), "unreadable", "not UTF-8"),
        (b"\x1f\x8b\x08\x00", "unreadable", "not UTF-8"),
    ],
)
def test_a_body_that_is_no_json_of_records_is_400(client, body, code, words):
    assert words in refused(client.post(IRIS, data=body, content_type="application/json"), 400, code)["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sl=5.1&sl=5.2&sw=3.5", "Fields came more than once: 'sl'"),
        ("sl=%ff", "not UTF-8"),
        ("&".join(f"a{at}=1" for at in range(10_001)), "more than 10,000 fields"),
    ],
)
def test_a_form_that_is_ambiguous_is_400(client, body, words):
    assert words in refused(client.post(IRIS, data=body, content_type=FORM), 400, "unreadable")["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('sl,sw\n1,"2', "Line 2"),
        ("sl,sw,pl,pw\n", "There is no record"),
    ],
)
def test_a_table_that_cannot_be_read_is_400(client, body, words):
    assert words in refused(client.post(IRIS, data=body, content_type="text/csv"), 400)["message"]


def test_a_second_column_of_a_name_is_named_as_pandas_names_it(client):
    error = refused(client.post(IRIS, data="sl,sw,sl\n1,2,3", content_type="text/csv"), 422)
    assert error["problems"][0]["feature"] == "sl.1"
    assert error["problems"][0]["message"] == "The model has no feature of this name."


def test_a_column_without_a_name_is_left_out_and_said_where_it_holds_something(client):
    for first, said in (("7", True), ("", False)):
        body = f",sl,sw,pl,pw\n{first},5.1,3.5,1.4,0.2"
        answer = client.post(IRIS, data=body, content_type="text/csv").json
        assert answer["predictions"][0]["label"] == "setosa"
        assert ("Column 1 has no name and is left out." in answer.get("notes", [])) is said


def test_a_table_in_another_charset_is_read_by_it_and_json_is_not(client):
    for charset in ("utf-16", "latin-1"):
        kind = f"text/csv; charset={charset}"
        answer = client.post(IRIS, data="sl,sw,pl,pw\n5.1,3.5,1.4,0.2".encode(charset), content_type=kind)
        assert answer.json["predictions"][0]["label"] == "setosa"
    refused(client.post(IRIS, data=b"sl,sw\n1,2", content_type="text/csv; charset=utf-16"), 400, "unreadable")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/models/nope/predict",
        "/api/v1/models/iris@00000000/predict",
        "/api/v1/models/%F0%9F%8C%B8/predict",
        "/api/v1/models/..%2f..%2fetc/predict",
        "/api/v1/models/IRIS@x/predict",
    ],
)
def test_a_model_that_is_not_there_is_404(client, path):
    refused(client.post(path, json=GOOD), 404)


@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/v2/models", "/api/v1/models/iris/nope", "/api//v1/models", "/healthz/x"]
)
def test_an_address_that_is_not_there_is_404(client, path):
    assert refused(client.get(path), 404, "not_found")["hint"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("GET", IRIS, "POST"), ("PUT", IRIS, "POST"), ("DELETE", "/api/v1/models", "GET")]
)
def test_another_method_is_405_and_told_which(client, method, path, allowed):
    answer = client.open(path, method=method)
    assert allowed in refused(answer, 405, "method_not_allowed")["hint"]
    assert allowed in answer.headers["Allow"]


def test_options_tells_the_methods_and_head_has_no_body(client):
    assert "POST" in client.options(IRIS).headers["Allow"]
    head = client.head("/api/v1/models")
    assert (head.status_code, head.data) == (200, b"")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json; charset=utf-8", "application/json"),
        ('Application/JSON;Charset="UTF-8"', "application/json"),
        ("application/json;indent=4, */*;q=0.1", "application/json"),
        ("text/plain;charset=utf8", "text/plain"),
        ("text/csv; charset=utf-8; header=present", "text/csv"),
        ("text/csv;header=absent, text/plain;q=0.1", "text/plain"),
        ("text/csv;q=0.4, application/json;charset=utf-8;q=0.5", "application/json"),
    ],
)
def test_parameters_of_accepted_types_are_those_of_what_is_answered_or_nothing_to_us(client, accept, kind):
    answer = client.post(IRIS, json=GOOD, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    own = client.post(IRIS, json=GOOD, headers={"Accept": answer.headers["Content-Type"]})
    assert (own.status_code, own.data) == (200, answer.data)


def test_an_outcome_that_there_is_not_is_refused_though_nothing_is_said_about_one(client):
    for query in (
        "?outcome=nope",
        "?outcome=nope&blanks=estimator",
        "?outcome=setosa%00",
        "?outcome=nope&explain=true",
    ):
        refused(client.post(f"{IRIS}{query}", json=GOOD), 400, "unknown_outcome")
    assert client.post(f"{IRIS}?outcome=setosa", json=GOOD).status_code == 200


@pytest.mark.parametrize(
    "accept",
    ["image/png", "text/html", "application/xml;q=0.9", "application/json;q=0", ",", "text/csv;header=absent",
     "application/json;charset=latin-1"],
)  # fmt: skip
def test_an_answer_that_we_cannot_write_is_406(client, accept):
    refused(client.post(IRIS, json=GOOD, headers={"Accept": accept}), 406, "not_acceptable")


def test_a_body_that_is_too_large_is_413_with_the_limit(client):
    answer = client.post(IRIS, data=b"x" * (MAX_BODY + 1), content_type="application/json")
    error = refused(answer, 413, "too_large")
    assert "100,000 bytes" in error["message"]
    assert "POST /api/v1/models/<name>/jobs" in error["hint"]


def test_a_body_without_a_length_is_measured_as_it_comes(client):
    import io

    answer = client.post(
        IRIS,
        input_stream=io.BytesIO(b"x" * (MAX_BODY + 1)),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    refused(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("body", "content_type"), [(json.dumps([{}] * 501), "application/json"), ("sl\n" + "1\n" * 501, "text/csv")]
)
def test_too_many_records_are_413_with_the_limit(client, body, content_type):
    answer = client.post(IRIS, data=body, content_type=content_type)
    error = refused(answer, 413, "too_many_records")
    assert "500" in error["message"]
    assert "POST /api/v1/models/<name>/jobs" in error["hint"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "multipart/mixed; boundary=x",
        "application/xml",
        "nonsense",
        "application/json; charset=latin-1",
    ],
)
def test_another_content_type_is_415_and_told_which(client, content_type):
    assert "Accepted: " in refused(client.post(IRIS, data=json.dumps(GOOD), content_type=content_type), 415)["hint"]


@pytest.mark.parametrize("coding", ["br", "zstd", "x", "gzip, gzip"])
def test_a_body_in_another_coding_is_415_and_told_which(client, coding):
    answer = client.post(IRIS, json=GOOD, headers={"Content-Encoding": coding})
    assert coding in refused(answer, 415)["message"]
    assert answer.headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_in_its_coding_is_400(client, coding):
    answer = client.post(IRIS, json=GOOD, headers={"Content-Encoding": coding})
    assert coding in refused(answer, 400, "unreadable")["message"]


def test_json_sent_as_a_form_is_told_so(client):
    answer = client.post(IRIS, data=json.dumps(GOOD), content_type=FORM)
    assert "Content-Type: application/json" in refused(answer, 415)["hint"]


def test_every_problem_of_every_record_is_listed(client):
    error = refused(client.post(IRIS, json=[GOOD, {"sl": "x", "sw": 3.5, "pl": -1, "nope": 1}]), 422, "invalid_record")
    assert [(each["row"], each["feature"], each["value"]) for each in error["problems"]] == [
        (1, "nope", 1),
        (1, "sepal_length", "x"),
        (1, "petal_length", -1),
        (1, "petal_width", None),
    ]
    assert error["problems"][1]["message"] == "“x” is not a number."
    assert error["problems"][1]["hint"] == "Accepted: a number from 0 to 20 cm."


def test_a_line_of_another_length_is_a_problem_of_its_row(client):
    error = refused(client.post(IRIS, data="sl,sw,pl,pw\n5.1,3.5,1.4,0.2\n1,2\n", content_type="text/csv"), 422)
    assert [(each["row"], each["message"]) for each in error["problems"]] == [
        (1, "Cells in this line: 2; in the header: 4.")
    ]


def test_problems_are_bounded_and_counted(client):
    error = refused(client.post(IRIS, json=[{}] * 100), 422)
    assert len(error["problems"]) == MOST_PROBLEMS
    assert error["more"] == 300


@pytest.mark.parametrize("value", [[1, 2], {"a": {"b": 1}}, True, "1e400", "x", "9" * 4000, [[[[[[]]]]]]])
def test_any_value_may_be_wrong(client, value):
    error = refused(client.post(IRIS, json=GOOD | {"sl": value}), 422)
    assert len(json.dumps(error["problems"][0]["value"])) <= 110


def test_a_number_that_no_float_holds_is_a_problem_of_its_value(client):
    for number in ("1e400", "9" * 400):
        body = json.dumps(GOOD).replace("5.1", number)
        assert refused(client.post(IRIS, data=body), 422)["problems"][0]["feature"] == "sepal_length"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (1, 1),
        (0.1, 0.1),
        ("a" * 100, "a" * 100),
        ("a" * 101, "a" * 99 + "…"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (2**64, "18446744073709551616"),
    ],
)
def test_values_are_shown_short(value, shown):
    assert short(value) == shown


def test_large_values_are_shown_short():
    assert len(short([{"a": "b" * 1000}] * 1000)) <= 100


class Failing:
    """A service in which something is wrong."""

    def __init__(self, error):
        self.error = error

    def score(self, name, raws):
        raise self.error


def test_a_broken_model_is_503():
    client = create_api(Failing(BrokenModel("iris@00: altered.", "Train it.")), dict, MAX_BODY, 9).test_client()
    assert refused(client.post(IRIS, json=GOOD), 503, "broken_model")["message"] == "iris@00: altered."


def test_what_we_did_not_foresee_leaks_nothing_and_is_logged(caplog):
    client = create_api(Failing(ZeroDivisionError("secret of /srv/place")), dict, MAX_BODY, 9).test_client()
    with caplog.at_level(logging.ERROR):
        error = refused(client.post(IRIS, json=GOOD), 500, "unexpected")
    number = error["hint"].split()[-1].rstrip(".")
    assert "secret" not in json.dumps(error)
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text


BODIES = st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "x", "records"]), inner, max_size=3)
    ),
    max_leaves=6,
)
TYPES = st.sampled_from(["application/json", FORM, "text/csv", "", "text/plain", "a/b;c"]) | st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=20
)
ANYTHING = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@ANYTHING
@given(body=BODIES, content_type=TYPES, model=st.sampled_from(["iris", "loan", "bank-products"]))
@example(body=b"\x02", content_type=FORM, model="iris")
@example(body=b'{"\\u0002": 1}', content_type="application/json", model="iris")
@example(body=b"sl\x00=1", content_type=FORM, model="iris")
@example(body=b'{"Loan_ID": "\x00", "Gender": "\x00"}', content_type="", model="loan")
def test_whatever_bytes_come_in_the_fault_is_theirs(client, body, content_type, model):
    answer = client.post(f"/api/v1/models/{model}/predict", data=body, content_type=content_type)
    assert answer.status_code in (200, 400, 413, 415, 422), answer.text


@ANYTHING
@given(VALUES | st.dictionaries(st.sampled_from([*GOOD, "sepal_length", "x"]), VALUES), st.booleans())
def test_whatever_json_comes_in_the_fault_is_theirs(client, data, twice):
    text = json.dumps(data)
    answer = client.post(IRIS, data=json.dumps(text) if twice else text, content_type="application/json")
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code != 200:
        refused(answer, answer.status_code)


@ANYTHING
@given(
    accept=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
    host=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
def test_whatever_headers_come_in_the_fault_is_theirs(client, accept, host):
    answer = client.post(IRIS, json=GOOD, headers={"Accept": accept}, environ_overrides={"HTTP_HOST": host})
    assert answer.status_code in (200, 400, 406), answer.text


def test_a_refused_record_says_what_to_send_beside_the_message(client):
    error = client.post(IRIS, json=["a"]).json["error"]
    assert error["hint"] == error["problems"][0]["hint"] == 'Send an object such as {"feature": value}.'


def test_every_error_is_documented_with_its_status():
    rows = re.findall(r"^\| (\d{3}) \| (`.*?`) \|", (ROOT / "docs/API.md").read_text(), re.MULTILINE)
    told = {(int(status), code) for status, codes in rows for code in re.findall("`(.*?)`", codes)}
    raised = {(status, kind.code) for kind, status in STATUS.items() if kind is not LikelyError}
    assert raised - told == set()


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e400", "1e400"), ("-1E999", "-1E999"), ('[1, "a", null]', '[1, "a", null]'), ('{"é": true}', '{"é": true}')],
)
def test_a_value_that_is_refused_is_told_as_it_came(client, written, value):
    body = json.dumps(GOOD).replace("5.1", written)
    problem = refused(client.post(IRIS, data=body.encode(), content_type="application/json"), 422)["problems"][0]
    assert problem["value"] == value
    assert "inf" not in problem["message"]


def test_a_value_nested_too_deep_for_json_is_still_told():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert len(short(deep)) <= 100
