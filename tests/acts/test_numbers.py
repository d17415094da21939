"""Numbers of tax offices and banks: right ones pass however they are written, a mistyped digit is found (BI-3)."""

from __future__ import annotations

import pytest
from flask import Flask

from app.acts import numbers
from app.acts.jurisdictions import faults, missing, of_country
from app.acts.models import Jurisdiction
from app.acts.numbers import Check
from tests.acts.papers import CUSTOMERS

SBERBANK = {"bik": "044525225"}
RIGHT: list[tuple[Check, str, dict[str, str]]] = [
    (numbers.edrpou_or_rnokpp, "32855961", {}),
    (numbers.edrpou_or_rnokpp, "1759013776", {}),
    (numbers.ukrainian_vat, "328559626518", {}),
    (numbers.russian_inn, "7707083893", {}),
    (numbers.russian_inn, "500100732259", {}),
    (numbers.russian_kpp, "773601001", {"tax_id": "7707083893"}),
    (numbers.russian_ogrn, "1027700132195", {}),
    (numbers.russian_bik, "044525225", {}),
    (numbers.russian_account, "40702810200000000001", SBERBANK),
    (numbers.russian_correspondent, "30101810400000000225", SBERBANK),
    (numbers.kazakh_bin, "940140000385", {}),
    (numbers.kazakh_kbe, "17", {}),
    (numbers.vat_number, "PL5260001246", {}),
    (numbers.vat_number, "GB980780684", {}),
    (numbers.vat_number, "CHE107787577", {}),
    (numbers.iban_of("UA"), "UA213223130000026007233566001", {}),
    (numbers.iban_of("KZ"), "KZ86125KZT5004100100", {}),
    (numbers.any_account, "PL61109010140000071219812874", {}),
    (numbers.any_account, "12-3456-7890", {}),
    (numbers.bank_code, "HSBKKZKX", {}),
]
CHECKED = {numbers.russian_kpp, numbers.kazakh_kbe, numbers.russian_bik, numbers.bank_code, numbers.ukrainian_vat}


@pytest.mark.parametrize(("check", "number", "typed"), RIGHT)
def test_a_right_number_passes(app: Flask, check: Check, number: str, typed: dict[str, str]) -> None:
    """BI-3"""
    with app.test_request_context():
        assert check(number, typed) == number


@pytest.mark.parametrize(("check", "number", "typed"), [each for each in RIGHT if each[0] not in CHECKED])
def test_any_other_last_digit_is_found(app: Flask, check: Check, number: str, typed: dict[str, str]) -> None:
    """BI-3"""
    if not number[-1].isdigit() or number in ("CHE107787577", "12-3456-7890"):
        return
    with app.test_request_context():
        for other in "0123456789".replace(number[-1], ""):
            assert not _passes(check, number[:-1] + other, typed), other


def test_numbers_may_be_written_with_blanks(app: Flask) -> None:
    with app.test_request_context():
        assert numbers.iban_of("UA")("ua21 3223 1300 0002 6007 2335 6600 1", {}) == "UA213223130000026007233566001"
        assert numbers.russian_account("407.02.810.2.00000000001", SBERBANK) == "40702810200000000001"


def test_an_account_of_another_country_or_bank_is_refused(app: Flask) -> None:
    with app.test_request_context():
        for check, number, typed in (
            (numbers.iban_of("UA"), "KZ86125KZT5004100100", {}),
            (numbers.russian_account, "40702810200000000001", {"bik": "044525974"}),
            (numbers.russian_account, "40702810200000000001", {}),
            (numbers.russian_kpp, "773601001", {"tax_id": "500100732259"}),
            (numbers.any_account, "GB00WEST12345698765432", {}),
        ):
            assert not _passes(check, number, typed), number


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_each_jurisdiction_has_entries_of_its_own(app: Flask, jurisdiction: Jurisdiction) -> None:
    """BI-3: what it needs is complete with these, and missing without any one that is needed."""
    with app.test_request_context():
        details = CUSTOMERS[jurisdiction]
        assert faults(jurisdiction, details) == {}
        assert missing(jurisdiction, details) == []
        for entry in missing(jurisdiction, {}):
            less = {name: text for name, text in details.items() if name != entry.name}
            assert [each.name for each in missing(jurisdiction, less)] == [entry.name]


def test_a_country_without_a_layout_has_the_neutral_one() -> None:
    assert [of_country(code) for code in ("UA", "RU", "KZ", "PL")] == list(Jurisdiction)


def _passes(check: Check, number: str, typed: dict[str, str]) -> bool:
    try:
        check(number, typed)
    except ValueError:
        return False
    return True
