"""Tensors read and written: exact limits of shapes, bytes and texts, and the second tensor after the first."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from api.protocols.tensors import DATATYPES, DEEPEST, NUMBERS, Tensor, as_bytes, read_tensors, records_of
from ml.errors import TooManyRecords, Unreadable


def entry(data=None, shape=(1,), datatype="INT32", name="a", size=None, **more):
    given = {"name": name, "shape": list(shape), "datatype": datatype}
    given |= {} if data is None else {"data": data}
    return given | ({} if size is None else {"parameters": {"binary_data_size": size}}) | more


def read(*entries, tail=b""):
    return read_tensors({"inputs": list(entries)}, tail, 2**31)


def values(*entries, tail=b""):
    return [tensor.values for tensor in read(*entries, tail=tail)]


def refused(*entries, tail=b""):
    with pytest.raises(Unreadable) as error:
        read(*entries, tail=tail)
    return error.value.message


def texts(*words):
    return b"".join(struct.pack("<I", len(word.encode())) + word.encode() for word in words)


@pytest.mark.parametrize("document", [{}, {"inputs": []}, {"inputs": {}}, {"inputs": "a"}, {"inputs": None}])
def test_without_inputs_there_is_nothing_to_read(document):
    with pytest.raises(Unreadable, match='"inputs" is missing or empty'):
        read_tensors(document, b"", 2**31)


@pytest.mark.parametrize("broken", [None, 7, "a", [], {}, {"name": None}, {"name": 3, "shape": [1]}])
def test_an_input_without_a_name_is_refused(broken):
    assert refused(entry([1]), broken) == "An input has no name."


@pytest.mark.parametrize("datatype", sorted(NUMBERS))
def test_numbers_of_every_type_come_back_from_their_bytes(datatype):
    given = [True, False, True] if datatype == "BOOL" else [1, 0, 3]
    raw = np.array(given, np.dtype(NUMBERS[datatype]).newbyteorder("<")).tobytes()
    [tensor] = read(entry(shape=(3,), datatype=datatype, size=len(raw)), tail=raw)
    assert tensor == Tensor("a", datatype, (3,), given)
    assert as_bytes(tensor) == raw


def test_bytes_are_little_endian():
    assert values(entry(datatype="UINT16", size=2), tail=b"\x01\x02") == [[0x0201]]
    assert as_bytes(Tensor("a", "UINT16", (1,), [0x0201])) == b"\x01\x02"


def test_texts_of_any_length_come_back_from_their_bytes():
    said = ["", "Aéro", "x" * 300, ""]
    raw = texts(*said)
    [tensor] = read(entry(shape=(4,), datatype="BYTES", size=len(raw)), tail=raw)
    assert tensor.values == said
    assert as_bytes(tensor) == raw


def test_each_tensor_reads_its_own_part_of_what_follows():
    one, two, three = np.int32([1, 2]).tobytes(), texts("no", "yes"), np.int32([5, 6]).tobytes()
    inputs = [
        entry(shape=(2,), size=len(one)),
        entry([3, 4], (2,), name="b"),  # its data is in the JSON part
        entry(shape=(2,), datatype="BYTES", name="c", size=len(two)),
        entry(shape=(2,), name="d", size=len(three)),
    ]
    assert values(*inputs, tail=one + two + three) == [[1, 2], [3, 4], ["no", "yes"], [5, 6]]


@pytest.mark.parametrize("tail", [b"\x00" * 3, b"\x00" * 7])
def test_bytes_that_are_missing_are_refused(tail):
    assert "names 4 bytes, and they are not there" in refused(entry(size=4), entry(name="b", size=4), tail=tail)


def test_bytes_too_many_are_refused():
    said = refused(entry(size=4), entry(name="b", size=4), tail=b"\x00" * 9)
    assert said == "Behind the JSON part came 9 bytes; its tensors name 8."
    assert refused(entry([1]), tail=b"\x00") == "Behind the JSON part came 1 bytes; its tensors name 0."


def test_data_in_both_parts_is_refused():
    assert "they are not there" in refused(entry([1], size=4), tail=b"\x00" * 4)
    assert "they are not there" in refused(entry([], size=4), tail=b"\x00" * 4)


@pytest.mark.parametrize("size", [-1, 4.0, "4", True, [4]])
def test_a_size_is_a_whole_number_of_bytes(size):
    assert refused(entry(size=size), tail=b"\x00" * 4) == '"binary_data_size" is a number of bytes.'


def test_a_size_of_zero_is_one():
    """No bytes are no texts, so the shape is what does not fit."""
    assert "has 0 values; its shape asks for 1" in refused(entry(datatype="BYTES", size=0))


def test_parameters_without_a_size_leave_the_data_in_the_json_part():
    assert values(entry([7], parameters={}), entry([8], name="b", parameters=None)) == [[7], [8]]


def test_bytes_of_another_number_of_values_than_the_shape_asks_for_are_refused():
    assert "has 3 values; its shape asks for 2" in refused(entry(shape=(2,), size=12), tail=b"\x00" * 12)


@pytest.mark.parametrize("bytes_of", [3, 5, 7])
def test_no_whole_number_of_values_is_refused(bytes_of):
    assert f"has {bytes_of} bytes, which are no whole number of INT32 values" in refused(
        entry(shape=(1,), size=bytes_of), tail=b"\x00" * bytes_of
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (texts("no") + b"\x03\x00\x00", "is not made of UTF-8 texts"),  # the second length is cut
        (texts("no") + b"\x03\x00\x00\x00ye", "ends within a text"),
        (b"\x01\x00\x00\x00\xff", "is not made of UTF-8 texts"),
        (b"\xff\xff\xff\xff" + b"x" * 9, "ends within a text"),
    ],
)
def test_texts_that_are_cut_or_no_utf_8_are_refused(raw, words):
    assert words in refused(entry(shape=(2,), datatype="BYTES", size=len(raw)), tail=raw)


@pytest.mark.parametrize("datatype", ["FP16", "FP32", "FP64"])
def test_not_a_number_says_that_a_value_is_not_known(datatype):
    raw = np.array([1.5, np.nan, np.inf], np.dtype(NUMBERS[datatype])).tobytes()
    assert values(entry(shape=(3,), datatype=datatype, size=len(raw)), tail=raw) == [[1.5, None, float("inf")]]


@pytest.mark.parametrize("shape", [[1], [1, 1]])
def test_a_shape_has_one_or_two_sides(shape):
    assert read(entry([5], shape))[0].shape == tuple(shape)


@pytest.mark.parametrize("shape", [[], [1, 1, 1], [0], [-1], [1, 0], [True], [1.0], ["1"], [None], [2**31], [1, 2**31]])
def test_any_other_shape_is_refused(shape):
    assert "has no usable shape" in refused(entry([5], shape))


@pytest.mark.parametrize("shape", [None, 1, "1", {"0": 1}])
def test_what_is_no_list_is_no_shape(shape):
    assert "has no usable shape" in refused(entry([5]) | {"shape": shape})


def test_the_largest_side_is_a_shape():
    """One below the limit is read: then the values are what is too few."""
    assert "has 1 values; its shape asks for 2,147,483,647" in refused(entry([5], [2**31 - 1]))


@pytest.mark.parametrize(("count", "shape", "wanted"), [(3, [2], 2), (1, [2], 2), (5, [2, 3], 6), (7, [2, 3], 6)])
def test_one_value_more_or_less_than_the_shape_asks_for_is_refused(count, shape, wanted):
    assert f"has {count} values; its shape asks for {wanted}" in refused(entry([1] * count, shape))


def nested(depth):
    data = [5]
    for _ in range(depth):
        data = [data]
    return data


def test_lists_in_lists_are_read_down_to_a_depth():
    assert values(entry(nested(DEEPEST))) == [[5]]
    assert 'has no list under "data"' in refused(entry(nested(DEEPEST + 1)))


def test_rows_in_a_list_are_read_one_after_the_other():
    assert values(entry([[1, 2], [3, 4], [5, 6]], (3, 2))) == [[1, 2, 3, 4, 5, 6]]


@pytest.mark.parametrize("data", [None, 5, "5", {"0": 5}, [[1], 2], [1, [2]]])
def test_data_that_is_no_list_all_the_way_is_refused(data):
    assert 'has no list under "data"' in refused(entry(shape=(2,)) | {"data": data})


@pytest.mark.parametrize(
    ("datatype", "fits", "others"),
    [
        ("BOOL", [True, False, None], [1, 0.0, "true"]),
        ("BYTES", ["", "a", None], [1, 1.5, True]),
        ("INT32", [1, -2, None], [True, False, "1"]),
        ("FP64", [1, 1.5, None], [True, False, "1.5"]),
    ],
)
def test_each_type_takes_its_own_values_and_null(datatype, fits, others):
    assert values(entry(fits, (3,), datatype)) == [fits]
    for other in others:
        assert f"is {datatype}, and holds {str(other)!r}" in refused(entry([fits[0], other], (2,), datatype))


def test_an_unknown_datatype_is_refused_with_those_that_are_known():
    with pytest.raises(Unreadable) as error:
        read(entry([1], datatype="INT128"))
    assert error.value.hint == f"Accepted: {', '.join(DATATYPES)}."


def test_inputs_that_came_twice_are_named():
    assert refused(entry([1]), entry([1], name="b"), entry([2])) == "Inputs came more than once: a."


@pytest.mark.parametrize(
    ("cut", "broken"),
    [
        ("n" * 80, entry(datatype="no", name="n" * 81)),
        ("t" * 40, entry(datatype="t" * 41)),
        ("v" * 40, entry(["v" * 41])),
        ("n" * 200, [entry([1], name="n" * 201), entry([1], name="n" * 201)]),
    ],
)
def test_what_is_long_is_cut_where_it_is_named(cut, broken):
    said = refused(*(broken if isinstance(broken, list) else [broken]))
    assert cut in said
    assert cut + cut[0] not in said


# ---- records out of tensors --------------------------------------------------------------------


def tensor(name, data, *shape):
    return Tensor(name, "INT32", shape or (len(data),), data)


def test_a_tensor_a_feature_makes_a_record_of_each_place():
    for shape in ((2,), (2, 1)):
        given = [tensor("a", [1, 2], *shape), tensor("b", [3, 4])]
        assert records_of(given, ["b", "a"]) == [{"a": 1, "b": 3}, {"a": 2, "b": 4}]


def test_one_wide_tensor_has_its_columns_in_the_order_of_the_features():
    wide = tensor("x", [1, 2, 3, 4, 5, 6], 2, 3)
    assert records_of([wide], ["c", "a", "b"]) == [{"c": 1, "a": 2, "b": 3}, {"c": 4, "a": 5, "b": 6}]


def test_as_many_records_as_are_allowed_and_not_one_more():
    given = {"inputs": [entry([1, 2, 3], (3, 1))]}
    assert len(read_tensors(given, b"", 3)) == 1
    with pytest.raises(TooManyRecords, match="2"):
        read_tensors(given, b"", 2)


def test_inputs_of_different_lengths_are_refused():
    with pytest.raises(Unreadable, match="different numbers of records"):
        records_of([tensor("a", [1, 2]), tensor("b", [1, 2]), tensor("c", [1])], ["a", "b", "c"])
    with pytest.raises(Unreadable, match="different numbers of records"):
        records_of([], ["a"])


@pytest.mark.parametrize(
    "given",
    [
        [tensor("x", [1, 2], 1, 2)],  # too narrow
        [tensor("x", [1, 2, 3, 4], 1, 4)],  # too wide
        [tensor("a", [1]), tensor("x", [1, 2, 3], 1, 3)],
        [tensor("x", [1, 2, 3], 1, 3), tensor("y", [1, 2, 3], 1, 3)],
    ],
)
def test_a_tensor_of_several_columns_stands_alone_and_has_one_for_each_feature(given):
    with pytest.raises(Unreadable) as error:
        records_of(given, ["a", "b", "c"])
    assert error.value.hint == "Send one tensor a feature, or a single one with 3 columns: a, b, c."
    assert error.value.message.endswith("columns.")


def test_long_names_are_cut_where_columns_do_not_fit():
    with pytest.raises(Unreadable) as error:
        records_of([tensor("x" * 81, [1, 2], 1, 2)], ["n" * 401])
    assert error.value.message.startswith(f"Input {'x' * 80!r} has")
    assert error.value.hint.endswith(f": {'n' * 400}.")


def test_a_model_of_one_feature_takes_one_column():
    assert records_of([tensor("x", [1, 2], 2, 1)], ["a"]) == [{"x": 1}, {"x": 2}]
