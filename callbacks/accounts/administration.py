"""Views of the administrators: people, API keys and audit."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from auth.accounts import BadAccount
from auth.audit_log import AuditLog
from auth.keys import BadKey
from callbacks.accounts.views import Views
from layouts.accounts.pages import AUDIT, INVITATION, KEYS, PEOPLE, search_of_people
from layouts.accounts.words import ROLE_WORDS, SCOPE_WORDS
from layouts.shared import url
from layouts.shared.search_box import search_text
from ml.translation import text
from store.accounts.account_records import AuditEvent, Person

EVENTS = 100  # on a page of the audit log
SEARCHED = 10  # as many people fill more than two screens


class AdministrationViews(Views):
    """Views that need the permission "admin"."""

    def people(self, **said: Any) -> Response:
        """Everybody, their roles and links."""
        status = said.pop("status", 200)
        values = {"link": "", "linked": ""} | said
        everybody = self.accounts.all()
        about = next((each.id for each in everybody if each.id == request.form.get("person")), "")
        listed = {"people": everybody, "about": about, "roles": list(ROLE_WORDS.items()), "models_of": models_of}
        listed |= {"elsewhere": bool(self.given.elsewhere), "sessions": not self.given.behind_proxy}
        listed |= {"can_sign_in": self.accounts.can_sign_in, "role_words": ROLE_WORDS, "words_of": words_of}
        listed["search"] = search_of_people() if len(everybody) >= SEARCHED else ""
        return self.shown("people", status, PEOPLE, **listed, **values)

    def change_people(self) -> AnyResponse:
        """Invite, change or close an account."""
        try:
            said = self._change_people(request.form.get("do", ""), request.form.get("person", ""))
        except BadAccount as bad:
            return self.people(problem=str(bad), status=400)
        self.given.forget()
        return self.people(**said)

    def _change_people(self, what: str, person: str) -> dict[str, str]:
        form = request.form
        if self.given.elsewhere and what in ("invite", "link", "role"):
            raise BadAccount(text("People sign in elsewhere. Their roles come from groups at the sign-in service."))
        if what == "invite":
            token = self.accounts.invite(form.get("name", ""), form.get("role", ""))
            return {"link": link_of(token), "linked": form["name"]}
        if what == "link":
            token = self.accounts.reset(person)
            return {
                "link": link_of(token),
                "linked": next(each.name for each in self.accounts.all() if each.id == person),
            }
        if what == "role":
            self.accounts.change_role(person, form.get("role", ""), read_models(form.get("models", "")))
        elif what == "everywhere":
            self.accounts.end_sessions(person)
        elif what in ("close", "open"):
            self.accounts.set_active(person, active=what == "open")
        else:
            raise BadAccount(text("The form was not complete. Send it again."))
        return {"done": text("Saved.")}

    def keys(self, **said: Any) -> Response:
        """All API keys."""
        status = said.pop("status", 200)
        values = {"made": ""} | said
        listed = {"keys": self.given.keys.all(), "now": time.time(), "models": list(self.given.models())}
        return self.shown("keys", status, KEYS, scopes=list(SCOPE_WORDS.items()), **listed, **values)

    def change_keys(self) -> AnyResponse:
        """Make or end a key."""
        form = request.form
        if form.get("do") == "end":
            ended = self.given.keys.end(form.get("key", ""))
            self.given.forget()
            return self.keys(done=text("The key is ended.") if ended else text("The key was ended before."))
        try:
            days = read_days(form.get("days", ""))
            scopes, models = form.getlist("scope"), form.getlist("model")
            new_key, _ = self.given.keys.make(form.get("name", ""), scopes, models, days, by=self.caller_name())
        except BadKey as bad:
            return self.keys(problem=str(bad), status=400)
        return self.keys(made=new_key)

    def audit(self) -> Response:
        """A page of the audit log."""
        before = request.args.get("before", "")
        number = int(before[:15]) if before.isdecimal() and before.isascii() else None
        events, older = self.given.audit.page(EVENTS, number)
        return self.shown("audit", 200, AUDIT, events=events, older=older)

    def audit_csv(self) -> Response:
        """The whole audit log as CSV."""
        self.given.audit.note("audit exported")
        headers = {"Content-Disposition": "attachment; filename=audit.csv"}
        return Response(_lines(self.given.audit), content_type="text/csv; charset=utf-8", headers=headers)


def models_of(person: Person) -> str:
    """Roles of single models as they are typed: "loan: viewer, iris: manager"."""
    return ", ".join(f"{model}: {role}" for model, role in person.roles.items())


def words_of(person: Person) -> str:
    """The words of a person that a search over everybody matches."""
    return search_text([person.name, text(ROLE_WORDS[person.role]) if person.role else "", models_of(person)])


def read_models(typed: str) -> dict[str, str]:
    """Roles by model, parsed from a text; BadAccount where it is not a list of "model: role"."""
    granted = {}
    for each in filter(None, (part.strip() for part in typed.split(","))):
        model, colon, role = (part.strip() for part in each.partition(":"))
        if not colon or not model:
            raise BadAccount(text("Roles of single models look like “loan: viewer, iris: manager”."))
        granted[model] = role
    return granted


def read_days(typed: str) -> float | None:
    """Days of a key; None where nothing is typed, BadKey where it is no whole number."""
    typed = typed.strip()
    if typed and not (typed.isascii() and typed.isdecimal()):
        raise BadKey(text("Days are a whole number from 1 to 3650, or nothing."))
    return float(typed) if typed else None


def link_of(token: str) -> str:
    """The address of an invitation, with the host by which the administrator reached this service."""
    return f"{request.host_url.rstrip('/')}{url.outside(INVITATION)}/{token}"


def _lines(audit: AuditLog) -> Iterable[str]:
    columns = list(AuditEvent.__dataclass_fields__)
    yield ",".join(columns) + "\r\n"
    before, is_last = None, False
    while not is_last:
        events, before = audit.page(EVENTS, before)
        is_last = before is None
        rows = io.StringIO()
        csv.writer(rows).writerows([_cell(getattr(event, name)) for name in columns] for event in events)
        yield rows.getvalue()


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
