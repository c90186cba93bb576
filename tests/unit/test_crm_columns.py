"""Columns of CRMs: the usual ones, those of the card, and no others than those that can tell an outcome."""

from __future__ import annotations

import pytest

from ml.decision.crm_columns import SYSTEMS, check_crm_columns, crm_columns
from ml.errors import InvalidData
from ml.training.describe import read_described


def test_the_card_changes_what_it_names_and_leaves_the_rest():
    found = crm_columns({"crm": {"hubspot": {"record": "Customer No", "missed": ["closedlost", "Abgesagt"]}}})
    assert list(found) == ["hubspot", "salesforce", "dynamics"]
    assert found["hubspot"].record == ("Customer No",)
    assert found["hubspot"].missed == ("closedlost", "Abgesagt")
    assert found["hubspot"].came == SYSTEMS["hubspot"].came
    assert found["salesforce"] == SYSTEMS["salesforce"]


def test_a_system_of_ones_own_says_all_that_is_needed():
    told = {"id": "Nr", "record": "Kunde", "stage": "Stand", "came": "Ja", "missed": "Nein", "closed": "Datum"}
    assert crm_columns({"crm": {"ours": told}})["ours"].came == ("Ja",)
    check_crm_columns({"crm": {"ours": told | {"outcome": "loan"}}}, ["loan"])


def test_names_of_the_feed_stand_beside_the_systems():
    check_crm_columns({"crm": {"fields": {"record": "Customer_No__c"}}}, ["loan"])
    assert set(crm_columns({"crm": {"fields": {"record": "Customer_No__c"}}})) == set(SYSTEMS)


@pytest.mark.parametrize(
    ("crm", "said"),
    [
        ("salesforce", "crm is 'salesforce'"),
        ({"salesforce": "AccountId"}, "crm.salesforce says 'AccountId'"),
        ({"salesforce": {"acount": "AccountId"}}, "crm.salesforce says acount. Known: id, record"),
        ({"salesforce": {"record": 5}}, "crm.salesforce.record is '5'"),
        ({"salesforce": {"came": []}}, "crm.salesforce.came is"),
        ({"salesforce": {"came": ["x"] * 51}}, "a list of up to 50"),
        ({"salesforce": {"came": [" "]}}, "crm.salesforce.came is ' '"),
        ({"salesforce": {"came": ["closed LOST"]}}, "closed lost in came and in missed"),
        ({"salesforce": {"outcome": "lone"}}, "crm.salesforce.outcome is 'lone'. Known outcomes: loan"),
        ({"our own": {}}, "crm names the system 'our own'"),
        ({"fields": ["record"]}, "crm.fields is"),
        ({"fields": {"record": 5}}, "crm.fields.record is '5'"),
        ({"plain": {}}, "crm names the system 'plain'"),
        ({"ours": {"stage": "S"}}, "crm.ours does not say id and record"),
        ({"ours": {"id": "I", "record": "R", "stage": "S", "came": "a"}}, "what tells that an outcome came"),
        ({"ours": {"id": "I", "record": "R", "is_closed": "C", "is_won": "W"}}, "does not say when"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(crm, said):
    with pytest.raises(InvalidData) as refused:
        check_crm_columns({"crm": crm}, ["loan"])
    assert said in f"{refused.value.message} {refused.value.hint}"


def test_a_description_tells_them():
    told = {"salesforce": {"record": "Customer_No__c"}}
    assert read_described({"crm": told}, "d.toml").card() == {"crm": told}
