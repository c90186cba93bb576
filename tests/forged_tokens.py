"""Tokens that somebody else than the provider signed, or nobody."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import jwt

from tests.identity_provider import SECRET, Key, Provider

Claims = dict[str, Any]


def unsigned(claims: Claims, provider: Provider) -> str:
    return jwt.encode(claims, "", "none")


def by_public_key(claims: Claims, provider: Provider) -> str:
    """HS256 with the public key as the secret: algorithm confusion."""

    def part(data: bytes) -> bytes:
        return urlsafe_b64encode(data).rstrip(b"=")

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": provider.keys[0].name}).encode())
    text = head + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.digest(provider.keys[0].public_pem, text, "sha256"))).decode()


def by_client_secret(claims: Claims, provider: Provider) -> str:
    return jwt.encode(claims, SECRET.encode(), "HS256", headers={"kid": provider.keys[0].name})


def by_published_secret(claims: Claims, provider: Provider) -> str:
    """HS256 with a secret that stands among the public keys, where everybody reads it."""
    secret = b"everybody knows this secret of 32 bytes"
    provider.beside = [{"kty": "oct", "kid": "known", "k": urlsafe_b64encode(secret).rstrip(b"=").decode()}]
    return jwt.encode(claims, secret, "HS256", headers={"kid": "known"})


def by_another_key(claims: Claims, provider: Provider) -> str:
    return Key(provider.keys[0].name).sign(claims)


def by_unknown_key(claims: Claims, provider: Provider) -> str:
    return Key("unknown").sign(claims)


def by_own_key(claims: Claims, provider: Provider) -> str:
    """The key comes with the token (jwk, jku)."""
    own = Key("own")
    return own.sign(claims, jwk=own.public, jku="https://evil.example/keys")


def broken(claims: Claims, provider: Provider) -> str:
    return "not.a.token"


def changed(claims: Claims, provider: Provider) -> str:
    head, _, signature = provider.keys[0].sign(claims).split(".")
    _, body, _ = provider.keys[0].sign(claims | {"sub": "2"}).split(".")
    return f"{head}.{body}.{signature}"


FORGERS = [
    unsigned,
    by_public_key,
    by_client_secret,
    by_published_secret,
    by_another_key,
    by_unknown_key,
    by_own_key,
    broken,
    changed,
]
