"""The pseudo-locale: English that looks foreign and is 40 % longer, which shows what is not translated or does not fit.

A browser that asks for ``qps-ploc`` gets it, as in other programs. Each message stands in ⟦ ⟧, so that a sentence put
together from pieces is seen; slots stay as they are.
"""

from __future__ import annotations

import gettext
import math
import re

PSEUDO = "qps-ploc"
LONGER = 0.4  # the share of its letters by which a word grows
_LETTERS = str.maketrans("aceginostuyACEGINOSTUY", "åçéğîñöšţüýÅÇÉĞÎÑÖŠŢÜÝ")
_MORE = "ëöäüï"
_WORD = re.compile(r"\{\w*\}|[^\W\d_]+")


def pseudo(template: str) -> str:
    """A template in the pseudo-locale."""
    return f"⟦{_WORD.sub(lambda word: word[0] if word[0][0] == '{' else _longer(word[0]), template)}⟧"


def _longer(word: str) -> str:
    grown = math.ceil(LONGER * len(word)) if len(word) > 1 else 0
    return word.translate(_LETTERS) + (_MORE * (grown // len(_MORE) + 1))[:grown]


class PseudoTranslations(gettext.NullTranslations):
    """Translations into the pseudo-locale, made from the English templates."""

    def gettext(self, message: str) -> str:
        """The message in the pseudo-locale."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form that goes with `n`, in the pseudo-locale."""
        return pseudo(msgid1 if n == 1 else msgid2)
