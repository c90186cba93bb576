"""A service where people sign in at a provider of the tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_service
from settings import Settings
from store.db import Store
from tests.identity_provider import CLIENT, SECRET, Key, Provider
from tests.serving import OwnPage, served
from tests.small import small_model

ROLES = "sales=seller; managers=manager; loan team=binary:manager; it=administrator"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    return folder


@pytest.fixture(scope="module")
def key() -> Key:
    return Key("one")


@pytest.fixture
def provider(key: Key) -> Iterator[Provider]:
    found = Provider(keys=[key])
    with served(found.app()) as address:
        found.issuer = address
        found.person = {"sub": "1", "email": "ann@shop.example", "groups": ["sales"]}
        yield found


@pytest.fixture
def settings(models: Path, tmp_path: Path, provider: Provider) -> Settings:
    return Settings(
        models_dir=models,
        var_dir=tmp_path,
        auth="oidc",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        group_roles=ROLES,
    )


@pytest.fixture
def server(settings: Settings) -> Flask:
    made: Flask = create_service(settings).server
    return made


@pytest.fixture
def client(server: Flask) -> OwnPage:
    return OwnPage(server)


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.database_url)
