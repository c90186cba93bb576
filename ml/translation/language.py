"""The reader's language: chosen from a request's Accept-Language, and its translations.

Without one, sentences are English: those of the API, of files and of the command line, which are for programs and
people alike, and do not depend on who reads.
"""

from __future__ import annotations

import gettext
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from ml.context import holding
from ml.locale import weighted_tags
from ml.translation.pseudo_locale import PSEUDO, PseudoTranslations

CATALOGS = Path(__file__).with_name("catalogs")
DOMAIN = "messages"
ENGLISH = "en"
ALL_READERS = "*"  # of what is made once for all of them: sentences keep their templates
_language: ContextVar[str] = ContextVar("reader_language", default=ENGLISH)


def use_language(tag: str) -> AbstractContextManager[None]:
    """Write sentences in this language until the block ends, in this context only."""
    return holding(_language, tag)


def reader_language() -> str:
    """Tag of the reader's language, such as "en"."""
    return _language.get()


def preferred_language(accept_language: str) -> str:
    """The language with the highest weight in an Accept-Language header of those that are there; else English."""
    for tag in weighted_tags(accept_language):
        named = tag
        while named:
            if named in languages():
                return named
            named = named.rpartition("-")[0]
    return ENGLISH


def translations() -> gettext.NullTranslations:
    """Translations into the reader's language."""
    return _opened(_language.get())


@cache
def languages() -> frozenset[str]:
    """Tags of the languages that are there: English, those with a compiled catalog, and the pseudo-locale."""
    compiled = CATALOGS.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return frozenset({ENGLISH, PSEUDO, *(file.parts[-3].replace("_", "-").lower() for file in compiled)})


@cache
def _opened(tag: str) -> gettext.NullTranslations:
    if tag == PSEUDO:
        return PseudoTranslations()
    for folder in CATALOGS.glob("*"):
        if folder.name.replace("_", "-").lower() == tag:
            return gettext.translation(DOMAIN, CATALOGS, [folder.name], fallback=True)
    return gettext.NullTranslations()
