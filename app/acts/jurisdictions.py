"""What each jurisdiction asks of the sides of an act: the entries, their names, order and checks (BI-3, BI-4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.acts import numbers
from app.acts.models import Details, Jurisdiction
from app.acts.numbers import Check


@dataclass(frozen=True)
class Entry:
    """One thing that is said of a side."""

    name: str
    label: LazyString | str
    needed: bool = True
    """No act is issued without it."""
    check: Check | None = None
    hint: LazyString | str = ""
    long: bool = False
    names: tuple[tuple[int, LazyString], ...] = ()
    """What it is called when it has so many digits, where one entry is for two numbers."""

    def name_of(self, text: str) -> str:
        """What this very number is called."""
        return str(dict(self.names).get(len(text), self.label))


_NAMED = (
    Entry("legal_name", _l("Legal name"), hint=_l("As in the register, with the legal form."), long=True),
    Entry("address", _l("Legal address"), long=True),
)
_SIGNED = (
    Entry("signatory", _l("Who signs"), hint=_l("First and last name.")),
    Entry("position", _l("Position"), hint=_l("Such as director.")),
    Entry(
        "authority",
        _l("Acts on the basis of"),
        hint=_l("Such as the Statute, or a power of attorney with its number and date."),
    ),
)
CONTRACT = (
    Entry("contract_number", _l("Number of the contract")),
    Entry("contract_date", _l("Date of the contract")),
)
PLACE = Entry("place", _l("Place where acts are made up"))
NO_VAT = Entry("vat_reason", _l("Why it pays no VAT"), needed=False)
_BANK = Entry("bank", _l("Bank"))
_NUMBERS: dict[Jurisdiction, tuple[Entry, ...]] = {
    Jurisdiction.UA: (
        Entry(
            "tax_id",
            _l("EDRPOU or RNOKPP"),
            check=numbers.edrpou_or_rnokpp,
            hint=_l("8 digits of a company, 10 of a person."),
            names=((8, _l("EDRPOU")), (10, _l("RNOKPP"))),
        ),
        Entry("vat_id", _l("VAT payer's tax number"), False, numbers.ukrainian_vat),
        Entry("account", _l("IBAN"), check=numbers.iban_of("UA")),
        _BANK,
    ),
    Jurisdiction.RU: (
        Entry("tax_id", _l("INN"), check=numbers.russian_inn, hint=_l("10 digits of a company, 12 of a person.")),
        Entry("kpp", _l("KPP"), False, numbers.russian_kpp, hint=_l("Of a company.")),
        Entry(
            "ogrn",
            _l("OGRN or OGRNIP"),
            False,
            numbers.russian_ogrn,
            names=((13, _l("OGRN")), (15, _l("OGRNIP"))),
        ),
        _BANK,
        Entry("bik", _l("BIK"), check=numbers.russian_bik),
        Entry("account", _l("Settlement account"), check=numbers.russian_account),
        Entry("correspondent", _l("Correspondent account"), False, numbers.russian_correspondent),
    ),
    Jurisdiction.KZ: (
        Entry("tax_id", _l("BIN or IIN"), check=numbers.kazakh_bin, hint=_l("12 digits.")),
        Entry("kbe", _l("Kbe"), False, numbers.kazakh_kbe),
        _BANK,
        Entry("bik", _l("BIK (BIC)"), check=numbers.bank_code),
        Entry("account", _l("IIK (IBAN)"), check=numbers.iban_of("KZ")),
    ),
    Jurisdiction.OTHER: (
        Entry("tax_id", _l("Registration number")),
        Entry(
            "vat_id",
            _l("VAT number"),
            False,
            numbers.vat_number,
            hint=_l("With the country's letters, such as PL5260001246."),
        ),
        _BANK,
        Entry("bik", _l("BIC"), False, numbers.bank_code),
        Entry("account", _l("Account"), check=numbers.any_account, hint=_l("IBAN, where there is one.")),
    ),
}
LANGUAGES: dict[Jurisdiction, str] = {
    Jurisdiction.UA: "uk",
    Jurisdiction.RU: "ru",
    Jurisdiction.KZ: "ru",
    Jurisdiction.OTHER: "en",
}
"""In which acts are written unless a business chose another."""


def jurisdiction_name(jurisdiction: Jurisdiction) -> str:
    names = {
        Jurisdiction.UA: _("Ukraine"),
        Jurisdiction.RU: _("Russia"),
        Jurisdiction.KZ: _("Kazakhstan"),
        Jurisdiction.OTHER: _("Another country"),
    }
    return names[jurisdiction]


def of_country(country: str) -> Jurisdiction:
    known = country.lower()
    return Jurisdiction(known) if known in set(Jurisdiction) else Jurisdiction.OTHER


def groups(jurisdiction: Jurisdiction) -> list[tuple[str, tuple[Entry, ...]]]:
    """The entries of a customer, by what they are about."""
    return [
        (_("The legal person"), _NAMED),
        (_("Tax office and bank"), _NUMBERS[jurisdiction]),
        (_("Signature"), _SIGNED),
        (_("Contract"), CONTRACT),
    ]


def of_customer(jurisdiction: Jurisdiction) -> Iterator[Entry]:
    """Every entry of a customer."""
    yield from (*_NAMED, *_NUMBERS[jurisdiction], *_SIGNED, *CONTRACT)


def of_executor(jurisdiction: Jurisdiction) -> Iterator[Entry]:
    yield from (*_NAMED, *_NUMBERS[jurisdiction], *_SIGNED, PLACE, NO_VAT)


def numbers_of(jurisdiction: Jurisdiction) -> tuple[Entry, ...]:
    """Those of tax office and bank, as they stand below a side's name."""
    return _NUMBERS[jurisdiction]


def missing(jurisdiction: Jurisdiction, details: Mapping[str, str]) -> list[Entry]:
    """What an act needs of a customer and does not have."""
    company = jurisdiction is Jurisdiction.RU and len(details.get("tax_id", "")) == 10
    needed = (each for each in of_customer(jurisdiction) if each.needed or (company and each.name == "kpp"))
    return [each for each in needed if not details.get(each.name)]


def faults(jurisdiction: Jurisdiction, details: Details) -> dict[str, str]:
    """Entry → why it cannot be so, of those that are given."""
    found = {}
    for each in of_customer(jurisdiction):
        if each.check and details.get(each.name):
            try:
                each.check(details[each.name], details)
            except ValueError as error:
                found[each.name] = str(error)
    return found
