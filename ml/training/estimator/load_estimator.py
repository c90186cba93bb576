"""Load an estimator's file, or refuse it in words that say what to do."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from ml.errors import InvalidData, LikelyError, UntrustedModel
from ml.runtime.foreign_code import foreign, how_to_install, installed_version, is_here, missing_module, reason
from ml.training.estimator.check_estimator import NETWORKS, OWN_FILE, OWN_NETWORK, check_estimator
from ml.training.estimator.file_kinds import PICKLE, SKOPS, estimator_file_kind, made_with
from ml.trust.code import Code
from ml.trust.types import ESTIMATORS, untrusted_names
from ml.trust.walk import parts_of

SAVE = "Save the fitted estimator with skops.io.dump(estimator, FILE) or joblib.dump(estimator, FILE)."
LOST = re.compile(r"attribute '(?P<name>[\w.]+)' on <module '(?P<module>[\w.]+)'")
AGAIN = "Save the fitted estimator again, and copy the file as it is (binary)."


def load_estimator_file(
    path: Path,
    trust_pickle: bool = False,
    trusted: Sequence[str] = (),
    code: Code | None = None,
    outcomes: int = 1,
) -> Any:
    """Load and check a fitted classifier from a skops, joblib or pickle file, compressed or not.

    The kind of file is told by its content. Whatever goes wrong is refused in words; nothing else is raised.

    Parameters
    ----------
    trust_pickle : bool
        Accept a joblib or pickle file, which runs whatever code it holds.
    trusted : sequence of str
        Names in a skops file that the adder trusts beyond those that any bundle may use (``--trust``).
    code : Code, optional
        From :func:`ml.trust.code.read_code`: what the estimator's own classes and functions are imported from.
        What a notebook or script defined itself (``__main__``) is looked for there too.
    outcomes : int
        How many truth columns were named; see :func:`ml.training.estimator.check_estimator.check_estimator`.

    Raises
    ------
    InvalidData
        When the file is missing, empty, cut, of another kind, of another scikit-learn, needs a package that is
        missing, or holds something other than a fitted classifier.
    UntrustedModel
        When the file would run code, or holds names, that nobody trusted.
    """
    path = Path(path)
    if not path.is_file():
        raise InvalidData(f"There is no file {path}.", SAVE)
    with foreign(lambda error: InvalidData(f"{path.name} cannot be read: {reason(error)}.", AGAIN)):
        kind = estimator_file_kind(path)
    if kind not in (SKOPS, PICKLE):
        raise InvalidData(f"{path.name} is no skops file, and no pickle or joblib file: it is {kind}.", SAVE)
    if kind == PICKLE and not trust_pickle:
        message = f"{path.name} is a pickle: loading it runs whatever code it holds."
        raise UntrustedModel(message, "Save it with skops.io.dump; or, if you made it yourself, say --trust-pickle.")
    _refuse_other_version(path, made_with(path, kind))
    with ExitStack() as held, foreign(lambda error: _refusal(path, code, error)):
        if code is not None:
            held.enter_context(code.modules.installed())
            held.enter_context(_standing_in_for_main(code))
        held.enter_context(warnings.catch_warnings(action="ignore"))  # of another patch of scikit-learn
        estimator = _load_skops(path, trusted, code) if kind == SKOPS else _load_pickle(path)
    check_estimator(estimator, outcomes, source=path.name)
    _refuse_texts_of_catboost(path, estimator)
    return estimator


def _refuse_texts_of_catboost(path: Path, estimator: Any) -> None:
    """Refuse CatBoost with texts: written again after it was read (1.2.10), it ends the process that reads it then."""
    kind = None
    with suppress(Exception):  # foreign objects fail in any way; it is looked through once more
        kind = next((type(part).__name__ for part in parts_of(estimator) if _has_texts(part)), None)
    if kind is not None:
        raise InvalidData(
            f"{path.name} holds {kind} with text features, which CatBoost writes right only once.",
            "Add it from Python where it was fitted: add_model(NAME, estimator, X_train, X_holdout, y_holdout).",
        )


def _has_texts(part: Any) -> bool:
    return type(part).__module__.startswith("catboost.") and bool(part.get_text_feature_indices())


def _load_skops(path: Path, trusted: Sequence[str], code: Code | None) -> Any:
    import skops.io

    unknown = skops.io.get_untrusted_types(file=path)
    _refuse_main(path, unknown, code)
    for name in unknown:
        top = name.partition(".")[0]
        if top in ESTIMATORS and not is_here(top):
            raise InvalidData(f"{path.name} needs the package {top}, which is not installed.", how_to_install(top))
    refuse_strangers([name for name in unknown if not name.startswith("__main__.")], trusted, code)
    return skops.io.load(path, trusted=unknown)


def _load_pickle(path: Path) -> Any:
    import joblib

    return joblib.load(path)


def refuse_strangers(unknown: Sequence[str], trusted: Sequence[str], code: Code | None = None) -> None:
    """Raise UntrustedModel when a name in an estimator is none that any bundle may use, and nobody named it."""
    untrusted = untrusted_names(unknown, trusted, code)
    if untrusted:
        message = f"The estimator holds names that are not trusted yet: {', '.join(untrusted)}."
        flags = " ".join(f"--trust {name}" for name in untrusted)
        hint = f"If they come from a file of your own, give it with --code. Else look at each; if you trust it: {flags}"
        raise UntrustedModel(message, hint)


def _refuse_main(path: Path, unknown: Sequence[str], code: Code | None) -> None:
    lost = [name.partition(".")[2] for name in unknown if name.startswith("__main__.")]
    lost = [name for name in lost if name not in (_public(code) if code else {})]
    if lost:
        raise InvalidData(_made_in_main(path.name, sorted(lost)), OWN_FILE)


def _made_in_main(name: str, lost: Sequence[str]) -> str:
    return f"{name} needs {', '.join(lost)}, which a notebook or script defined itself (__main__)."


@contextmanager
def _standing_in_for_main(code: Code) -> Iterator[None]:
    """Context manager: the code's definitions are in ``__main__`` too, where a notebook or script had them."""
    main = sys.modules["__main__"]
    lent = {name: value for name, value in _public(code).items() if not hasattr(main, name)}
    vars(main).update(lent)
    try:
        yield
    finally:
        for name in lent:
            vars(main).pop(name, None)


