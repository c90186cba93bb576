"""Steps of one's own, as people write them beside their notebooks."""

import pandas as pd


def hours(frame: pd.DataFrame) -> pd.DataFrame:
    """The hour, the day of the week and the age."""
    return pd.DataFrame({"hour": frame["seen"].dt.hour, "day": frame["seen"].dt.dayofweek, "age": frame["age"]})
