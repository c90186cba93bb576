"""Access of the current caller to models: what the model service asks before it gives one."""

from __future__ import annotations

from auth.caller import ANYBODY, current_request
from auth.permissions import Permission
from auth.table import PAGES, ROUTES, SITE_PAGES
from ml.errors import LikelyError, UnknownModel
from ml.translation import mark, text

REFUSED = {
    Permission.READ: mark("You may not see the model {model}."),
    Permission.SCORE: mark("You may not score with the model {model}."),
    Permission.FILES: mark("You may not work on files with the model {model}."),
    Permission.OUTCOMES: mark("You may not tell outcomes of the model {model}."),
    Permission.CUT_OFFS: mark("You may not change cut-offs of the model {model}."),
    Permission.VERSIONS: mark("You may not change which version of the model {model} is live."),
}


class NotAllowed(LikelyError):
    """The caller is known, and may not do this."""

    code = "not_allowed"


class RequestAccess:
    """Access of the caller of the current request; outside of requests everything is allowed."""

    def knows(self, name: str) -> bool:
        """True where the caller may do anything at all with the model."""
        request = current_request()
        return request is None or bool(request.caller.models.get(name, request.caller.granted))

    def check(self, name: str) -> None:
        """Raise UnknownModel for a model that the caller may not know, NotAllowed for what it may not do with it."""
        request = current_request()
        if request is not None:
            require(request.needs, name)


def allowed(permission: Permission, model: str) -> bool:
    """True where the caller of the current request may do this with the model, and outside of requests."""
    request = current_request()
    return request is None or request.caller.may(permission, model)


def allowed_somewhere(permission: Permission) -> bool:
    """True where the caller of the current request may do this with any model, and outside of requests."""
    request = current_request()
    return request is None or request.caller.may(permission)


def require(permission: Permission, model: str) -> None:
    """Raise UnknownModel for a model that the caller may not know, NotAllowed where it may not do this with it."""
    if allowed(permission, model):
        return
    if not RequestAccess().knows(model):
        raise UnknownModel(text("There is no model {name}.", name=repr(model[:80])))
    raise refused(permission, model)


def may_open(page: str, name: str) -> bool:
    """True where the caller of the current request may open a page ("predict" …) of a model, named by name or key."""
    return allowed(PAGES[page], name.partition("@")[0])


def may_open_site_page(page: str) -> bool:
    """True where the current caller may open a page about no single model: "home", "today", "gallery"."""
    return allowed_somewhere(SITE_PAGES[page])


def may_get(path: str) -> bool:
    """True where the current caller may open a page that is not Dash's, such as ``/account/people``."""
    return allowed_somewhere(ROUTES[f"GET {path}"])


def refused(permission: Permission, model: str = "") -> NotAllowed:
    """The error that says what the caller may not do, and who can change that."""
    hint = text("Ask an administrator for the role or the scope that may.")
    if model and permission in REFUSED:
        return NotAllowed(text(REFUSED[permission], model=model), hint)
    return NotAllowed(text("You may not do this."), hint)


def unprotected_notice() -> str:
    """Notice for every page where nobody signs in though other machines reach the service; else empty."""
    request = current_request()
    if request is None or request.caller is not ANYBODY:
        return ""
    return text("Nobody signs in here: whoever reaches this address may use everything and change cut-offs.")
