"""Numbers of tax offices and banks: written plainly, their length and check digits looked at (BI-3).

Each function takes what was typed and what else was, and answers with the number as it is kept. It raises ValueError
with words for who typed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from stdnum import bic, iban
from stdnum.eu import vat as european_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as british_vat
from stdnum.ru import inn, ogrn
from stdnum.ua import edrpou, rntrc

Typed = Mapping[str, str]
Check = Callable[[str, Typed], str]

_FILLING = re.compile(r"[\s\-./]+")


def edrpou_or_rnokpp(text: str, _typed: Typed) -> str:
    """Of a company 8 digits, of a person 10."""
    digits = _plain(text)
    if len(digits) == 10:
        return _checked(rntrc.validate, digits, _("No RNOKPP: its check digit is another. Look for a mistyped digit."))
    if len(digits) != 8:
        raise ValueError(_("An EDRPOU code has 8 digits, an RNOKPP 10."))
    return _checked(
        edrpou.validate, digits, _("No EDRPOU code: its check digit is another. Look for a mistyped digit.")
    )


def ukrainian_vat(text: str, typed: Typed) -> str:
    """Of a company 12 digits, of a person its RNOKPP."""
    digits = _digits(text, 10, 12, words=_("The tax number of a VAT payer has 12 digits, of a person 10."))
    return edrpou_or_rnokpp(digits, typed) if len(digits) == 10 else digits


def russian_inn(text: str, _typed: Typed) -> str:
    """Of a company 10 digits, of a person 12."""
    digits = _digits(text, 10, 12, words=_("An INN has 10 digits, of a person 12."))
    return _checked(inn.validate, digits, _("No INN: its check digits are others. Look for a mistyped digit."))


def russian_kpp(text: str, typed: Typed) -> str:
    found = _plain(text)
    if len(_plain(typed.get("tax_id", ""))) == 12:
        raise ValueError(_("A person has no KPP. Leave it blank."))
    if not re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", found):
        raise ValueError(_("A KPP has 9 digits."))
    return found


def russian_ogrn(text: str, _typed: Typed) -> str:
    digits = _digits(text, 13, 15, words=_("An OGRN has 13 digits, an OGRNIP 15."))
    return _checked(ogrn.validate, digits, _("No OGRN: its check digit is another. Look for a mistyped digit."))


def russian_bik(text: str, _typed: Typed) -> str:
    digits = _digits(text, 9, words=_("A BIK has 9 digits."))
    if digits[:2] not in ("00", "01", "02", "04"):
        raise ValueError(_("A BIK begins with 04."))
    return digits


def russian_account(text: str, typed: Typed) -> str:
    """Its key proves it against the bank's BIK."""
    return _russian_key(text, _plain(typed.get("bik", ""))[-3:])


def russian_correspondent(text: str, typed: Typed) -> str:
    return _russian_key(text, "0" + _plain(typed.get("bik", ""))[4:6])


def kazakh_bin(text: str, _typed: Typed) -> str:
    """BIN of a company, IIN of a person: the twelfth digit checks the others."""
    digits = _digits(text, 12, words=_("A BIN or IIN has 12 digits."))
    if _kazakh_check(digits[:11]) != int(digits[11]):
        raise ValueError(_("No BIN or IIN: its check digit is another. Look for a mistyped digit."))
    return digits


def kazakh_kbe(text: str, _typed: Typed) -> str:
    return _digits(text, 2, words=_("A Kbe has 2 digits."))


def vat_number(text: str, _typed: Typed) -> str:
    """Of the European Union and of Great Britain its check digits are proved; others are kept as they are."""
    found = _plain(text)
    known = found[:2].lower() in {*european_vat.MEMBER_STATES, "el", "xi"}
    if known or found.startswith("GB"):
        check = british_vat.validate if found.startswith("GB") else european_vat.validate
        _checked(check, found, _("No VAT number of this country: look for a mistyped digit."))
    return found


def iban_of(country: str) -> Check:
    """An IBAN of one country."""

    def check(text: str, typed: Typed) -> str:
        found = any_iban(text, typed)
        if not found.startswith(country):
            raise ValueError(_("An account there begins with %(country)s.", country=country))
        return found

    return check


def any_iban(text: str, _typed: Typed) -> str:
    return _checked(
        iban.validate, _plain(text), _("No IBAN: its length or check digits are others. Look for a mistyped digit.")
    )


def any_account(text: str, typed: Typed) -> str:
    """An IBAN where it begins as one, else what the bank calls the account."""
    return any_iban(text, typed) if re.match(r"[A-Za-z]{2}[0-9]{2}", _plain(text)) else text


def bank_code(text: str, _typed: Typed) -> str:
    return _checked(bic.validate, _plain(text), _("A BIC has 8 or 11 letters and digits, such as KCJBKZKX."))


def _plain(text: str) -> str:
    """Without what people write between digits."""
    return _FILLING.sub("", text).upper()


def _digits(text: str, *lengths: int, words: str) -> str:
    digits = _plain(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) in lengths):
        raise ValueError(words)
    return digits


def _checked(validate: Callable[[str], str], number: str, words: str) -> str:
    try:
        return str(validate(number))
    except ValidationError:
        raise ValueError(words) from None


def _russian_key(text: str, bank: str) -> str:
    """Weights 7, 1, 3 over the bank's three digits and the account's twenty (Bank of Russia, 515)."""
    digits = _digits(text, 20, words=_("An account has 20 digits."))
    if len(bank) != 3 or not bank.isdigit():
        raise ValueError(_("Enter the BIK too: the account is checked by it."))
    if sum(int(digit) * weight for digit, weight in zip(bank + digits, (7, 1, 3) * 8, strict=False)) % 10:
        raise ValueError(_("This account is not of the bank with this BIK. Look for a mistyped digit in either."))
    return digits


def _kazakh_check(digits: str) -> int:
    """Modulo 11, once more with other weights where that leaves 10; 10 again is no number's."""
    for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
        rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return -1
