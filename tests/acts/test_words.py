"""Amounts written out, in the language of the act and the currency of the business (BI-4)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from app.acts.lines import vat_within
from app.acts.words import amount_in_words


@pytest.mark.parametrize(
    ("language", "currency", "amount", "words"),
    [
        ("uk", "UAH", 1_164_782, "Одинадцять тисяч шістсот сорок сім гривень 82 копійки"),
        ("uk", "UAH", 100_201, "Одна тисяча дві гривні 01 копійка"),
        ("uk", "UAH", 100_000_000, "Один мільйон гривень 00 копійок"),
        ("uk", "UAH", 5, "Нуль гривень 05 копійок"),
        ("uk", "USD", 2_150, "Двадцять один долар США 50 центів"),
        ("uk", "KZT", 300_100, "Три тисячі один теньге 00 тиїнів"),
        ("ru", "RUB", 2_205, "Двадцать два рубля 05 копеек"),
        ("ru", "UAH", 100_000_000, "Один миллион гривен 00 копеек"),
        ("ru", "UAH", 2_100, "Двадцать одна гривна 00 копеек"),
        ("ru", "KZT", 1_164_701, "Одиннадцать тысяч шестьсот сорок семь тенге 01 тиын"),
        ("ru", "RUB", -16_960, "Минус сто шестьдесят девять рублей 60 копеек"),
        ("en", "UAH", 1_164_782, "Eleven thousand, six hundred and forty-seven hryvnias 82 kopiykas"),
        ("en", "USD", 101, "One US dollar 01 cent"),
        ("en", "EUR", 200, "Two euros 00 euro cents"),
    ],
)
def test_known_currencies(app: Flask, language: str, currency: str, amount: int, words: str) -> None:
    """BI-4: in figures and in words; one and two agree with hryvnias, roubles and tenge."""
    with app.app_context(), force_locale(language):
        assert amount_in_words(amount, currency) == words


def test_a_currency_without_decimals_has_no_coins(app: Flask) -> None:
    """BI-4: and one whose coins have no name here says them as a fraction."""
    with app.app_context():
        with force_locale("en"):
            assert amount_in_words(1_234, "JPY") == "One thousand, two hundred and thirty-four Japanese yen"
            assert amount_in_words(123_450, "PLN").endswith(" 50/100")
        with force_locale("ru"):
            assert amount_in_words(2_002, "JPY").startswith("Две тысячи две японские иены")


@pytest.mark.parametrize(
    ("amount", "rate", "vat"),
    [
        (12_000, 2_000, 2_000),
        (1_536_514, 2_000, 256_086),
        (-20_352, 2_000, -3_392),
        (3, 2_000, 1),
        (100, None, 0),
        (7, 0, 0),
    ],
)
def test_vat_is_within_the_amount(amount: int, rate: int | None, vat: int) -> None:
    """BI-4: half of the smallest unit goes away from zero."""
    assert vat_within(amount, rate) == vat
