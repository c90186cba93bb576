"""Input of an estimator from a block, built without a frame where none is needed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.data.columns import Block, frame_of
from ml.data.frames import series_of
from ml.data.schema import Schema
from ml.predict.calling_convention import Container, array_dtype, contained


def input_of(schema: Schema, block: Block, container: Container) -> Any:
    """Columns of a block as a frame, an array or a series; the same as ``contained(frame_of(schema, block), …)``."""
    if container == "series":
        import pandas as pd

        feature = schema.features[0]
        return pd.Series(series_of(feature, block[0]), name=feature.name)
    if container == "array" and all(feature.in_floats for feature in schema.features):
        return np.column_stack(block).astype(array_dtype(feature.dtype for feature in schema.features), copy=False)
    return contained(frame_of(schema, block), container)
