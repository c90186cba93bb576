"""Isolated modules: imported from bytes in memory, visible to one estimator's code only.

Two versions may bring different modules of one name and serve side by side. Each set of modules keeps its own
table instead of ``sys.modules``: an import statement inside such a module, also one that runs while a record is
scored, looks there first. ``sys.modules`` shows a set only within :meth:`Modules.installed`, for readers such as
skops and pickle that look names up there; one thread at a time.
"""

from __future__ import annotations

import builtins
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import resolve_name, spec_from_file_location
from pathlib import Path, PurePosixPath
from types import CodeType, ModuleType
from typing import Any

_ONE_SET = threading.RLock()


class Modules(MetaPathFinder):
    """A set of isolated modules, imported at first use.

    Parameters
    ----------
    files : mapping of str to bytes
        Path below `folder`, with slashes, to the content. Files that are no Python are data, read by the code itself.
    folder : Path
        Folder of the files.
    """

    def __init__(self, files: Mapping[str, bytes], folder: Path) -> None:
        self._sources = {_module_of(name): (folder / name, source) for name, source in files.items() if _is_code(name)}
        folders = {parent.as_posix() for name in files if _is_code(name) for parent in PurePosixPath(name).parents}
        packages = {name.replace("/", ".") for name in folders - {"."}}
        for name in sorted(packages - self._sources.keys()):  # a folder without __init__.py is a package too
            self._sources[name] = (folder / name.replace(".", "/") / "__init__.py", b"")
        self.tops = frozenset(name.partition(".")[0] for name in self._sources)
        self._loaded: dict[str, ModuleType] = {}
        self.builtins = dict(vars(builtins)) | {"__import__": self._import}

    @property
    def names(self) -> Collection[str]:
        """Dotted names of all modules of the set."""
        return self._sources.keys()

    def holds(self, name: str) -> bool:
        """True when a dotted name begins with one of these modules."""
        return name.partition(".")[0] in self.tops

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Show these modules in ``sys.modules``, and hide others of the same names, until it is left."""
        with _ONE_SET:
            if self in sys.meta_path:
                yield
                return
            hidden = self._taken_out()
            sys.modules.update(self._loaded)
            sys.meta_path.insert(0, self)
            try:
                yield
            finally:
                sys.meta_path.remove(self)
                self._loaded = self._taken_out()
                sys.modules.update(hidden)

    def _taken_out(self) -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in list(sys.modules) if self.holds(name)}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - as importlib calls it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Spec of one of these modules, for importlib; no other finder is asked for names that begin so."""
        if not self.holds(fullname):
            return None
        if fullname not in self._sources:
            raise ModuleNotFoundError(f"No module named {fullname!r} in the code of the model", name=fullname)
        place, source = self._sources[fullname]
        locations = [str(place.parent)] if place.name == "__init__.py" else None
        loader = _Loader(fullname, place, source, self.builtins)
        return spec_from_file_location(fullname, place, loader=loader, submodule_search_locations=locations)

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of __import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """``__import__`` of these modules."""
        full = resolve_name("." * level + name, (globals or {}).get("__package__") or "") if level else name
        if not self.holds(full):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        there = self._loaded.get(full)  # an import statement in a function runs for each record
        if there is not None and all(hasattr(there, item) for item in fromlist or ()):
            return there if fromlist or level else self._loaded[full.partition(".")[0]]
        with self.installed():
            return builtins.__import__(name, globals, locals, fromlist or (), level)


class _Loader(SourceFileLoader):
    """Runs a module's source from memory; no compiled file beside it is read or written."""

    def __init__(self, fullname: str, place: Path, source: bytes, with_builtins: dict[str, Any]) -> None:
        super().__init__(fullname, str(place))
        self._source = source
        self._builtins = with_builtins

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - as importlib calls it
        """The source, compiled anew."""
        return compile(self._source, self.path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module with an ``__import__`` that searches this set first."""
        module.__dict__["__builtins__"] = self._builtins
        super().exec_module(module)


def _is_code(name: str) -> bool:
    return name.endswith(".py")


def _module_of(name: str) -> str:
    return name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
