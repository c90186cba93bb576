"""A small provider of OpenID Connect whose answers tests can forge, and the keys of it and of proxies."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask, Response, jsonify, redirect, request
from jwt.algorithms import get_default_algorithms

MAKERS = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
CLIENT, SECRET = "likely", "a-secret-of-the-client-of-32-bytes"


class Key:
    """A key pair with an id."""

    def __init__(self, name: str, algorithm: str = "RS256") -> None:
        self.name, self.algorithm = name, algorithm
        self.private: Any = MAKERS[algorithm]()

    @property
    def public(self) -> dict[str, Any]:
        found: dict[str, Any] = get_default_algorithms()[self.algorithm].to_jwk(self.private.public_key(), as_dict=True)
        return found | {"kid": self.name, "use": "sig"}

    @property
    def public_pem(self) -> bytes:
        pem: bytes = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode(claims, self.private, self.algorithm, headers={"kid": self.name} | header)


@dataclass
class Provider:
    """A provider: who is signed in there, and how its answers differ from what they should be.

    Attributes
    ----------
    person : dict
        Claims of who signs in next.
    change : callable
        Changes the claims of the ID token.
    sign : callable
        Signs them, in place of its key.
    asked : list
        Paths that were asked for.
    """

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1", "email": "ann@shop.example"})
    keys: list[Key] = field(default_factory=lambda: [Key("one")])
    change: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    sign: Callable[[dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] | None = None  # by the userinfo endpoint
    beside: list[dict[str, Any]] = field(default_factory=list)  # keys that sign no tokens
    public_client: bool = False
    slow: bool = False  # it sends a byte now and then, as long as this is true or for some seconds
    down: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> Flask:
        """Its WSGI application."""
        app = Flask("provider")
        app.before_request(self._note)
        app.after_request(self._trickle)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._configuration)
        app.add_url_rule("/keys", view_func=self._keys)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=lambda: jsonify(self.told), endpoint="userinfo")
        return app

    def _note(self) -> Any:
        self.asked.append(request.path)
        return ("down", 500) if self.down else None

    def _trickle(self, answer: Response) -> Response:
        """Send a byte now and then before the answer: no read takes long, all together do."""
        if not self.slow:
            return answer
        whole = answer.get_data()

        def drops() -> Iterator[bytes]:
            for _ in range(200):
                if self.slow:
                    yield b" "
                    time.sleep(0.05)
            yield whole

        return Response(drops(), content_type="application/json")

    def _configuration(self) -> Any:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        found = {name: self.issuer + path for name, path in paths.items()} | {"issuer": self.issuer}
        return jsonify(found | self.metadata)

    def _keys(self) -> Any:
        return jsonify(keys=[*self.beside, *(each.public for each in self.keys)])

    def _authorize(self) -> Any:
        code = f"code-{len(self.codes)}-{len(self.asked)}"
        self.codes[code] = dict(request.args) | {"person": dict(self.person)}
        back = urlencode({"code": code, "state": request.args["state"]})
        return redirect(f"{request.args['redirect_uri']}?{back}")

    def _token(self) -> Any:
        given = self.codes.pop(request.form.get("code", ""), None)
        client = request.authorization
        verifier = request.form.get("code_verifier", "").encode()
        challenge = urlsafe_b64encode(sha256(verifier).digest()).rstrip(b"=").decode()
        sent = (client.username, client.password) if client else (request.form.get("client_id"), None)
        if sent != (CLIENT, None if self.public_client else SECRET):
            return jsonify(error="invalid_client"), 401
        if given is None or given["redirect_uri"] != request.form["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        if (given["code_challenge_method"], given["code_challenge"]) != ("S256", challenge):
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": given["nonce"]}
        claims = self.change(claims | given["person"])
        signed = self.sign(claims) if self.sign else self.keys[-1].sign(claims)
        return jsonify(access_token="for-userinfo", token_type="Bearer", expires_in=300, id_token=signed)


BESIDE = [
    {"kty": "RSA", "use": "enc", "kid": "for-encryption", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB"},
    {"kty": "AKP", "use": "sig", "kid": "of-tomorrow", "alg": "ML-DSA-44", "pub": "AQAB"},
    {"kty": "EC", "crv": "P-999", "kid": "of-another-curve", "x": "AQAB", "y": "AQAB"},
]


def authorized(client: Any, location: str) -> str:
    """Where the provider sends a browser back to, for the address that the service sent it to."""
    answer = requests.get(location, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def begin(client: Any, onward: str = "/") -> Any:
    """The address at the provider to which a browser is sent."""
    answer = client.get("/sign-in/start", query_string={"next": onward})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def come_back(client: Any, address: str) -> Any:
    """Follow the provider's redirect."""
    return client.get("/sign-in/callback", query_string=query_of(address))


def sign_in(client: Any, onward: str = "/") -> Any:
    return come_back(client, authorized(client, begin(client, onward)))


def path_of(answer: Any) -> str:
    return str(answer.headers["Location"]).removeprefix("http://localhost")


def is_signed_in(client: Any) -> bool:
    return bool(client.get("/account").status_code == 200)


def audit_of(store: Any) -> list[tuple[str, ...]]:
    return [(each.who, each.what, each.about, each.after) for each in store.audit.newest(50)]
