"""Contract of the value of call lists: lift of calling against the control groups, and money."""

from __future__ import annotations

from api.contract.base import Shape
from ml.data.validation.field_types import Count, Share
from ml.monitoring.lift import CampaignLift, Money


class Assigned(Shape):
    """Numbers of records that lists assigned to each group."""

    call: Count
    """Number of records to be called."""
    control: Count
    """Number of records kept back at random (control group)."""


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
    lift: CampaignLift
    """Lift of calling."""
    money: Money | None
    """Money of the calls; null where the model's card states no payoff."""
    currency: str
    """Currency of the money; empty where the card states no payoff."""
