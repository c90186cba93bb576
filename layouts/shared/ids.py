"""Every component id of the pages, and none anywhere else."""

from __future__ import annotations

import json
from typing import Any

LOCATION = "location"
CONTENT = "content"
THEME = "theme"
CONNECTION = "connection"  # assets/ts/shared/connection.ts knows it too

# Requests of an input page (prediction, gallery) and their responses; scripts know these names, too
# (assets/ts/shared/form.ts, assets/ts/predict/reasons.ts)
FORM = "form"
FIELDS = "fields"
FORM_REQUEST = "form-request"
FORM_RESPONSE = "form-response"
REST_WORDS = "rest-words"
PANEL = "panel"
PANEL_WORDS = "panel-words"
PANEL_SAID = "panel-said"
RESULT = "result"
REASONS = "reasons"
REASONS_REQUEST = "reasons-request"
REASONS_RESPONSE = "reasons-response"

# Finding a record; the names stand in assets/ts/predict/finder.ts too
FINDER = "finder"
FINDER_BOX = "finder-box"
FINDER_LIST = "finder-list"
FINDER_WORDS = "finder-words"
RECORD_NAME = "record-name"
RECORD_CHANGED = "record-changed"
RECORD_SEARCH = "record-search"
RECORD_MATCHES = "record-matches"

# Choices too many to be listed; the names stand in assets/ts/shared/combobox.ts too
CHOICE_SEARCH = "choice-search"
CHOICE_MATCHES = "choice-matches"

# The demo models while they are being made
MAKING = "making"
MAKING_TICK = "making-tick"

# A search over items of the page; the names stand in assets/ts/shared/search.ts too
SEARCH = "search"
SEARCH_WORDS = "search-words"
MODELS = "models"

# Comparison of scenarios; the names stand in assets/ts/predict/pins.ts too
PINS = "pins"
PINS_TITLE = "pins-title"
PINS_TABLE = "pins-table"
PINS_WORDS = "pins-words"
PINS_NOW = "pins-now"
PINS_ACT = "pins-act"
PINS_SAID = "pins-said"

# What came of it; the names stand in assets/ts/predict/outcomes.ts too
OUTCOMES = "outcomes"
OUTCOME_ACT = "outcome-act"
OUTCOME_SAID = "outcome-said"
HISTORY = "history"
HISTORY_ASKED = "history-asked"

# A seller's day, and the claim on a customer; the names stand in assets/ts/predict/claim.ts too
TODAY_NEXT = "today-next"
TODAY_SAID = "today-said"
CLAIM_TICK = "claim-tick"
CLAIM_HELD = "claim-held"
CLAIM_SAID = "claim-said"

GALLERY_FORM = "gallery-form"
GALLERY_REQUEST = "gallery-request"
GALLERY_RESPONSE = "gallery-response"

# The plots' pages; the names stand in assets/ts/plots/cards.ts and cut-off.ts too
PLOTS = "plots"
PLOTS_OUTCOME = "plots-outcome"
THRESHOLD_TABLE = "threshold-table"
CUT_OFF = "cut-off"
CUT_OFF_TYPED = "cut-off-typed"
CUT_OFF_SLIDER = "cut-off-slider"
CUT_OFF_USE = "cut-off-use"
CUT_OFF_REQUEST = "cut-off-request"
CUT_OFF_RESPONSE = "cut-off-response"
CUT_OFF_UNDO = "cut-off-undo"
CUT_OFF_DIALOG = "cut-off-dialog"
CUT_OFF_CONFIRM = "cut-off-confirm"
CUT_OFF_CANCEL = "cut-off-cancel"
CUT_OFF_REASON = "cut-off-reason"
CUT_OFF_HISTORY = "cut-off-history"
AVERAGES = "averages"

# The results' page
RESULTS = "results"
RESULTS_REQUEST = "results-request"
RESULTS_AGAIN = "results-again"
RESULTS_MORE = "results-more"
RESULTS_ANALYSTS = "results-analysts"
RESULTS_ANALYSTS_AGAIN = "results-analysts-again"
RESULTS_REASON = "results-reason"
RESULTS_ACKNOWLEDGE = "results-acknowledge"
RESULTS_SAID = "results-said"

# The campaign's page
CAMPAIGN = "campaign"
CAMPAIGNS = "campaigns"
CAMPAIGNS_KEPT = "campaigns-kept"  # in the browser's storage; assets/ts/campaign/recent-campaigns.ts knows it too


def campaign(name: str) -> str:
    """A control or another element of the campaign's page that belongs to no job; assets/ts/campaign/ knows some."""
    return f"{CAMPAIGN}-{name}"


def campaign_part(part: str, job: str | Any, **more: Any) -> dict[str, Any]:
    """A part of the campaign's page that belongs to a job: an answer about another job finds no place to be shown in.

    The job's id may be MATCH or ALL, as may be what tells apart parts of one kind: ``name`` of a control, ``at`` of a
    column.
    """
    return {"campaign": part, "job": job, **more}


def versions_part(part: str, model: str | Any, **more: Any) -> dict[str, Any]:
    """A part of the Versions page of a model; `more` names the step that it is about. Any may be MATCH."""
    return {"versions": part, "model": model, **more}


def field(position: int | Any) -> dict[str, Any]:
    """The control of the feature at that position, which may be ALL."""
    return {"type": "field", "at": position}


def element(of: dict[str, Any]) -> str:
    """The id of a component in the document, where its id in callbacks is a dict."""
    return json.dumps(of, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def pins_kept(model: str | Any) -> dict[str, Any]:
    """The store of what is pinned of that model in this tab; the model may be ALL."""
    return {"type": "pins-kept", "model": model}


def label(position: int) -> str:
    """The label of that control."""
    return f"label-{position}"


def slider(position: int) -> str:
    """The slider beside that control."""
    return f"slider-{position}"


def said(position: int) -> str:
    """The message under that control: its range, or a problem."""
    return f"said-{position}"


def help_of(position: int) -> str:
    """The help text of that control."""
    return f"help-{position}"


def tab(kind: str) -> str:
    """The link to a page of the model."""
    return f"tab-{kind}"


def suggestions(position: int) -> str:
    """The texts that are offered for that control."""
    return f"suggestions-{position}"


def choices(position: int) -> str:
    """The list under that control, where its choices are searched."""
    return f"choices-{position}"


def received(position: int | Any) -> dict[str, Any]:
    """The value that a model would receive from that control of the gallery."""
    return {"type": "received", "index": position}


# Parts of a plot's card: the figure, its request, its data as a table, and what opens and closes that table
PLOT, PLOT_REQUEST, PLOT_DATA, PLOT_DATA_OPENER = "plot", "plot-request", "plot-data", "plot-data-opener"


def plot(
    model: str | Any, outcome: str | Any, key: str | Any, options: str | Any, part: str = PLOT
) -> dict[str, Any]:  # fmt: skip
    """A part of a plot's card: keys of model and plot, and of the plot on whose card its options stand; or MATCH."""
    return {"type": part, "model": model, "outcome": outcome, "key": key, "options": options}


def plot_option(model: str | Any, outcome: str | Any, options: str | Any, name: str | Any) -> dict[str, Any]:
    """The control of an option, on the card of the plot `options`."""
    return {"type": "plot-option", "model": model, "outcome": outcome, "options": options, "name": name}
