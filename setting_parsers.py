"""Parsers of settings: each reads the text of one, or says what is accepted."""

import base64
import ipaddress
import re
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_PART = re.compile(r"[A-Za-z0-9._~-]+")


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message says which, what came, what is accepted."""


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Parser of a whole number between two limits."""

    def parse(text: str) -> int:
        accepted = f"a whole number from {low} to {high}"
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise BadSetting(accepted)
        if not low <= (number := int(text)) <= high:
            raise BadSetting(accepted)
        return number

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    """Parser of one of these words."""

    def parse(text: str) -> str:
        if (choice := text.lower()) not in choices:
            raise BadSetting(f"one of {', '.join(choices)}")
        return choice

    return parse


def plain(text: str) -> str:
    """Parse a text as it stands, unless it is within quotes: Compose and ``docker --env-file`` take them for a part."""
    if text[0] == text[-1] and text[0] in "\"'":
        raise BadSetting("the value alone, without quotes around it")
    return text


def folder(text: str) -> Path:
    """Parse the path of a folder."""
    return Path(plain(text))


def url(*schemes: str) -> Callable[[str], str]:
    """Parser of a URL of one of these schemes."""
    accepted = f"a URL that starts with {', '.join(f'{scheme}:' for scheme in schemes)}"

    def parse(text: str) -> str:
        if not text.startswith(tuple(f"{scheme}:" for scheme in schemes)):
            raise BadSetting(accepted)
        try:
            urlsplit(text).port  # noqa: B018 - reads it
        except ValueError:
            raise BadSetting(
                f"{accepted}, with a number as port; a password has %23 for #, %2F for / and %3F for ?"
            ) from None
        return text

    return parse


_DATABASE = re.compile(
    r"sqlite:///[^:?].*|postgres(ql(\+psycopg)?)?:(//([^@]*@)?(\[[0-9a-fA-F:]+\]|[^@:/?]*)(:[0-9]*)?([/?].*)?)?"
)


def database(text: str) -> str:
    """Parse the URL of a database; one of SQLite in memory would be another one for each connection."""
    if not _DATABASE.fullmatch(text):
        accepted = "sqlite:///file.db, sqlite:////folder/file.db or postgresql://user:password@host:port/database"
        raise BadSetting(f"{accepted}; a password has %40 for @")
    return text


def read_root(text: str) -> str:
    """Parse a path prefix such as ``/apps/likely``, without trailing slash; BadSetting where the text is none."""
    root = text.rstrip("/")
    parts = root.split("/")[1:]
    if not root:
        return ""
    if len(root) > 200 or not root.startswith("/") or not all(map(_PART.fullmatch, parts)) or {".", ".."} & set(parts):
        raise BadSetting("a path such as /apps/likely: letters, digits and . _ ~ - between slashes")
    return root


def secrets(text: str) -> str:
    """Parse secrets that sign calls, in the form of Standard Webhooks."""
    for each in text.replace(",", " ").split():
        try:
            size = len(base64.b64decode(each.removeprefix("whsec_"), validate=True))
        except ValueError:
            size = 0
        if not 24 <= size <= 64:
            raise BadSetting("whsec_ and 24 to 64 bytes in base64; several separated by spaces")
    return text


def long_secret(text: str) -> str:
    """Parse a secret that nobody can guess."""
    if len(text) < 32 or len(set(text)) < 10:
        raise BadSetting("32 or more random characters; openssl rand -hex 32 makes some")
    return text


def networks(text: str) -> str:
    """Parse networks, separated by spaces or commas."""
    try:
        for each in text.replace(",", " ").split():
            ipaddress.ip_network(each)
    except ValueError:
        raise BadSetting("networks as in 10.0.0.0/8, fd00::/8") from None
    return text


_ORIGIN = re.compile(r"(https?)://(\*\.)?([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_OWN_PORT = {"http": ":80", "https": ":443"}


def origins(text: str) -> str:
    """Origins of other sites, separated by spaces or commas, as browsers name them; or ``*`` alone."""
    accepted = "origins such as https://shop.example.com, without a path and separated by spaces, or * alone"
    words = text.replace(",", " ").split()
    return "*" if words == ["*"] else " ".join(_origin(word, accepted) for word in words)


def framers(text: str) -> str:
    """Origins that may frame the pages, as CSP's frame-ancestors takes them."""
    accepted = "self, or origins such as https://intranet.example.com or https://*.example.com, separated by spaces"
    own = ("self", "'self'")
    words = text.replace(",", " ").split()
    return " ".join("'self'" if word in own else _origin(word, accepted, wild=True) for word in words)


def _origin(word: str, accepted: str, *, wild: bool = False) -> str:
    match = _ORIGIN.fullmatch(word.lower())
    if match is None or (match[2] and not wild):
        raise BadSetting(accepted)
    return word.lower().removesuffix(_OWN_PORT[match[1]])


def https(text: str) -> str:
    """Parse an address of HTTPS, or of HTTP on this machine."""
    accepted = "an https: URL of at most 300 characters"
    try:
        parts = urlsplit(text)
    except ValueError:
        raise BadSetting(accepted) from None
    schemes = ("https", "http") if parts.hostname in ("localhost", "127.0.0.1", "::1") else ("https",)
    if not parts.hostname or parts.scheme not in schemes or len(text) > 300:
        raise BadSetting(accepted)
    return text


def mail_addresses(text: str) -> str:
    """Parse addresses of mail, separated by commas or spaces."""
    words = text.replace(",", " ").split()
    if not words or not all(re.fullmatch(r"[^@\s<>\"]{1,64}@[A-Za-z0-9.-]{1,253}", word) for word in words):
        raise BadSetting("addresses such as sales@example.com, separated by commas")
    return ", ".join(words)


def header(text: str) -> str:
    """Parse the name of an HTTP header; one with "_" is none, for servers cannot tell it from one with "-"."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,80}", text):
        raise BadSetting("the name of an HTTP header: letters, digits and -")
    return text


def setting(default: Any, parse: Callable[[str], Any], help_text: str, *, secret: bool = False) -> Any:
    """A row of the table of settings: default, parser and help; the value of a secret is never shown."""
    return field(default=default, repr=not secret, metadata={"parse": parse, "help": help_text, "secret": secret})


def is_loopback(host: str) -> bool:
    """True for a host that only programs on this machine can reach."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
