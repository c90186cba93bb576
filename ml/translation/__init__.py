"""Translation of the sentences that people read: templates with named slots, plural forms, and the reader's language.

A sentence is written where it is needed, whole, as ``text("{feature} moves it most.", feature=label)``; a sentence
with a count has its plural forms: ``plural("{n} record", "{n} records", records, n=count(records))``. Templates are
literals, never put together, so that Babel finds them: ``make messages`` writes all of them to ``messages.pot``. See
``docs/TRANSLATION.md``.
"""

from ml.translation.language import ALL_READERS, ENGLISH, preferred_language, reader_language, use_language
from ml.translation.lists import chained, either, in_row, listed
from ml.translation.messages import (
    Later,
    isolated,
    mark,
    plural,
    plural_template,
    serialize_messages,
    template,
    text,
    text_parts,
    translated,
)  # fmt: skip

__all__ = [
    "ALL_READERS",
    "ENGLISH",
    "Later",
    "chained",
    "either",
    "in_row",
    "isolated",
    "listed",
    "mark",
    "plural",
    "plural_template",
    "preferred_language",
    "reader_language",
    "serialize_messages",
    "template",
    "text",
    "text_parts",
    "translated",
    "use_language",
]  # fmt: skip
