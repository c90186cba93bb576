"""Forecast of a list out of a scored campaign: expected calls, buyers and profit, within the caller's deadline."""

from __future__ import annotations

from jobs.work.call_lists import picked, wish_of
from jobs.work.rank_index import RankIndex
from ml.campaign.chances import chances_of
from ml.campaign.forecast import Forecast, forecast
from ml.campaign.pick import PickedCalls
from ml.campaign.wish import Wish
from ml.runtime.deadline import BackgroundTasks
from ml.service import Bundle, Service


class ListForecasts:
    """Forecasts of lists; one that exceeds its deadline goes on, and the next equal request gets its result."""

    def __init__(self) -> None:
        self._tasks = BackgroundTasks()

    def of(
        self, service: Service, bundle: Bundle, job: str, index: RankIndex, raw: object
    ) -> tuple[Wish, PickedCalls, Forecast]:
        """The wish, who is picked, and what that brings.

        Raises
        ------
        BadWish
        StillWorking
            Within a deadline, where it takes longer.
        """
        wish = wish_of(service, bundle, raw)

        def compute() -> tuple[PickedCalls, Forecast]:
            probabilities, found = picked(bundle, index, wish)
            groups = index.columns[wish.column] if wish.column else None
            return found, forecast(probabilities, found, wish, groups, chances_of(bundle, wish.outcomes))

        return (wish, *self._tasks.ask(f"{job} {bundle.key} {wish!r}", compute))
