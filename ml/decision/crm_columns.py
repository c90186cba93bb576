"""Columns of a CRM's export of deals: which names the record, what says that an outcome came; of the card's ``[crm]``.

The names are those of the systems' own references:

- Salesforce, fields of Opportunity: "Salesforce Field Reference Guide", Opportunity,
  https://developer.salesforce.com/docs/atlas.en-us.sfFieldRef.meta/sfFieldRef/salesforce_field_reference_Opportunity.htm
- Dynamics 365 Sales, columns of the table opportunity (``statecode`` 0 Open, 1 Won, 2 Lost):
  https://learn.microsoft.com/dynamics365/sales/developer/entities/opportunity
- HubSpot, properties of deals: https://knowledge.hubspot.com/crm-deals/hubspots-default-deal-properties and
  https://developers.hubspot.com/docs/api/crm/deals
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ml.errors import InvalidData

CARD = "crm"
LONGEST, MOST = 200, 50  # characters of a name or word, names or words of a field
PLAIN = "plain"  # the columns of this service's own export
FEED = "fields"  # key beside the systems: names of the columns in the feed of decisions and events
NEEDED = ("id", "record")


@dataclass(frozen=True)
class CrmColumns:
    """Columns of one system, each by all names it may have: as programs know it, and as its screens call it."""

    id: tuple[str, ...] = ()
    """Id of the deal there."""
    record: tuple[str, ...] = ()
    """Id of the record that the model decided about."""
    stage: tuple[str, ...] = ()
    """Columns whose words are those of `came` and `missed`, or others while the deal is open."""
    is_closed: tuple[str, ...] = ()
    is_won: tuple[str, ...] = ()
    """True or false. Where both are there, they count instead of the stage."""
    closed: tuple[str, ...] = ()
    """Day or time of the end of the deal."""
    changed: tuple[str, ...] = ()
    """Time of the last change of the row."""
    came: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    """Words of the stage that say that the outcome came, and that it did not."""
    outcome: str = ""
    """Name of the model's outcome that this is about; empty for the positive one."""


SYSTEMS = {
    "salesforce": CrmColumns(
        id=("Id", "Opportunity ID"),
        record=("AccountId", "Account ID"),
        stage=("StageName", "Stage"),
        is_closed=("IsClosed", "Closed"),
        is_won=("IsWon", "Won"),
        closed=("CloseDate", "Close Date"),
        changed=("LastModifiedDate", "Last Modified Date", "SystemModstamp"),
        came=("Closed Won",),
        missed=("Closed Lost",),
    ),
    "dynamics": CrmColumns(
        id=("opportunityid", "(Do Not Modify) Opportunity"),
        record=(
            "customerid", "_customerid_value", "accountid", "_accountid_value", "parentaccountid",
            "_parentaccountid_value", "Potential Customer", "Account",
        ),
        stage=("statecode", "Status"),
        closed=("actualclosedate", "Actual Close Date"),
        changed=("modifiedon", "(Do Not Modify) Modified On", "Modified On"),
        came=("Won", "1"),
        missed=("Lost", "2"),
    ),
    "hubspot": CrmColumns(
        id=("hs_object_id", "Record ID", "Deal ID"),
        record=(
            "hs_primary_associated_company", "Associated Company IDs", "associatedCompanyIds",
            "Associated Contact IDs", "associatedVids",
        ),
        stage=("dealstage", "Deal Stage"),
        is_closed=("hs_is_closed", "Is Deal Closed?"),
        is_won=("hs_is_closed_won", "Is Closed Won"),
        closed=("closedate", "Close Date"),
        changed=("hs_lastmodifieddate", "Last Modified Date"),
        came=("closedwon", "Closed Won"),
        missed=("closedlost", "Closed Lost"),
    ),
}  # fmt: skip
FIELDS = tuple(row.name for row in fields(CrmColumns))