def _public(code: Code) -> dict[str, Any]:
    """Public names that the top-level modules of the code define, with their values."""
    import importlib

    names: dict[str, Any] = {}
    with code.modules.installed():
        for top in sorted(code.modules.tops):
            module = importlib.import_module(top)
            names |= {
                name: each
                for name, each in vars(module).items()
                if getattr(each, "__module__", None) == module.__name__
            }
    return names


def _refuse_other_version(path: Path, made: str) -> None:
    here = installed_version("scikit-learn")
    if made and made.split(".")[:2] != here.split(".")[:2]:
        hint = f"Fit and save it again here, or install scikit-learn=={made} here and wherever the model is served."
        raise InvalidData(f"{path.name} was made with scikit-learn {made}; this is {here}.", hint)


def _refusal(path: Path, code: Code | None, error: BaseException) -> LikelyError:
    """Error for a file that cannot be loaded, with the likeliest reason."""
    text = reason(error)
    missing = missing_module(error)
    if missing in NETWORKS and code is None:
        return InvalidData(f"{path.name} holds a neural network (of {missing}), which no version keeps.", OWN_NETWORK)
    if missing and missing != "sklearn" and not (code and code.modules.holds(missing)):
        return InvalidData(f"{path.name} needs the module {missing}, which is not here.", how_to_install(missing))
    lost = LOST.search(text) if isinstance(error, AttributeError) else None
    if lost and lost["module"].endswith("__main__"):
        return InvalidData(_made_in_main(path.name, [lost["name"]]), OWN_FILE)
    if lost and code and code.modules.holds(lost["module"]):
        message = f"{path.name} needs {lost['name']}, which is not in {lost['module']} of the code that was given."
        return InvalidData(message, "Give the code that the estimator was fitted with.")
    if isinstance(error, EOFError) or "truncated" in text or "BadZipFile" in text:
        return InvalidData(f"{path.name} is cut off or damaged: {text}.", AGAIN)
    return InvalidData(
        f"{path.name} cannot be loaded: {text}.",
        "It may be cut off, or made with other versions of its packages: fit and save it again here.",
    )
