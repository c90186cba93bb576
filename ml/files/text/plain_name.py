"""Names of columns as they read, whatever their capitals, spaces and signs."""

from __future__ import annotations

import re


def plain_name(name: str) -> str:
    """Letters and digits only: "Applicant income" and "applicant_INCOME" read alike."""
    return re.sub(r"[\W_]+", "", name.casefold())
