"""Normal form of column names, without regard to case, spaces and punctuation."""

from __future__ import annotations

import re


def plain_name(name: str) -> str:
    """Letters and digits only: "Applicant income" and "applicant_INCOME" read alike."""
    return re.sub(r"[\W_]+", "", name.casefold())
