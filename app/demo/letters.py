"""What customers were sent and given: welcomes, notices of their latest sales, two messages to many, offers.

Not every sale of every year has its notice, only those of the last weeks for some of the customers: a history of ten
million sales needs no ten million messages to be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from app.demo.book import Sale
from app.demo.calendar import DAY
from app.demo.shoppers import Customer, Shop
from app.demo.words import NOTICES, WELCOMES, Words
from app.lib.sms import segments
from app.messaging.models import Channel, Direction, MessageKind, MessageStatus, Reason
from app.transactions.models import Kind

NOTICED_DAYS = 90
"""Sales of so many days before the end have notices."""
_SHARE_NOTICED = 0.35
_WELCOMED_DAYS = 365
_SHARE_GIVEN = 0.2
_SHARE_READ = 0.6
_STATUSES = [MessageStatus.DELIVERED] * 93 + [MessageStatus.SENT] * 3 + [MessageStatus.FAILED] * 3
_STATUSES.append(MessageStatus.UNKNOWN)
_REASONS = {MessageStatus.FAILED: Reason.REFUSED, MessageStatus.UNKNOWN: Reason.NO_ANSWER}
_NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is to be written; `key` makes it one of its kind."""

    at: int
    kind: MessageKind
    key: str
    title: str
    text: str
    sale: Sale | None = None
    ends: int = 0
    user: int | None = None


class Letters:
    """Writes the messages and offers of one customer after another, as rows for COPY."""

    def __init__(self, shop: Shop, rng: Random, rows: dict[str, list[str]]) -> None:
        self._shop = shop
        self._rng = rng
        self._rows = rows
        self._places = {place.id: place.name for place in shop.structure.places}
        self._noticed_since = shop.calendar.end - NOTICED_DAYS * DAY

    def write(self, customer: Customer, sales: list[Sale]) -> None:
        if self._rng.random() < _SHARE_NOTICED:
            self._write_messages(customer, sales)
        for number in range(len(self._shop.plan.offers)):
            if self._rng.random() < _SHARE_GIVEN:
                self._give(customer, number)

    def _write_messages(self, customer: Customer, sales: list[Sale]) -> None:
        language = customer.person.language
        bought = [sale for sale in sales if sale.kind == Kind.SALE]
        if bought and bought[0].at > self._shop.calendar.end - _WELCOMED_DAYS * DAY:
            title, text = self._words(WELCOMES, language)
            at = bought[0].at + 5
            self._message(customer, Letter(at, MessageKind.WELCOME, f"welcome:{customer.id}", title, text, bought[0]))
        for sale in bought:
            if sale.at > self._noticed_since:
                self._notify(customer, sale)
        for number, bulk in enumerate(self._shop.plan.bulk):
            at, ends = ((self._shop.calendar.end // DAY + days) * DAY + 12 * 3600 for days in (bulk.sent, bulk.ends))
            if customer.habit.registered < at and self._rng.random() < bulk.share:
                title, text = self._words(bulk.words, language)
                key = f"bulk:{number}:{customer.id}"
                letter = Letter(at, MessageKind.BULK, key, title, text, ends=ends, user=self._shop.operator)
                self._message(customer, letter)

    def _notify(self, customer: Customer, sale: Sale) -> None:
        title, text = self._words(NOTICES, customer.person.language)
        text = text.format(
            place=self._places[sale.place],
            paid=f"{(sale.gross - sale.discount) / 100:.2f} {self._shop.plan.currency}",
            points=f"{sale.points_earned / 100:g}",
        )
        self._message(customer, Letter(sale.at + 3, MessageKind.TRANSACTION, f"sale:{sale.id}", title, text, sale))

    def _words(self, words: Words, language: str) -> tuple[str, str]:
        names = self._shop.plan.programs[0].public_names
        program = names.get(language) or next(iter(names.values()))
        title, text = words[language]
        return title.replace("{program}", program), text.replace("{program}", program)

    def _message(self, customer: Customer, letter: Letter) -> None:
        rng, text = self._rng, self._shop.calendar.text
        channel = Channel.PUSH if customer.app_installed else Channel.SMS
        status = _STATUSES[int(rng.random() * len(_STATUSES))]
        read = letter.at + 60 + int(rng.expovariate(1 / (6 * 3600)))
        is_read = customer.app_installed and rng.random() < _SHARE_READ and read < self._shop.calendar.end
        sale = letter.sale
        self._rows["message"].append(
            f"{self._shop.structure.business}\t{customer.id}\t{Direction.OUT:d}\t{letter.kind:d}\t{channel:d}"
            f"\t{letter.title}\t{letter.text}\t{customer.person.language}"
            f"\t{len(segments(letter.text)) if channel is Channel.SMS else 0}\t{status:d}\t{letter.key}"
            f"\t{_REASONS.get(status, '')}\tsimulator"
            f"\t{sale.place if sale else _NULL}\t{sale.terminal if sale else _NULL}"
            f"\t{_NULL if letter.user is None else letter.user}\t{text(letter.at)}\t{text(letter.at + 2)}"
            f"\t{text(letter.ends) if letter.ends else _NULL}\t{text(read) if is_read else _NULL}\n"
        )

    def _give(self, customer: Customer, number: int) -> None:
        """Gives one of the offers; who likes what is free redeems it now and then."""
        rng, calendar, plan = self._rng, self._shop.calendar, self._shop.plan.offers[number]
        first, last = plan.moments(calendar.end)
        over = min(last, calendar.end)
        since = max(first + DAY, customer.habit.registered)
        if since + DAY >= over:
            return
        at = calendar.draw(rng, since, min(since + 10 * DAY, over))
        redeemed = calendar.draw(rng, at, over)
        done = not plan.points and rng.random() < 0.4 and at < redeemed < over
        lapsed = not done and last <= calendar.end
        self._rows["customer_offer"].append(
            f"{self._shop.structure.business}\t{customer.id}\t{customer.id}\t{self._shop.structure.offers[number]}"
            f"\t{calendar.text(at)}"
            f"\t{_NULL if self._shop.operator is None else self._shop.operator}"
            f"\t{calendar.text(redeemed) if done else _NULL}\t{customer.home.id if done else _NULL}"
            f"\t{calendar.text(last) if lapsed else _NULL}\n"
        )
