"""Translates errors that name options of the command line into arguments of the Python API."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ml.errors import InvalidData, UntrustedModel

WORD = r"('[^']*'|[^\s']+?)(?=[.,;]?(?:\s|$))"
OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
SENTENCES = {
    "and --truth names": "and the columns of the truth are",
    "Name one column a label: --truth A --truth B,": "Give y_holdout with one column a label,",
}


@contextmanager
def spoken_in_python() -> Iterator[None]:
    """Context manager: errors name arguments of :func:`ml.add.add_model` in place of options."""
    try:
        yield
    except (InvalidData, UntrustedModel) as error:
        error.message, error.hint = in_python(error.message), in_python(error.hint)
        error.args = (f"{error.message} {error.hint}".strip(),)
        raise


def in_python(text: str) -> str:
    """A text with ``truth={"left": 1}`` for ``--map left=1``, and so on."""
    for said, meant in SENTENCES.items():
        text = text.replace(said, meant)
    text = _joined(text, "map", lambda words: f"truth={{{', '.join(map(_pair, words))}}}")
    text = _joined(text, "trust", lambda words: f"trust={words!r}".replace("'", '"'))
    text = re.sub(rf"--(code|describe|calibrate) {WORD}", r'\1="\2"', text)
    return OPTION.sub(lambda found: f"{found[1].replace('-', '_')}=", text)


def _joined(text: str, option: str, made: Callable[[list[str]], str]) -> str:
    """Each run of one option, with its values, as one argument."""
    run = re.compile(rf"--{option} {WORD}(?: --{option} {WORD})*")
    value = re.compile(rf"--{option} {WORD}")
    return run.sub(lambda found: made([_unquoted(each[1]) for each in value.finditer(found[0])]), text)


def _unquoted(word: str) -> str:
    return shlex.split(word)[0] if word.startswith("'") else word


def _pair(words: str) -> str:
    word, _, meaning = words.rpartition("=")
    number = re.fullmatch(r"-?\d+", meaning)
    return f'"{word}": {meaning if number else chr(34) + meaning + chr(34)}'
