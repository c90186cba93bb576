"""Recognises columns with names and telephone numbers of people, which stand first in a call list."""

from __future__ import annotations

import re
import unicodedata


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_NAME = _words("name names nombre nom nome naam navn namn imie nimi")
_WHOLE_NAMES = _words(
    "fullname firstname lastname surname forename givenname familyname vorname nachname familienname zuname prenom",
    "apellido apellidos cognome voornaam achternaam kunde kundenname kundin client cliente customer contact kontakt",
    "ansprechpartner customername clientname contactname",
)
_OF_NAME = _words(
    "first last full given family middle customer client contact person member patient lead the of kunden kunde vor",
    "nach familien de du del complet completo complete famille usage",
)
_PHONE = _words(
    "phone telephone telefon telefono telefone telefoon telefonnummer rufnummer handynummer mobilnummer mobiltelefon",
    "cellphone msisdn phonenumber phoneno telno mobilenumber",
)
_PHONE_ALONE = _words("tel handy mobil mobile movil celular cellulare cell portable gsm fax telefax")
_OF_PHONE = _words("number no nr num nummer numero home private privat work business office de du")
_POSTAL = _words("zip zipcode postcode postal postalcode plz postleitzahl codepostal codigopostal")


def words(name: str) -> list[str]:
    """Words of a column's name, small and without accents: "Téléphone-Mobile" and "telephoneMobile" are two."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode().casefold()
    return re.findall(r"[a-z]+", plain)


def is_phone(name: str) -> bool:
    """True when a column of that name holds telephone numbers."""
    said, whole = {*words(name)}, "".join(words(name))
    alone = bool(said & _PHONE_ALONE) and said <= _PHONE_ALONE | _OF_PHONE
    return alone or bool(_PHONE & {*said, whole})


def is_postal(name: str) -> bool:
    """True when a column of that name holds postal codes."""
    return bool(_POSTAL & {*words(name), "".join(words(name))})


def is_name(name: str) -> bool:
    """True when a column of that name names a person, and no product or place."""
    said = words(name)
    whole = "".join(said) in _WHOLE_NAMES
    return whole or (bool(_NAME & set(said)) and set(said) <= _NAME | _OF_NAME)
