"""The pages of accounts, rendered from the templates beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from auth.access import may_get
from layouts.shared import shell, url
from layouts.shared.html_writer import HtmlWriter
from layouts.shared.search_box import search_box
from ml.translation import mark, plural, reader_language, template, text

SIGN_IN, SIGN_OUT, ACCOUNT = "/sign-in", "/sign-out", shell.ACCOUNT
SIGN_IN_START, SIGN_IN_CALLBACK = f"{SIGN_IN}/start", f"{SIGN_IN}/callback"
PEOPLE, KEYS, AUDIT, INVITATION = "/account/people", "/account/keys", "/account/audit", "/account/invitation"
FORMS = (SIGN_IN, SIGN_OUT, ACCOUNT)  # first parts of the paths that take POST
PARTS = ((ACCOUNT, mark("Your account")), (PEOPLE, mark("People")), (KEYS, mark("API keys")), (AUDIT, mark("Audit")))


@dataclass(frozen=True)
class Frame:
    """Frame around a page of accounts."""

    css: str
    """Address of the style sheet."""
    person: str = ""
    """Name of who signed in; empty before."""
    signs_out: bool = True
    """Whether one can sign out here."""


def page(name: str, frame: Frame, here: str = "", /, *, problem: str = "", done: str = "", **values: Any) -> str:
    """The HTML of a page, of the template of this name with these values.

    `here` is its path where it is one of the account's. `problem` or `done` is the result of the form that was sent.
    """
    site = list(shell.site_links(frame.person)) if frame.person else []
    parts = [(url.outside(path), text(words), path == here) for path, words in PARTS if frame.person and may_get(path)]
    template = _templates().get_template(f"{name}.html")
    return template.render(
        frame=frame,
        site=site,
        parts=parts,
        account=url.outside(ACCOUNT),
        here=here,
        problem=problem,
        done=done,
        lang=reader_language(),
        **values,
    )


def search_of_people() -> str:
    """The search over everybody as HTML; the browser filters (``assets/ts/shared/search.ts``)."""
    some, none = template("{n} of {all} people"), template("None of {all} people matches “{typed}”.")
    box = search_box("people", text("Search the people"), some, none)
    return "".join(HtmlWriter().element(box.root))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"text": text, "plural": plural, "url": url.outside, "day": day, "moment": moment}
    environment.globals |= {"SIGN_IN": SIGN_IN, "SIGN_OUT": SIGN_OUT, "ACCOUNT": ACCOUNT, "PEOPLE": PEOPLE}
    environment.globals["about"] = ""  # id of the account beside which the result of a form is said; else at the top
    environment.globals |= {"script": lambda name: shell.script_address(name, url.outside(""))}
    environment.globals |= {"KEYS": KEYS, "AUDIT": AUDIT}
    return environment


def day(seconds: float | None) -> str:
    """A day as "2026-11-26"; empty for none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()


def moment(seconds: float | None) -> str:
    """A minute as "2026-11-26 17:05 UTC"; empty for none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
