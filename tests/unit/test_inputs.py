"""What an estimator is given is the same whether a frame was built on the way or not."""

import numpy as np
import pandas as pd
import pytest

from ml.data.columns import block_of_frame, frame_of
from ml.predict.calling_convention import contained
from ml.predict.inputs import input_of
from ml.training.infer_schema import infer_schema

FRAMES = {
    "numbers": pd.DataFrame({"a": [1.5, 2.0, np.nan], "b": [1, 2, 3], "c": [True, False, True]}),
    "single precision": pd.DataFrame({"a": [1.1, 2.0], "b": [0.3, np.nan]}, dtype="float32"),
    "texts": pd.DataFrame({"said": ["a", "b", None]}),
    "mixed": pd.DataFrame({"a": [1.5, 2.0, np.nan], "said": ["a", "b", None]}),
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("container", ["frame", "array", "series"])
def test_the_input_is_that_of_the_frame(name, container):
    schema = infer_schema(FRAMES[name], optional=True)
    block = block_of_frame(schema, FRAMES[name])
    made, wanted = input_of(schema, block, container), contained(frame_of(schema, block), container)
    assert type(made) is type(wanted)
    if container == "frame":
        pd.testing.assert_frame_equal(made, wanted)
    elif container == "series":
        pd.testing.assert_series_equal(made, wanted)
    else:
        pd.testing.assert_frame_equal(pd.DataFrame(made), pd.DataFrame(wanted))


def test_python_objects_stay_such_with_their_gaps():
    frame = pd.DataFrame({"said": pd.Series(["a", "b", None], dtype=object), "n": [1, 2, 3]})
    schema = infer_schema(frame, optional=True)
    pd.testing.assert_frame_equal(frame_of(schema, block_of_frame(schema, frame)), frame)
    assert frame_of(schema, block_of_frame(schema, frame))["said"][2] is None
