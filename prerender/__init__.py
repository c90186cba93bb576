"""Prerendering: a page of plots is in the index as HTML before Dash has started (``docs/PRERENDER.md``)."""

from prerender.index import Prerenderer

__all__ = ["Prerenderer"]
