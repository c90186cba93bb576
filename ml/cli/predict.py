"""``python -m ml predict``: scores one record, given as ``--name value`` for each feature, whatever its name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any

from ml.cli import OK
from ml.data.schema import Schema
from ml.decision.decide import decide
from ml.decision.payoff import currency_of
from ml.service import Bundle, Service, open_service
from ml.text.cut_off_words import cut_off_text
from ml.text.note_words import few_notes


def register(commands: Any) -> None:
    """Add the command; its features are read by :func:`run`, when the model is known."""
    predict = commands.add_parser("predict", help="score one record", allow_abbrev=False)
    predict.add_argument("name", help="the model, or a key such as iris@3f9a1c2b")


def run(given: argparse.Namespace) -> int:
    """Print the labels and probabilities with all their digits; then, where the card tells of decisions, what to do."""
    service = open_service(given.models, chosen=given.chosen)
    record = record_of(service.model(given.name).schema, given.name, given.rest)
    with redirect_stdout(sys.stderr):  # an estimator may print what it likes
        scored = service.score(given.name, [record])
    score = scored.scores[0]
    print(", ".join(score.labels) or "none")
    outcomes = scored.model.outcomes.items
    width = max(len(outcome.name) for outcome in outcomes)
    for outcome, probability in zip(outcomes, score.probabilities or (), strict=bool(score.probabilities)):
        print(f"{outcome.name:<{width}}  {probability!r}")
    for line in _decisions(service, scored.model, score.probabilities or ()):
        print(line)
    for note in few_notes(score.notes):
        print(": ".join(filter(None, ("note", note.feature, note.message))), file=sys.stderr)
    return OK


def _decisions(service: Service, bundle: Bundle, probabilities: Sequence[float]) -> list[str]:
    """An empty line, and a line for each outcome about which the card says what to do."""
    currency = currency_of(bundle.card)
    lines, cut_offs = [], service.cut_offs(bundle)
    for name, probability in zip(bundle.outcomes.names, probabilities, strict=bool(probabilities)):
        advice = decide(bundle.card, name, probability, cut_offs[name])
        worth = "" if advice.worth is None else f"  worth {advice.worth!r} {currency}".rstrip()
        if advice.words:
            does = "act" if advice.act else "leave"
            lines.append(f"{name}: {does}, cut-off {cut_off_text(advice.cut_off)}{worth}  {advice.words}")
    return ["", *lines] if lines else []


def record_of(schema: Schema, name: str, words: Sequence[str]) -> dict[str, str]:
    """The features given as ``--name value`` or ``--name=value``, by name or alias, in words after the model's.

    A feature may be called "help", hold an equals sign, or differ from another by a space and a hyphen only.
    """
    options = _options(schema)
    by_word = {word: feature for feature, (spelled, _, _) in options.items() for word in spelled}
    parser = argparse.ArgumentParser(
        prog=f"python -m ml predict {name}", allow_abbrev=False, conflict_handler="resolve"
    )
    for feature, (spelled, metavar, described) in options.items():
        parser.add_argument(*spelled, dest=feature, metavar=metavar, help=described.replace("%", "%%"))
    return _values_by_feature(by_word, parser, list(words))


def _options(schema: Schema) -> dict[str, tuple[list[str], str, str]]:
    """By feature: its options, the name of its value in the help, and its description."""
    taken = {*schema.position, *([schema.record_id] if schema.record_id else [])}
    options = {}
    for feature in schema.features:
        names = dict.fromkeys((feature.name, *feature.aliases))
        dashed = [each.replace("_", "-").replace(" ", "-") for each in names]
        spelled = list(dict.fromkeys([*names, *(each for each in dashed if each not in taken)]))
        taken |= set(spelled)
        described = " ".join(part for part in (feature.label, feature.unit and f"({feature.unit})") if part)
        options[feature.name] = (_dashed(spelled), "VALUE", described)
    for one in schema.one_hot:
        if one.name not in taken:
            options[one.name] = (_dashed([one.name]), "CHOICE", f"{one.label}, in place of its columns")
    if schema.record_id:
        options[schema.record_id] = (_dashed([schema.record_id]), "ID", "names the record")
    return options


def _dashed(names: Iterable[str]) -> list[str]:
    return [f"--{name}" for name in names]


def _values_by_feature(by_word: Mapping[str, str], parser: argparse.ArgumentParser, words: list[str]) -> dict[str, str]:
    """Values by feature, parsed by hand: argparse splits at "=" and rejects values that look like an option."""
    values = {}
    while words:
        word = words.pop(0)
        option = word if word in by_word else _before_equals(by_word, word)
        if option is None:
            parser.parse_args([word])  # prints the help, or argparse's own error
            parser.error(f"unrecognized arguments: {word}")
        if word != option:
            value = word[len(option) + 1 :]
        elif words and words[0] not in by_word and _before_equals(by_word, words[0]) is None:
            value = words.pop(0)
        else:
            parser.error(f"argument {option}: expected one argument")
        values[by_word[option]] = value
    return values


def _before_equals(by_word: Mapping[str, str], word: str) -> str | None:
    """The longest option that stands before an equals sign."""
    return max((option for option in by_word if word.startswith(f"{option}=")), key=len, default=None)
