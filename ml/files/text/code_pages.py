"""Code page of a text by its letters: which page makes the likeliest words, of the languages that are written in it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Set
from itertools import islice

from ml.files.text.plain_name import plain_name

WESTERN, MAC = "cp1252", "mac-roman"
SHORTEST, LONGEST = 3, 64  # bytes of a word that is looked at
# Letters beyond ASCII that a language writes, the most frequent first
_WEST = (
    "üäöß", "éàèêôçùâîûëïœüæÿ", "óáíéñúü", "ãçáéíóêõâúàô", "àèùìòéó", "äåöé", "åøæéöä", "áíðóæöþúéý", "äöåšž",
    "ëéïüèöç", "àèéóíòçïúü", "ëêéôïîèûöüá", "âûêúôéëïö", "âêîôûàèìòùç", "ñêùôâîûëé", "áðíóúýæøö",
)  # fmt: skip
_CENTRAL = (
    "łężąśóćńź", "íáéěřýčžšůúóňťď", "íáéčýžšťľúôóňďäĺŕ", "éáöóőüíúű", "ăîşţâ", "čšžćđ", "ëç", "üäöß",
)  # fmt: skip
_TURKISH = ("ıüşçğöâîû", "üäöß")
_BALTIC = ("ėšųžįąčūę", "āīēšūņžļģķčŗō", "äõüöšž", "łężąśóćńź", "üäöß")
_CYRILLIC = (
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "аоиетнрсвлкдпмзгъубчцяжщшхйфюь", "оанивітерсклудмпязьбгчйхцїжюєшщґф",
    "аоиенртсјувдкмлпзгбчцћшжђфхљњџ", "аоеинтрсвдлкпмузгјбчцшжхфњќџљѓѕ", "аіенотрсклвяуыпдмьзгбчйьжшхцэюўфё",
)  # fmt: skip
_GREEK = ("ατοιενσρπκμςλίήάηύόγέδχώωθφυβξζψϊϋΐΰ",)
# The first of two that say the same of a text is taken
_PAGES = {
    WESTERN: _WEST, MAC: _WEST, "cp850": _WEST,
    "cp1250": _CENTRAL, "iso8859-2": _CENTRAL, "cp852": _CENTRAL,
    "cp1254": _TURKISH, "cp857": _TURKISH,
    "cp1257": _BALTIC,
    "cp1251": _CYRILLIC, "koi8-r": _CYRILLIC, "koi8-u": _CYRILLIC, "cp866": _CYRILLIC, "iso8859-5": _CYRILLIC,
    "cp1253": _GREEK, "iso8859-7": _GREEK, "cp737": _GREEK,
}  # fmt: skip
PAGES = tuple(_PAGES)
# Others, which letters alone do not tell: only where words that are known are in them
OTHERS = (
    "cp437", "cp775", "cp1255", "cp1256", "mac-latin2", "mac-greek", "mac-cyrillic", "mac-turkish", "shift_jis",
    "gb18030", "big5", "euc_kr",
)  # fmt: skip
MOST_CELLS = 500  # different ones that are compared with known words
FEWEST = 3  # different letters of a script without those of ASCII: "ééé" is no word of it
CLEARLY = 3.0  # logarithm of how many times as likely as Windows-1252 another page has to be
# Logarithms of probabilities: of a letter that no language of the page writes, of signs, and of what breaks a word
_ELSEWHERE, _SIGN, _INSIDE, _NO_SIGN = math.log(1e-5), math.log(0.02), math.log(5e-4), math.log(1e-7)
_TWO_SCRIPTS, _CAPITAL_INSIDE, _SMALL_BEHIND = -4.0, -5.0, -3.0
_MIXED = {id(_WEST): 1.0}  # what a word of another language than the file's costs
_MIXED_ELSE = 5.0
_SHARE = 0.1  # of the letters of a word that has one beyond ASCII
_IN_WORDS = {**dict.fromkeys("‘’·\u00a0", _SIGN), **dict.fromkeys("–—“”‚„…", _INSIDE)}
_BESIDE_WORDS = dict.fromkeys((*"€£¥°§²³½¼¾«»´`®™©ºª¿¡‹›•†‰¹µ", *_IN_WORDS), _SIGN)
_BEFORE_WORDS = {**_BESIDE_WORDS, **dict.fromkeys("’»›©®™²³¹½¼¾‰", _INSIDE)}
_HIGH = re.compile(rb"[\x80-\xff]")
_TAIL = re.compile(rb"[A-Za-z\x80-\xff]*\Z")
_CELL = re.compile(rb"[^,;\t|\"\r\n]+")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{1,%d}" % LONGEST)


def _logarithms(letters: str, share: float) -> dict[str, float]:
    """Frequencies by rank, as letters of a language mostly have them."""
    weights = [1 / (at + 2) for at in range(len(letters))]
    return {letter: math.log(share * weight / sum(weights)) for letter, weight in zip(letters, weights, strict=True)}


def _languages(letters: tuple[str, ...]) -> list[dict[str, float]]:
    whole = letters in (_CYRILLIC, _GREEK)  # no letter of ASCII stands in their words
    return [_logarithms(each, 1.0 if whole else _SHARE) for each in letters]


_LANGUAGES = {page: _languages(letters) for page, letters in _PAGES.items()}


def odd_words(block: bytes) -> Iterator[bytes]:
    """Words of a block with a byte beyond ASCII and two other letters, which are no signs alone."""
    end = 0
    for found in _HIGH.finditer(block):
        if found.start() >= end:
            before = _TAIL.search(block, max(end, found.start() - LONGEST), found.start())
            word = _WORD.match(block, before.start() if before else found.start())
            end = word.end() if word else found.end()
            if word and len(word[0]) >= SHORTEST:
                yield word[0]


def tail_of(block: bytes) -> bytes:
    """The end of a block that may be the beginning of a word."""
    found = _TAIL.search(block, max(0, len(block) - LONGEST))
    return found[0] if found else b""


def page_of(words: Collection[bytes]) -> str:
    """The page that makes the likeliest words; Windows-1252 unless another is so clearly."""
    bytes_beyond = {byte for word in words for byte in word if byte > 127}
    pages = [page for page in PAGES if len(bytes_beyond) >= FEWEST or _PAGES[page] not in (_CYRILLIC, _GREEK)]
    likelihoods = {page: _likelihood(page, words) for page in pages}
    best = max(pages, key=likelihoods.__getitem__)
    return best if likelihoods[best] > likelihoods[WESTERN] + CLEARLY else WESTERN


def page_with(known: Collection[str], start: bytes, guess: str) -> str:
    """The page in which most known words are cells of a text; `guess` where no other has more.

    Parameters
    ----------
    known : collection of str
        Names of columns and choices, as :func:`ml.files.text.plain_name.plain_name` writes them.
    start : bytes
        The beginning of the text.
    """
    words = {word for word in known if not word.isascii()}
    if not words:
        return guess
    cells = dict.fromkeys(cell for cell in _CELL.findall(start) if not cell.isascii())
    sample = b"\n".join(islice(cells, MOST_CELLS))
    return max((guess, *PAGES, *OTHERS), key=lambda page: _known_in(sample, page, words))


def _known_in(cells: bytes, page: str, words: Set[str]) -> int:
    return len({plain_name(cell) for cell in cells.decode(page, "replace").split("\n")} & words)


def _likelihood(page: str, words: Collection[bytes]) -> float:
    """Logarithm of the likelihood of some words, in the language of the page that makes it highest."""
    languages, letters = _LANGUAGES[page], _PAGES[page]
    alone = letters in (_CYRILLIC, _GREEK)
    mixed = _MIXED.get(id(letters), _MIXED_ELSE)
    sums = [0.0] * len(languages)
    for word in words:
        text = word.decode(page, "replace")
        beyond = [letter.lower() for letter in text if not letter.isascii() and _is_letter(letter)]
        each = [sum(known.get(letter, _ELSEWHERE) for letter in beyond) for known in languages]
        form = _form(text, alone)
        least = max(each) - mixed
        sums = [total + form + max(one, least) for total, one in zip(sums, each, strict=True)]
    return max(sums)


def _form(text: str, alone: bool) -> float:
    """Penalty of a word for signs, a second script or capitals in odd places; 0 or less."""
    total = 0.0
    for at, letter in enumerate(text):
        before, after = text[at - 1] if at else "", text[at + 1 : at + 2]
        if not letter.isascii() and not _is_letter(letter):
            signs = _BESIDE_WORDS if not _is_letter(after) else _IN_WORDS if _is_letter(before) else _BEFORE_WORDS
            total += signs.get(letter, _NO_SIGN)
        elif _is_letter(before):
            total += _TWO_SCRIPTS if alone and letter.isascii() != before.isascii() else 0
            total += _CAPITAL_INSIDE if before.islower() and letter.isupper() else 0
            two = at > 1 and before.isupper() and text[at - 2].isupper() and letter.islower()
            total += _SMALL_BEHIND if two and not (before.isascii() and text[at - 2].isascii()) else 0
    return total


def _is_letter(sign: str) -> bool:
    return sign.isalpha() and sign not in _BESIDE_WORDS
