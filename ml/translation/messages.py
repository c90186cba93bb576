"""Messages: templates in the reader's language, with their slots filled."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar, overload

from ml.locale import grouped
from ml.translation.language import ALL_READERS, reader_language, translations

Part = TypeVar("Part")
PACKED = "\u0002"  # begins a text that was packed: no text of people does
SLOT = re.compile(r"\{(\w+)\}")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # Hebrew, Arabic and their neighbours
NUMBERS = 200  # from there on the last two digits and 100 choose the form of a plural, in all languages


def text(template: str, /, **slots: object) -> str:
    """A sentence in the reader's language.

    Parameters
    ----------
    template : str
        The sentence in English, with its slots in braces: "{feature} moves it most." A literal, or a name that holds
        what :func:`mark` gave.
    **slots
        Values of the slots: texts, and numbers that are written in the reader's format already.
    """
    if not template:  # the catalog's own header
        return ""
    if reader_language() == ALL_READERS:
        return Later(template, slots)
    return _filled(translations().gettext(template), slots)


def plural(one: str, other: str, number: float, /, **slots: object) -> str:
    """A sentence in the reader's language, in the form that goes with a number.

    Parameters
    ----------
    one, other : str
        The sentence in English for 1, and for any other number. Languages may have more forms, or fewer.
    number : float
        Chooses the form, fractions that of `other`; and it fills the slot ``n``, in the reader's number format.
    **slots
        As of :func:`text`; ``n`` where the number is written otherwise.
    """
    if reader_language() == ALL_READERS:
        return Later(one, slots, other, number)
    return _filled(translations().ngettext(one, other, _whole(number)), _with_number(slots, number))


def isolated(value: Part) -> Part | str:
    """A text written from right to left, isolated from what stands beside it (LRI and PDI of UAX #9); else the value.

    Without that a number behind a name in Arabic or Hebrew is drawn before it.
    """
    is_text = isinstance(value, str) and not value.isascii() and RIGHT_TO_LEFT.search(value)
    return f"\u2066{value}\u2069" if is_text else value


def _filled(template: str, slots: Mapping[str, object]) -> str:
    return template.format(**{name: isolated(value) for name, value in slots.items()})


def _with_number(slots: Mapping[str, object], number: float) -> dict[str, object]:
    return {"n": grouped(float(number)), **slots}


def _whole(number: float) -> int:
    return int(number) if float(number).is_integer() else 2


def mark(template: str) -> str:
    """A template that is translated later, by :func:`text`: of a constant, say, which is made before a reader is known.

    It gives the template as it is (``gettext_noop``); Babel finds it by this function's name.
    """
    return template


def template(message: str, /) -> str:
    """A template in the reader's language whose slots a script fills; the literal as of :func:`text`."""
    return translations().gettext(message)


def plural_template(one: str, other: str, /) -> dict[str, Any]:
    """The forms of a template with a count for a script, which fills the slots; literals as of :func:`plural`.

    Returns
    -------
    dict
        ``forms``, and ``of``: the form of 0, of 1, and so on up to 199. Fractions go with that of 2.
    """
    said = [translations().ngettext(one, other, number) for number in range(NUMBERS)]
    forms = list(dict.fromkeys(said))
    return {"forms": forms, "of": "".join(str(forms.index(each)) for each in said)}


class Later(str):
    """A sentence in English that keeps its template and slots: :func:`translated` says it to any reader.

    :func:`text` and :func:`plural` give it in the language :data:`ALL_READERS`: what is computed once for all readers
    (names in a result, errors) is so. `other` is the plural form, `number` chooses it.
    """

    parts: tuple[str, Mapping[str, object], str, float]

    def __new__(cls, template: str, slots: Mapping[str, object], other: str = "", number: float = 1) -> Later:
        """The sentence in English."""
        form = other if other and _whole(number) != 1 else template
        made = super().__new__(cls, _filled(form, _with_number(slots, number) if other else slots))
        made.parts = (template, slots, other, number)
        return made

    def __reduce__(self) -> tuple[type[Later], tuple[str, Mapping[str, object], str, float]]:
        """The parts of a copy."""
        return Later, self.parts


@overload
def translated(words: str, *, kept: bool = True) -> str: ...


@overload
def translated(words: Any, *, kept: bool = True) -> Any: ...


def translated(words: Any, *, kept: bool = True) -> Any:
    """A text that was made for all readers, in the reader's language; in lists of texts, each of them.

    Parameters
    ----------
    words : str or sequence of these
        As made (:class:`Later`), or as :func:`serialize_messages` for a cache. Any other text stays as it is.
    kept : bool
        False for what comes from no cache: a text that looks as if is data, as texts in slots of a :class:`Later` are.
    """
    if isinstance(words, (list, tuple)):
        return [translated(each, kept=kept) for each in words]
    if isinstance(words, Later):
        (template, slots, other, number), kept = words.parts, False
    elif kept and isinstance(words, str) and words.startswith(PACKED):
        template, slots, other, number = json.loads(words.removeprefix(PACKED))
    else:
        return words
    filled = {name: translated(each, kept=kept) for name, each in slots.items()}
    return plural(template, other, number, **filled) if other else text(template, **filled)


def serialize_messages(catalogue: Any) -> Any:
    """JSON values with each :class:`Later` in them as a text that a cache keeps, for :func:`translated`."""
    if isinstance(catalogue, Later):
        template, slots, other, number = catalogue.parts
        return PACKED + json.dumps([template, serialize_messages(slots), other, number], default=str)
    if isinstance(catalogue, str) and catalogue.startswith(
        PACKED
    ):  # looks packed but is not: returned as a text without a template
        return PACKED + json.dumps(["{text}", {"text": catalogue.lstrip(PACKED)}, "", 1])
    if isinstance(catalogue, Mapping):
        return {key: serialize_messages(each) for key, each in catalogue.items()}
    if isinstance(catalogue, (list, tuple)):
        return [serialize_messages(each) for each in catalogue]
    return catalogue


def text_parts(template: str, /, **slots: Part) -> list[str | Part]:
    """A sentence whose slots are more than texts, links for instance, as its pieces in the language's own order.

    Parameters
    ----------
    template : str
        As of :func:`text`.
    **slots
        Values of the slots.

    Returns
    -------
    list
        Texts and slots in turn, without empty texts.
    """
    pieces = SLOT.split(translations().gettext(template))
    return [isolated(slots[piece]) if at % 2 else piece for at, piece in enumerate(pieces) if piece]
