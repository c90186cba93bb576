"""Groups of records at the time of a decision: who was to be called by a list, and who was kept back."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from store.outcome_records import NO_GROUP, Assignment, Decision

USUAL = 30 * 86_400.0  # seconds that a list counts for, where the card says no time in which an outcome may come


class GroupsByRecord:
    """Groups by record and time.

    A decision of which no group is told has that of its record on the last list that was made about then: not longer
    before it than an outcome may take, and after it only while its outcome could still come.

    Parameters
    ----------
    after : float or None
        Seconds after a decision in which its outcome may come; None where that is not known.
    as_of : float
        Lists that were made later are as if they were not there.
    """

    def __init__(self, assigned: Iterable[Assignment], after: float | None, as_of: float) -> None:
        self._before, self._later = USUAL if after is None else after, after or 0.0
        self._places: dict[str, list[tuple[float, str, str]]] = defaultdict(list)
        for each in assigned:
            if each.record and each.made <= as_of:
                self._places[each.record].append((each.made, each.group, each.list))
        for found in self._places.values():
            found.sort()

    def of(self, decision: Decision) -> tuple[str, str]:
        """Group and list of a decision; "none" and no list where its record was on none."""
        if decision.group != NO_GROUP or decision.record not in self._places:
            return decision.group, decision.campaign
        places = self._places[decision.record]
        at = bisect_right(places, decision.made + self._later, key=lambda place: place[0]) - 1
        if at < 0 or places[at][0] < decision.made - self._before:
            return decision.group, decision.campaign
        return places[at][1], places[at][2]
