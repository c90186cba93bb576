"""Access of the current caller to models: what the model service asks before it gives one."""

from __future__ import annotations

from auth.caller import current_request
from auth.permissions import Permission
from ml.errors import LikelyError, UnknownModel
from ml.translation import mark, text

REFUSED = {
    Permission.READ: mark("You may not see the model {model}."),
    Permission.SCORE: mark("You may not score with the model {model}."),
    Permission.FILES: mark("You may not work on files with the model {model}."),
    Permission.CUT_OFFS: mark("You may not change cut-offs of the model {model}."),
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
        if request is None or request.caller.may(request.needs, name):
            return
        if not self.knows(name):
            raise UnknownModel(f"There is no model {name[:80]!r}.")
        raise refused(request.needs, name)


def require(permission: Permission, model: str) -> None:
    """Raise NotAllowed where the caller of the current request may not do this with the model."""
    request = current_request()
    if request is not None and not request.caller.may(permission, model):
        raise refused(permission, model)


def refused(permission: Permission, model: str = "") -> NotAllowed:
    """The error that says what the caller may not do, and who can change that."""
    hint = text("Ask an administrator for the role or the scope that may.")
    if model and permission in REFUSED:
        return NotAllowed(text(REFUSED[permission], model=model), hint)
    return NotAllowed(text("You may not do this."), hint)
