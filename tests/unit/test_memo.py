"""What is made from an object is made once, kept as long as the object, and never kept where making it failed."""

import gc
import threading
import weakref

import pytest

from ml.advice.evidence import unlike
from ml.data.columns import rows_of, take
from ml.insights.global_shapley import global_shapley_of
from ml.metrics.evaluation import evaluation_of
from ml.metrics.threshold_table import threshold_table_of
from ml.runtime.memo import Memo, memo
from ml.service import open_service
from tests.small import small_model


class Owner:
    """Something that results are made from."""


def asked_at_once(ask, count=8):
    """What each of several threads got: a result, or what was raised."""
    found, start = [], threading.Barrier(count)

    def run():
        start.wait()
        try:
            found.append(ask())
        except ValueError as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_threads_that_ask_at_once_get_one_computation():
    made, owner, may_end = [], Owner(), threading.Event()

    @Memo
    def slow(given):
        made.append(given)
        may_end.wait(0.2)  # long enough for the others to come
        return object()

    found = asked_at_once(lambda: slow(owner))
    assert made == [owner]
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_two_objects_do_not_wait_for_each_other():
    one, other = Owner(), Owner()
    began = threading.Barrier(2)  # passed only when both are being made at the same time

    @Memo
    def slow(_):
        began.wait(timeout=60)
        return "made"

    threads = [threading.Thread(target=slow, args=(each,)) for each in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (slow.known(one), slow.known(other)) == ("made", "made")


def test_a_failure_is_not_kept():
    owner, fails = Owner(), [True]

    @Memo
    def shaky(_):
        if fails:
            raise ValueError("not yet")
        return 7

    assert all(isinstance(each, ValueError) for each in asked_at_once(lambda: shaky(owner)))
    assert shaky.known(owner) is None
    fails.clear()
    assert shaky(owner) == 7


def test_a_result_goes_with_its_object():
    made = Memo(lambda _: Owner())
    owner = Owner()
    kept = weakref.ref(made(owner))
    assert kept() is made(owner)
    del owner
    gc.collect()
    assert kept() is None


def test_further_arguments_tell_results_apart_and_the_oldest_goes_first():
    asked = []

    @memo(most=2)
    def of(_, number, *, twice=False):
        asked.append((number, twice))
        return number * (1 + twice)

    owner, other = Owner(), Owner()
    assert [of(owner, 3), of(owner, 3, twice=True), of(owner, 3), of(other, 3)] == [3, 6, 3, 3]
    assert asked == [(3, False), (3, True), (3, False)]
    of(owner, 4)  # the third of this object
    assert (of.known(owner, 3), of.known(owner, 3, twice=True), of.known(owner, 4)) == (None, 6, 4)
    assert of.known(other, 3) == 3


def test_a_result_made_elsewhere_is_found():
    of = Memo(lambda _: pytest.fail("it was there"))
    owner = Owner()
    assert of.keep("theirs", owner) == "theirs"
    assert of(owner) == "theirs"


def test_it_is_called_like_the_function_that_it_wraps():
    assert evaluation_of.__name__ == "evaluation_of"
    assert evaluation_of.__doc__.startswith("The evaluation of a version")


def test_nothing_that_is_kept_of_a_version_keeps_the_version(tmp_path):
    """A result that refers to its bundle would keep both in memory for ever."""
    bundle = open_service(tmp_path).registry.load(small_model("binary", tmp_path))
    row = rows_of(bundle.schema, take(bundle.background, [0]))[0]
    evaluation_of(bundle), global_shapley_of(bundle), threshold_table_of(bundle, bundle.outcomes.names[0])
    unlike(bundle, row)
    gone = weakref.ref(bundle)
    del bundle
    gc.collect()
    assert gone() is None
