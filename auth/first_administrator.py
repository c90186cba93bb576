"""The first administrator: invited by a link that the log shows, for there is no default password."""

from __future__ import annotations

import logging
import time

from auth.accounts import INVITED_FOR, Accounts
from store.errors import StoreUnavailable

log = logging.getLogger("likely")


class FirstAdministrator:
    """Logs a link of invitation (`address` and a token) as long as the service has no administrator."""

    def __init__(self, accounts: Accounts, address: str) -> None:
        self._accounts, self._address = accounts, address
        self._is_there = False
        self._logged_until = float("-inf")

    def missing(self) -> bool:
        """True where the service has no administrator yet; the log then shows a link that holds.

        To be called at start, and when somebody wants to sign in: the store may have been away, or the link too old.
        """
        if self._is_there:
            return False
        try:
            self._is_there = self._accounts.is_administered()
            if not self._is_there and time.monotonic() >= self._logged_until:
                self._log(self._accounts.first_invitation())
        except StoreUnavailable:
            log.error("The store does not answer: nobody can sign in until it does.")
            return False
        return not self._is_there

    def _log(self, token: str) -> None:
        self._logged_until = time.monotonic() + INVITED_FOR
        log.warning(
            "This service has no administrator yet. Within two days, open %s/%s (from another machine: the same path "
            "at the address under which it reaches the service)",
            self._address,
            token,
        )
