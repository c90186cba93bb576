"""Saves an estimator into a bundle with skops, and lists the types and code that loading it needs trusted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.errors import InvalidData
from ml.runtime.foreign_code import foreign, reason
from ml.training.estimator.check_estimator import refuse_nameless
from ml.training.estimator.load_estimator import refuse_strangers
from ml.training.estimator.reproducible_skops import without_what_is_no_model, write_estimator
from ml.training.estimator.storable import storable
from ml.trust.code import Code
from ml.trust.record import Trusted
from ml.trust.types import is_harmless

FILE = "estimator.skops"
HINT = (
    "It is kept with skops; what skops cannot keep must be left out, or kept as plain data, by the class that holds it."
)


def save_estimator(estimator: Any, folder: Path, trusted: Sequence[str] = (), code: Code | None = None) -> Trusted:
    """Write ``estimator.skops``, and the code that travels with it, into the folder of a version.

    Parameters
    ----------
    estimator : fitted estimator
    trusted : sequence of str
        Names that the adder trusts beyond those that any estimator may hold.
    code : Code, optional
        Code from which its own classes and functions are imported.

    Returns
    -------
    Trusted
        Types and code that the operator's file has to allow for this version to be loaded.

    Raises
    ------
    InvalidData
        When it holds what has no name to be found by, or what skops cannot keep.
    UntrustedModel
        When it holds names that nobody trusted.
    """
    import skops.io

    refuse_nameless(estimator)
    path = folder / FILE
    with foreign(lambda error: InvalidData(f"The estimator cannot be saved: {reason(error)}.", HINT)):
        with without_what_is_no_model(estimator):
            write_estimator(storable(estimator), path)
        unknown = skops.io.get_untrusted_types(file=path)
    refuse_strangers(unknown, trusted, code)
    own = [name for name in unknown if code is not None and code.modules.holds(name)]
    others = [name for name in unknown if name not in own and not is_harmless(name)]
    if code is not None:
        code.write(folder)
    return Trusted(frozenset(others), {} if code is None else {code.digest: frozenset(own)})
