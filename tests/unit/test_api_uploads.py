"""The file of a request: as the body, or as the one file of a form; packed or not."""

import gzip
import io

import pytest
from flask import Flask

from api.http.query import BadParameter
from api.http.request_body import WholeRequest
from api.http.uploads import open_upload
from ml.errors import Unreadable

TABLE = b"a,b\n" + b"1,2\n" * 1000
NAMES = ("name", "held")


@pytest.fixture
def app():
    app = Flask("uploads")
    app.request_class = WholeRequest
    return app


def uploaded(app, path="/", **sent):
    with app.test_request_context(path, method="POST", **sent):
        found = open_upload(NAMES)
        return found.name, found.content_type, b"".join(found.blocks), dict(found.options)


def form(filename="march.csv", kind="text/csv", **fields):
    return {**fields, "file": (io.BytesIO(TABLE), filename, kind)}


def test_the_body_is_the_file(app):
    found = uploaded(app, "/?held=true", data=TABLE, content_type="text/csv; charset=utf-8")
    assert found == ("", "text/csv", TABLE, {"held": "true"})


def test_the_file_of_a_form_is_the_file(app):
    assert uploaded(app, "/?held=true", data=form()) == ("march.csv", "text/csv", TABLE, {"held": "true"})
    found = uploaded(app, data=form("files/march.csv", "Text/CSV; charset=utf-8", held="true", name="x"))
    assert found == ("march.csv", "text/csv", TABLE, {"held": "true", "name": "x"})


@pytest.mark.parametrize("kind", ["text/plain", "application/vnd.ms-excel"])
def test_what_browsers_say_of_a_table_is_not_believed(app, kind):
    assert uploaded(app, data=form("x.csv", kind))[1] == ""


def test_it_may_be_packed(app):
    headers = {"Content-Encoding": "gzip"}
    assert uploaded(app, data=gzip.compress(TABLE), content_type="text/csv", headers=headers)[2] == TABLE
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n' + TABLE + b"\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    assert uploaded(app, data=gzip.compress(body), content_type=kind, headers=headers)[2] == TABLE


@pytest.mark.parametrize(
    ("path", "sent", "error", "words"),
    [
        ("/", {"name": "x"}, Unreadable, "holds no file"),
        ("/", form(hold="true"), BadParameter, "no parameter 'hold'"),
        ("/?held=true", form(held="true"), Unreadable, "held came in the address and in the form"),
    ],
)
def test_a_form_that_cannot_be_used_is_refused(app, path, sent, error, words):
    with pytest.raises(error, match=words):
        uploaded(app, path, data=sent, content_type="multipart/form-data")


def test_a_form_that_breaks_off_is_no_file(app):
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n' + TABLE
    with pytest.raises(Unreadable, match="breaks off"):
        uploaded(app, data=body, content_type="multipart/form-data; boundary=b")
