"""Made-up people: names, phones, e-mails, cards. Phones and cards are unique in a business by their number in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from app.demo.names import NAMES, latin

_LANGUAGES = ("uk", "ru", "en")
_UKRAINE = (72, 17, 11)
_MAILBOXES = (
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "ukr.net",
    "ukr.net",
    "i.ua",
    "meta.ua",
    "outlook.com",
    "icloud.com",
)
_SHARE_WITH_EMAIL = 0.46
_SHARE_WITH_CARD = 0.28

# Codes of operators, each with 10,000,000 subscriber numbers.
_OPERATORS = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")
_SUBSCRIBERS = 10_000_000
# Multiplying by a number without a factor in common with the whole visits every number once, far from the last.
_PHONE_STEP = 74_368_783
# Codes of areas of the north-east of the United States.
_AREAS: tuple[int, ...] = (
    212,
    646,
    917,
    718,
    347,
    929,
    914,
    516,
    631,
    845,
    201,
    551,
    732,
    848,
    856,
    609,
    908,
    973,
    862,
    203,
    475,
)
_AREAS += (860, 959, 401, 413, 508, 617, 857, 781, 339, 978, 351)
_CARDS = 90_000_000
_CARD_STEP = 57_885_161


@dataclass(slots=True)
class Person:
    first_name: str
    last_name: str
    language: str
    phone: str
    email: str
    cards: list[str]


class People:
    """Draws people of one business; `seed` decides who gets which phone and card."""

    def __init__(self, seed: int, country: str = "UA") -> None:
        self._seed = seed
        self._american = country == "US"
        self._shares = (0, 0, 1) if self._american else _UKRAINE
        self._weights = {language: tuple(_falling(len(names)) for names in NAMES[language]) for language in _LANGUAGES}

    def draw(self, rng: Random, number: int) -> Person:
        """The person that bears a number, counted from 0, in the business."""
        language = rng.choices(_LANGUAGES, self._shares)[0]
        woman = rng.random() < 0.58
        men, women, families = NAMES[language]
        men_weights, women_weights, family_weights = self._weights[language]
        first = (
            rng.choices(women, cum_weights=women_weights)[0] if woman else rng.choices(men, cum_weights=men_weights)[0]
        )
        last = rng.choices(families, cum_weights=family_weights)[0][woman]
        if rng.random() < 0.03:
            last = ""
        email = _email(rng, first, last) if rng.random() < _SHARE_WITH_EMAIL else ""
        phone = self._american_phone(number) if self._american else self._ukrainian_phone(number)
        return Person(first, last, language, phone, email, self._cards(rng, number))

    def _ukrainian_phone(self, number: int) -> str:
        whole = len(_OPERATORS) * _SUBSCRIBERS
        operator, subscriber = divmod(
            (number * _PHONE_STEP + self._seed * 1_299_709 + 36_210_457) % whole, _SUBSCRIBERS
        )
        return f"+380{_OPERATORS[operator]}{subscriber:07d}"

    def _american_phone(self, number: int) -> str:
        """A number of the exchange 555 that is set aside for fiction: +1 <area> 555 01xx."""
        area, line = divmod(number, 100)
        return f"+1{_AREAS[area]}55501{line:02d}"

    def _cards(self, rng: Random, number: int) -> list[str]:
        if rng.random() >= _SHARE_WITH_CARD:
            return []
        count = 2 if rng.random() < 0.06 else 1
        return [str(10_000_000 + (2 * number + each + self._seed) * _CARD_STEP % _CARDS) for each in range(count)]


def _falling(count: int) -> list[float]:
    """Cumulated weights by which the first of a list are the most frequent."""
    return list(accumulate(1 / (place + 9) ** 0.85 for place in range(count)))


def _email(rng: Random, first: str, last: str) -> str:
    name, family = latin(first), latin(last)
    if family:
        name = rng.choice((f"{name}.{family}", f"{name[0]}.{family}", f"{family}.{name}", f"{family}{name[0]}"))
    if rng.random() < 0.6:
        name += str(rng.randrange(1, 100)) if rng.random() < 0.5 else str(rng.randrange(1965, 2009))
    return f"{name}@{rng.choice(_MAILBOXES)}"