def crm_columns(card: Mapping[str, Any]) -> dict[str, CrmColumns]:
    """Columns by CRM: the card's own first, then the usual ones for the rest.

    Parameters
    ----------
    card : mapping
        ``card["crm"]`` is ``{system: {"record": "Customer_No__c", "came": ["Signed"]}}``, as ``[crm.NAME]`` of a
        description file writes it: a text, or a list of them, by the attributes of :class:`CrmColumns`. A system other
        than those of :data:`SYSTEMS` has to say all of ``id`` and ``record``, and ``stage`` with both kinds of words
        or ``is_closed`` with ``is_won``.

    Raises
    ------
    InvalidData
        When it is not of this form.
    """
    written = card.get(CARD, {})
    if not isinstance(written, Mapping):
        raise InvalidData(
            f"crm is {str(written)[:80]!r}.", 'Write it by system: [crm.salesforce] record = "AccountId".'
        )
    own = {name: _system(name, told) for name, told in written.items() if name != FEED}
    return {**own, **{name: usual for name, usual in SYSTEMS.items() if name not in own}}


def check_crm_columns(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's ``crm`` is valid and names known outcomes only."""
    for ours, name in _of_feed(card).items():
        _word(f"crm.{FEED}.{ours}", name)
    for name, columns in crm_columns(card).items():
        if columns.outcome and columns.outcome not in outcomes:
            known = f"Known outcomes: {', '.join(outcomes)}."
            raise InvalidData(f"crm.{name}.outcome is {columns.outcome[:80]!r}.", known)


def _of_feed(card: Mapping[str, Any]) -> Mapping[str, Any]:
    written = card.get(CARD)
    names = written.get(FEED, {}) if isinstance(written, Mapping) else {}
    if not isinstance(names, Mapping):
        raise InvalidData(f"crm.{FEED} is {str(names)[:80]!r}.", 'Write it by field: record = "Customer_No__c".')
    return names


def _system(name: object, stated: object) -> CrmColumns:
    if not isinstance(name, str) or not name.isidentifier() or len(name) > 20 or name == PLAIN:
        hint = f"A name of up to 20 letters, digits and _, other than {PLAIN}: {', '.join(SYSTEMS)}, or your own."
        raise InvalidData(f"crm names the system {str(name)[:80]!r}.", hint)
    if not isinstance(stated, Mapping) or (strangers := sorted(set(map(str, stated)) - set(FIELDS))):
        said = ", ".join(strangers)[:200] if isinstance(stated, Mapping) else repr(str(stated)[:80])
        raise InvalidData(f"crm.{name} says {said}.", f"Known: {', '.join(FIELDS)}.")
    given: dict[str, Any] = {
        field: _words(f"crm.{name}.{field}", words) for field, words in stated.items() if field != "outcome"
    }
    columns = replace(SYSTEMS.get(name, CrmColumns()), **given)
    if "outcome" in stated:
        columns = replace(columns, outcome=_word(f"crm.{name}.outcome", stated["outcome"]))
    _check_whole(name, columns)
    return columns


def _check_whole(name: str, made: CrmColumns) -> None:
    lacks = [field for field in NEEDED if not getattr(made, field)]
    if lacks:
        raise InvalidData(f"crm.{name} does not say {' and '.join(lacks)}.", "Name the columns of the CRM's export.")
    if not (made.is_closed and made.is_won) and not (made.stage and made.came and made.missed):
        hint = "Name the column stage with the words came and missed, or the columns is_closed and is_won."
        raise InvalidData(f"crm.{name} does not say what tells that an outcome came.", hint)
    if not (made.closed or made.changed):
        raise InvalidData(f"crm.{name} does not say when.", "Name the column closed or the column changed.")
    both = {word.casefold() for word in made.came} & {word.casefold() for word in made.missed}
    if both:
        raise InvalidData(
            f"crm.{name} has {', '.join(sorted(both))} in came and in missed.", "A word says one of them."
        )


def _words(where: str, stated: object) -> tuple[str, ...]:
    words = [stated] if isinstance(stated, str) else stated
    if not isinstance(words, list) or not 0 < len(words) <= MOST:
        raise InvalidData(f"{where} is {str(stated)[:80]!r}.", f"Write a text, or a list of up to {MOST}.")
    return tuple(_word(where, each) for each in words)


def _word(where: str, stated: object) -> str:
    if not isinstance(stated, str) or not stated.strip() or len(stated) > LONGEST:
        raise InvalidData(f"{where} is {str(stated)[:80]!r}.", f"Write a text of 1 to {LONGEST} characters.")
    return stated.strip()
