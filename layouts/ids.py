"""Every component id of the pages, and none anywhere else."""

from __future__ import annotations

from typing import Any

LOCATION = "location"
CONTENT = "content"
THEME = "theme"

# What an input page (prediction, gallery) asks of the server, and the answer. Small scripts in
# assets/ write the first and read the second, so the names stand there too (assets/30-form.js).
FORM = "form"
ASKED = "asked"
ANSWERED = "answered"
PANEL = "panel"
PANEL_WORDS = "panel-words"
RESULT = "result"
REASONS = "reasons"
WONDERED = "wondered"
ADVISED = "advised"

GALLERY_FORM = "gallery-form"
GALLERY_ASKED = "gallery-asked"
GALLERY_ANSWERED = "gallery-answered"

PLOTS_OUTCOME = "plots-outcome"


def field(position: int) -> str:
    """The control of the feature at that position; names may hold characters that Dash refuses in ids."""
    return f"field-{position}"


def label(position: int) -> str:
    """The label of that control."""
    return f"label-{position}"


def slider(position: int) -> str:
    """The slider beside that control."""
    return f"slider-{position}"


def said(position: int) -> str:
    """What is said under that control: its range, or what is wrong."""
    return f"said-{position}"


def suggestions(position: int) -> str:
    """The texts that are offered for that control."""
    return f"suggestions-{position}"


def received(position: int | Any) -> dict[str, Any]:
    """What the model would receive from that control of the gallery."""
    return {"type": "received", "index": position}


def plot(model: str | Any, key: str | Any) -> dict[str, Any]:
    """The place of a plot: key of the model, key of the plot; both may be MATCH or ALL."""
    return {"type": "plot", "model": model, "key": key}
