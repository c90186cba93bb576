"""The asset bundle: all styles of the project as one file, and all scripts as one.

Styles are written as many small files, in a folder for each page, and are joined here. Their order in the bundle is
that of the numbers with which their names begin, whatever folder they stand in; what a style says of ``url()`` is
relative to ``assets/``. Scripts are modules of TypeScript (``assets/ts/``), which ``make scripts`` joins and writes to
``assets/bundle/``.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from flask import Flask, Response

BUILT = "bundle"
APART = r"(theme|prerender|search)\.js"  # bundles that are linked by themselves, by the index or by pages without Dash
VENDOR = "vendor"  # libraries of others, each loaded by itself where it is needed
ADDRESS = "/assets/likely"
_LINKS = {
    "css": re.compile(r'<link rel="stylesheet" href="[^"]*/assets/[^"]+">\n?'),
    "js": re.compile(r'<script src="[^"]*/assets/[^"]+"></script>\n?'),
}
_TAGS = {"css": '<link rel="stylesheet" href="{}">', "js": '<script src="{}"></script>'}
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def stamped(file: Path, folder: Path) -> str:
    """Cache-busting address of an asset: its stamp lets browsers keep it for a year."""
    return f"/assets/{file.relative_to(folder).as_posix()}?m={file.stat().st_mtime}"


class AssetBundle:
    """The styles of a folder and its subfolders, concatenated in the order of their names, and its script.

    Read again when a file changes, as during development.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, tuple[tuple[float, ...], bytes, str]] = {}

    def body(self, kind: str) -> bytes:
        """All styles ("css") or scripts ("js")."""
        return self._current(kind)[1]

    def stamp(self, kind: str) -> str:
        """Hash of a body: the first 16 hex digits of its SHA-256."""
        return self._current(kind)[2]

    def address(self, kind: str) -> str:
        """Address of a bundle, with its stamp."""
        return f"{ADDRESS}.{kind}?m={self.stamp(kind)}"

    def matches(self, path: str, stamp: str | None) -> bool:
        """True when path and stamp name a bundle in its present state."""
        return any(path == f"{ADDRESS}.{kind}" and stamp == self.stamp(kind) for kind in _TAGS)

    def link_bundle(self, html: str, kind: str) -> str:
        """Replace the index page's links to single files by one link to the bundle."""
        links = _LINKS[kind]
        if not links.search(html):
            return html
        one = _TAGS[kind].format(self.address(kind)) + "\n"
        return links.sub("", links.sub("\0", html, count=1)).replace("\0", one)

    def _current(self, kind: str) -> tuple[tuple[float, ...], bytes, str]:
        files = self._files(kind)
        times = tuple(file.stat().st_mtime for file in files)
        bundle = self._made.get(kind)
        if bundle is None or bundle[0] != times:
            body = b"\n".join(file.read_bytes() for file in files)
            bundle = self._made[kind] = (times, body, hashlib.sha256(body).hexdigest()[:16])
        return bundle

    def _files(self, kind: str) -> list[Path]:
        if kind == "js":
            return [self._folder / BUILT / "likely.js"]
        files = self._folder.rglob(f"*.{kind}")
        ours = (file for file in files if file.relative_to(self._folder).parts[0] != VENDOR)
        return sorted(ours, key=lambda file: (file.name, file))


def serve_asset_bundle(server: Flask, own: AssetBundle) -> None:
    """Add the routes of the bundles."""
    for kind in _TAGS:

        def answer(kind: str = kind) -> Response:
            # Kept for a year only under the stamp of this very body: web/static.py
            return Response(own.body(kind), content_type=_TYPES[kind], headers={"Cache-Control": "no-cache"})

        server.add_url_rule(f"{ADDRESS}.{kind}", f"likely_{kind}", answer)
