"""Contract of the value of call lists: lift of calling against the control groups, and money."""

from __future__ import annotations

from api.contract.base import Count, Shape, Share
from api.contract.monitoring.analysts import Number


class Assigned(Shape):
    """Numbers of records that lists assigned to each group."""

    call: Count
    """Number of records to be called."""
    control: Count
    """Number of records kept back at random (control group)."""


class LiftShape(Shape):
    """Lift of calling: records to be called compared with those kept back at random, with intervals of 95 %."""

    called: Count
    """Number of records to be called that are compared."""
    bought: Count
    """Number of called records that bought."""
    control: Count
    """Number of records in the control groups."""
    control_bought: Count
    """Number of records in the control groups that bought."""
    left_out: Count
    """Number of called records that are not compared: their lists have no control group."""
    share: Share
    """Share of the called records that bought; null where nothing can be said."""
    control_share: Share
    """Share that would have bought without a call, by the control groups; null where nothing can be said."""
    difference: Number
    """Share less control share, -1 to 1; null where nothing can be said."""
    low: Number
    """Lower end of the interval of the difference."""
    high: Number
    """Upper end of the interval of the difference."""
    won: Number
    """Buyers won by calling: the difference times the calls."""
    won_low: Number
    """Lower end of the interval of the buyers won."""
    won_high: Number
    """Upper end of the interval of the buyers won."""
    smallest: Number
    """Smallest difference that groups of these sizes detect with a power of 80 %; null where there is none."""
    told_apart: bool
    """True where the interval of the difference excludes 0."""


class MoneyShape(Shape):
    """Money of the calls that are compared, with intervals of 95 %."""

    realised: Number
    """Money won by calling: by buyers who would not have bought otherwise, less the cost of the calls."""
    low: Number
    """Lower end of the interval of the money won."""
    high: Number
    """Upper end of the interval of the money won."""
    value: float
    """Money that one more buyer brings."""
    cost: float
    """Cost of one call."""
    forecast: Number
    """Money that these calls were forecast to bring: by all buyers, less the cost of the calls."""
    forecast_low: Number
    """Lower end of the interval of the forecast."""
    forecast_high: Number
    """Upper end of the interval of the forecast."""
    brought: float
    """Money brought by all who bought of those called, less the cost of the calls."""


class Paid(Shape):
    """Value of the lists: what calling changed, against the control groups."""

    lists: Count
    """Number of lists about the outcome."""
    assigned: Assigned
    """Numbers of records to be called, and kept back."""
    nameless: Count
    """Number of records without an id, so that nothing can be known of them."""
    unripe: Count
    """Number of records whose outcome may still come."""
    called_told: Share
    """Share of the called records whose time is over that have a known outcome; null where none is over."""
    control_told: Share
    """Share of the records kept back whose time is over that have a known outcome; null where none is over."""
    comparable: bool
    """True where enough is known of both groups, of those kept back too, bought or not."""
    lift: LiftShape
    """Lift of calling."""
    money: MoneyShape | None
    """Money of the calls; null where the model's card states no payoff."""
    currency: str
    """Currency of the money; empty where the card states no payoff."""
