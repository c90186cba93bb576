"""Messages: templates in the reader's language, with their slots filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from ml.translation.language import translations

Part = TypeVar("Part")
SLOT = re.compile(r"\{(\w+)\}")
NUMBERS = 200  # from there on the last two digits and 100 choose the form of a plural, in all languages


def text(template: str, /, **slots: object) -> str:
    """A sentence in the reader's language.

    Parameters
    ----------
    template : str
        The sentence in English, with its slots in braces: "{feature} moves it most." A literal, or a name that holds
        what :func:`mark` gave.
    **slots
        What stands in the slots: texts, and numbers that are written in the reader's format already.

    Returns
    -------
    str
    """
    return translations().gettext(template).format(**slots) if template else ""  # "" is the catalog's own header


def plural(one: str, other: str, number: float, /, **slots: object) -> str:
    """A sentence in the reader's language, in the form that goes with a number.

    Parameters
    ----------
    one, other : str
        The sentence in English for 1, and for any other number. Languages may have more forms, or fewer.
    number : float
        Chooses the form. Fractions go with `other`. It is not written: a slot has it in the reader's format.
    **slots
        As of :func:`text`.

    Returns
    -------
    str
    """
    whole = int(number) if float(number).is_integer() else 2
    return translations().ngettext(one, other, whole).format(**slots)


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
    """A sentence in English that keeps its template and slots, so that :func:`translated` can say it to any reader.

    Of what is made once for all readers, or where no reader is known: an error in a computation, a name in a result.
    """

    template: str
    slots: Mapping[str, object]

    def __new__(cls, template: str, slots: Mapping[str, object]) -> Later:
        """A message of this template, in English."""
        made = super().__new__(cls, template.format(**slots))
        made.template, made.slots = template, slots
        return made

    def __reduce__(self) -> tuple[type[Later], tuple[str, Mapping[str, object]]]:
        """The parts of a copy: template and slots."""
        return Later, (self.template, self.slots)


def later(template: str, /, **slots: object) -> Later:
    """A sentence as of :func:`text`, which :func:`translated` says in the reader's language when it is shown."""
    return Later(template, slots)


def translated(words: str) -> str:
    """What :func:`later` gave, in the reader's language; any other text as it is."""
    if not isinstance(words, Later):
        return words
    slots = {name: translated(each) if isinstance(each, str) else each for name, each in words.slots.items()}
    return text(words.template, **slots)


def text_parts(template: str, /, **slots: Part) -> list[str | Part]:
    """A sentence whose slots are more than texts, links for instance, as its pieces in the language's own order.

    Parameters
    ----------
    template : str
        As of :func:`text`.
    **slots
        What stands in the slots.

    Returns
    -------
    list
        Texts and slots in turn, without empty texts.
    """
    pieces = SLOT.split(translations().gettext(template))
    return [slots[piece] if at % 2 else piece for at, piece in enumerate(pieces) if piece]
