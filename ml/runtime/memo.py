"""Memoization per object: results in weak references to their object, each computed once (single-flight)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from ml.runtime.single_flight import SingleFlight

Owner = TypeVar("Owner")
Given = ParamSpec("Given")
Made = TypeVar("Made")


class Memo(Generic[Owner, Given, Made]):
    """Memoized function of an object, mostly of a bundle; its results live as long as the object.

    Concurrent calls for one result share one computation. A version never changes, so results never expire;
    errors are not kept. A result must not refer to its object, or neither is ever freed. Use it as a
    decorator, or :func:`memo` to limit the results of one object.

    Parameters
    ----------
    make : callable
        Takes the object, and further arguments that can be hashed; gives anything but None.
    most : int, optional
        Results kept of one object, where further arguments come from outside; the oldest goes first.
    """

    def __init__(self, make: Callable[Concatenate[Owner, Given], Made], most: int | None = None) -> None:
        self._make, self._most = make, most
        self._kept: WeakKeyDictionary[Owner, dict[Hashable, Made]] = WeakKeyDictionary()
        self._guard = threading.Lock()
        self._single_flight = SingleFlight()
        update_wrapper(self, make, updated=())

    def __call__(self, owner: Owner, *given: Given.args, **named: Given.kwargs) -> Made:
        """The result, made or found."""
        result = self.known(owner, *given, **named)
        if result is not None:
            return result
        with self._single_flight.only_one(f"{id(owner)} {given!r} {named!r}"):
            result = self.known(owner, *given, **named)
            return self.keep(self._make(owner, *given, **named), owner, *given, **named) if result is None else result

    def known(self, owner: Owner, *given: Given.args, **named: Given.kwargs) -> Made | None:
        """The result if it is kept; nothing is made."""
        return self._kept.get(owner, {}).get(_key(given, named))

    def keep(self, made: Made, owner: Owner, *given: Given.args, **named: Given.kwargs) -> Made:
        """Keep a result that was made elsewhere, and return it."""
        with self._guard:
            results = self._kept.setdefault(owner, {})
            while self._most is not None and len(results) >= self._most:
                del results[next(iter(results))]
            results[_key(given, named)] = made
        return made


def _key(given: tuple[Hashable, ...], named: dict[str, Hashable]) -> Hashable:
    return given, tuple(sorted(named.items()))


def memo(
    most: int,
) -> Callable[[Callable[Concatenate[Owner, Given], Made]], Memo[Owner, Given, Made]]:
    """:class:`Memo` as a decorator, with a limit to the results of one object."""
    return lambda make: Memo(make, most)
