"""Errors of foreign code (estimators, plug-ins, readers) as errors of ours, with their reason in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from ml.errors import LikelyError
from ml.translation import text

LONGEST = 300
PLACE = re.compile(r" (from|\()'?/[^'()]*'?\)?")  # paths of this machine are left out of messages
# Name in an import statement: name of the package, and the version that Likely is tested with
PACKAGES = {
    "catboost": ("catboost", "1.2.10"),
    "imblearn": ("imbalanced-learn", "0.14.2"),
    "lightgbm": ("lightgbm", "4.7.0"),
    "xgboost": ("xgboost-cpu", "3.2.0"),
    "category_encoders": ("category-encoders", ""),
    "feature_engine": ("feature-engine", ""),
    "sklearn_extra": ("scikit-learn-extra", ""),
    "sklearn_pandas": ("sklearn-pandas", ""),
    "tensorflow": ("tensorflow", ""),
    "keras": ("keras", ""),
    "torch": ("torch", ""),
    "skorch": ("skorch", ""),
    "cloudpickle": ("cloudpickle", ""),
    "lz4": ("lz4", ""),
}


@contextmanager
def foreign(refusal: Callable[[BaseException], LikelyError]) -> Iterator[None]:
    """Run foreign code: an exception becomes `refusal(exception)`; errors of ours and Ctrl-C pass.

    Foreign code may raise anything, SystemExit and classes of its own included, so no type is named here.
    """
    try:
        yield
    except (LikelyError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise refusal(error) from error


def reason(error: BaseException) -> str:
    """An exception in one line: its class and the first line of its text."""
    kind = type(error).__name__
    try:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    except Exception:  # noqa: BLE001 - an exception of foreign code may fail even at its own text
        lines = []
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    text = PLACE.sub("", lines[0])[:LONGEST].rstrip(". ") if lines else ""
    return f"{kind}: {text}" if text else kind


def first_line(error: BaseException) -> str:
    """First line of an exception's text, without the point at its end; its class where it has no text."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:LONGEST].rstrip(".")


def missing_module(error: BaseException) -> str | None:
    """Top-level name of the module that an exception or one of its causes did not find; None for other causes."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return None
        if isinstance(seen, ModuleNotFoundError) and seen.name and not is_here(seen.name.partition(".")[0]):
            return seen.name.partition(".")[0]
        seen = seen.__cause__ or seen.__context__
    return None


def is_here(top: str) -> bool:
    """True when a top-level module is found here; it is not imported for that."""
    try:
        return find_spec(top) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def how_to_install(module: str) -> str:
    """Advice for a missing module: the package to install, or the code to bring along."""
    if module in PACKAGES:
        package, pin = PACKAGES[module]
        pinned = f"{package}=={pin}" if pin else package
        return text(
            "Install it here and wherever the model is served: pip install {package}; put it into "
            "requirements/service.in, then make lock.",
            package=pinned,
        )
    return text(
        "If it is a file of your own, give it with --code {module}.py; if it is a package, install it here and "
        "wherever the model is served; put it into requirements/service.in, then make lock.",
        module=module,
    )


def installed_version(package: str) -> str:
    """Installed version of a package, or "" where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
