"""Sentences of the scripts, in the reader's language: an attribute of the page's frame holds them.

``sentence`` and ``counted`` in ``assets/ts/shared/sentences.ts`` take them by name and fill their slots.
"""

from __future__ import annotations

import json

from ml.translation import plural_template, template


def attribute() -> dict[str, str]:
    """The data attribute that holds the sentences of a script."""
    said = {
        "points": plural_template("{n} point", "{n} points"),
        "no_change": template("no change"),
        "no_name": template("(no name)"),
        # the form
        "lost": template("No answer from the server. Trying again …"),
        "faulty": template("No result: please correct {fields}."),
        "faded": template("What is faded belongs to earlier values."),
        "copied": template("Copied"),
        "copied_without": template("Copied, without personal values"),
        "copy_yourself": template("Copy it from the address bar"),
        "link_copied": template("The link is copied."),
        # records
        "values_changed": plural_template("{n} value changed", "{n} values changed"),
        "rest_counts": plural_template(
            "{n} value of this record has no field here and counts.",
            "{n} values of this record have no field here and count.",
        ),
        "taken_over": template("Kept from {model}: {fields}."),
        # scenarios
        "pin_loaded": template("{name} is in the form."),
        # plots and reports
        "no_point": template("No value here"),
        "at_cut_off": template("cut-off {cut_off}"),
        "of_version": template("version {version}"),
        "no_cut_off": template("“{typed}” is no cut-off. Accepted: 0 to 100 %."),
        "report_begun": template("Making the report: this takes some seconds …"),
        "report_here": template("The report is in your downloads."),
        "report_failed": template("The report could not be fetched. Try again."),
        # campaigns
        "sending": template("Sending {file} …"),
        "sending_cancelled": template("Cancelled. Nothing was kept."),
        "sending_broke": template("The file did not arrive: the connection broke. Choose it again."),
        "not_taken": template("The server did not take the file."),
        "one_file": template("One file at a time, please."),
        "open_record": template("Open on the Prediction page"),
    }
    return {"data-sentences": json.dumps(said, ensure_ascii=False, separators=(",", ":"))}
