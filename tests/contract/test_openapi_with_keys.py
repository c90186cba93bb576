"""The contract holds behind the gate: without a key, with a wrong one, with one of all scopes, and with too few."""

from types import SimpleNamespace

import pytest
import schemathesis
from schemathesis import GenerationMode

from app import create_server
from auth.audit_log import AuditLog
from auth.keys import ApiKeys
from auth.permissions import SCOPES
from settings import Settings
from store.db import Store
from store.errors import StoreUnavailable
from tests.contract.drawn_requests import MODES, WANTED, each_operation
from tests.small import small_model

OPEN = {"alive", "ready", "ping", "v2_live", "v2_ready"}
WRONG = "lk_aaaaaaaa_" + "b" * 43 + "_cccccc"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A service where people sign in, its contract, and a key of each scope and of all."""
    folder = tmp_path_factory.mktemp("shop")
    small_model("binary", folder / "models")
    given = Settings(models_dir=folder / "models", var_dir=folder / "var", auth="password")
    server = create_server(given)
    store = Store(given.database_url)
    keys = ApiKeys(store, AuditLog(store))
    made = {scope: keys.make(scope, [scope])[0] for scope in SCOPES} | {"all": keys.make("all", list(SCOPES))[0]}
    reads = {"Authorization": f"Bearer {made['all']}"}
    contract = schemathesis.openapi.from_wsgi("/api/openapi.json", server, headers=reads)
    return SimpleNamespace(contract=contract, keys=made)


def statuses(shop, mode, key, checks=WANTED):
    """Send what the document allows, or forbids, with a key; the statuses that came, by operation."""
    came: dict[str, set[int]] = {}

    def send(operation, case):
        case.headers.pop("Authorization", None)  # drawn, as it is a parameter that may be wrong
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        answer = case.call_and_validate(checks=checks, headers=headers)
        came.setdefault(operation, set()).add(answer.status_code)

    each_operation(shop.contract, mode, {"name": ["binary"]}, send)
    return came


@MODES
@pytest.mark.parametrize(
    "key", [None, pytest.param(WRONG, marks=pytest.mark.nightly)], ids=["none", "one that nobody has"]
)
def test_without_a_key_everything_but_health_is_401_as_the_document_tells(shop, mode, key):
    for name, came in statuses(shop, mode, key).items():
        assert 401 not in came if name in OPEN else came == {401}, (name, came)


@MODES
def test_with_a_key_of_all_scopes_every_answer_is_one_that_the_document_tells(shop, mode):
    came = statuses(shop, mode, shop.keys["all"])
    assert not {name for name, each in came.items() if each & {401, 403}}
    if mode is GenerationMode.POSITIVE:
        assert all(200 in came[name] for name in ("list_models", "list_jobs", "v2_server", "docs"))


def test_where_the_store_cannot_say_whose_key_it_is_everything_but_health_is_503(shop, monkeypatch):
    def away(_):
        raise StoreUnavailable("The store does not answer.")

    monkeypatch.setattr(Store, "_engine", away)
    for name, came in statuses(shop, GenerationMode.POSITIVE, shop.keys["metrics"], WANTED[1:]).items():
        assert name in OPEN or came == {503}, (name, came)


def test_a_key_of_one_scope_is_refused_where_another_is_needed(shop):
    came = statuses(shop, GenerationMode.POSITIVE, shop.keys["outcomes"])
    assert came["predict"] == {403}
