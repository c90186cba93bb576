"""Python code of an estimator: read from a file or folder, kept in the bundle, with one hash.

The code is held in memory: the hashed bytes are imported, even if the files change meanwhile.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from ml.errors import InvalidData
from ml.trust.isolated import Modules

FOLDER = "code"  # in a bundle
MOST_FILES = 500
MOST_BYTES = 20 * 2**20
COMPILED = {".so", ".pyd", ".dll", ".dylib"}
HINT = "Give the Python file, or the folder, that the estimator's own classes and functions come from."
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Code:
    """Files of code, by their path below one folder."""

    files: Mapping[str, bytes] = field(repr=False)
    """``shop_features.py`` or ``shop/ratio.py`` to the content. Each file or folder at the top is a module."""
    folder: Path
    """Their folder: ``__file__`` of the modules is below it."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all files with their names, in hex, independent of their folder."""
        lines = [f"{hashlib.sha256(self.files[name]).hexdigest()}  {name}\n" for name in sorted(self.files)]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @cached_property
    def modules(self) -> Modules:
        """The code as modules, imported from these bytes only and isolated from other code."""
        return Modules(self.files, self.folder)

    def write(self, bundle: Path) -> None:
        """Write the files into a bundle, below ``code/``."""
        for name, content in self.files.items():
            path = bundle / FOLDER / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def importable(code: Code | None) -> AbstractContextManager[None]:
    """Context in which the modules of a model's own code can be imported; without code it does nothing."""
    return nullcontext() if code is None else code.modules.installed()


def read_code(path: Path) -> Code:
    """Read the code of ``--code``.

    Parameters
    ----------
    path : Path
        A Python file (a module); a folder with ``__init__.py`` (a package); or a folder without one, whose files
        and folders are the modules. Hidden files, ``__pycache__`` and ``*.pyc`` stay behind.

    Raises
    ------
    InvalidData
        Where there is no code, a link, too much or compiled code, or where a module would shadow an installed one.
    """
    path = Path(path)
    if not path.exists():
        raise InvalidData(f"There is no code at {path}.", HINT)
    try:
        code = _code_at(path)
    except OSError as error:
        raise InvalidData(f"The code at {path} cannot be read: {error.strerror or error}.", HINT) from None
    if not any(name.endswith(".py") for name in code.files):
        raise InvalidData(f"There is no Python file in {path}.", HINT)
    check_names(code)
    return code


def _code_at(path: Path) -> Code:
    if path.is_file():
        if path.suffix != ".py":
            raise InvalidData(f"{path.name} is no Python file.", HINT)
        return Code({path.name: _within_limits([path], path)[path]}, path.resolve().parent)
    files = sorted(each for each in path.rglob("*") if _travels(each.relative_to(path)))
    for each in files:
        if each.is_symlink():
            raise InvalidData(f"{each} is a link; code travels as files.", "Copy the file to its place.")
        if each.suffix in COMPILED:
            raise InvalidData(f"{each.name} is compiled code.", "Only Python travels; install packages with pip.")
    contents = _within_limits([each for each in files if each.is_file()], path)
    base = path.resolve().parent if (path / "__init__.py").is_file() else path.resolve()
    return Code({each.resolve().relative_to(base).as_posix(): data for each, data in contents.items()}, base)


def _travels(path: Path) -> bool:
    return path.suffix != ".pyc" and not any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _within_limits(files: Iterable[Path], given: Path) -> dict[Path, bytes]:
    files = list(files)
    total = sum(file.stat().st_size for file in files)
    if len(files) > MOST_FILES or total > MOST_BYTES:
        message = f"{given} holds {len(files):,} files of {total / 2**20:,.1f} MB together."
        limit = f"At most {MOST_FILES} files of {MOST_BYTES // 2**20} MB travel with a model."
        raise InvalidData(message, f"{limit} Give only the modules that the estimator needs.")
    return {file: file.read_bytes() for file in files}


def check_names(code: Code) -> None:
    """Raise InvalidData where a module cannot be imported by its name, or would shadow an installed one."""
    for name in sorted(code.modules.tops):
        if not name.isidentifier():
            raise InvalidData(f"{name!r} is no name for a module.", "Rename it: letters, digits and underscores.")
        if name in sys.stdlib_module_names or _is_installed(name, code):
            message = f"A module called {name!r} is installed already, and yours would hide it."
            raise InvalidData(message, "Rename yours, import it by its new name, and fit and save the estimator again.")


def _is_installed(name: str, code: Code) -> bool:
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return False
    if spec is None:
        return False
    origins = [spec.origin] if spec.origin else list(spec.submodule_search_locations or [])
    folders = [Path(origin).resolve() for origin in origins]
    if any(folder.is_relative_to(code.folder / name) or folder == code.folder / f"{name}.py" for folder in folders):
        return False
    return any("site-packages" in folder.parts or folder.is_relative_to(ROOT) for folder in folders)


def code_of_bundle(bundle: Path, listed: Iterable[str]) -> Code | None:
    """The code in a bundle's manifest below ``code/``; None where it has none. Other files there are ignored."""
    names = [name for name in listed if name.startswith(f"{FOLDER}/")]
    if not names:
        return None
    files = {name.removeprefix(f"{FOLDER}/"): (bundle / name).read_bytes() for name in sorted(names)}
    return Code(files, bundle.resolve() / FOLDER)


def is_inner_path(name: object) -> bool:
    """True when a name in a manifest is a path below the bundle."""
    if not isinstance(name, str) or not name or "\\" in name or "\0" in name:
        return False
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and path.as_posix() == name and ".." not in path.parts
