"""Normal form of column names, without regard to case, spaces and punctuation."""

from __future__ import annotations

import re
import unicodedata


def plain_name(name: str) -> str:
    """Letters and digits only: "Applicant income" and "applicant_INCOME" read alike, in either form of Unicode."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", name).casefold())
