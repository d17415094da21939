"""Rows as text for COPY, table by table, in an order in which every reference stands before what refers to it."""

from __future__ import annotations

from app.customers.search import document
from app.demo.book import Movement, Portion, Sale
from app.demo.calendar import FOREVER, NEVER, Calendar
from app.demo.shoppers import Customer
from app.demo.structure import Structure
from app.demo.told import Told
from app.demo.wallets import Holding
from app.lib.collation import sort_key
from app.loyalty.models import Access
from app.transactions.models import Status

COLUMNS = {
    "customer": "business_id id phone first_name last_name first_name_key last_name_key name_key email birthday"
    " language registered_at registered_point_of_sale_id confirmed app_installed card_count tag_count created_at",
    "customer_search": "business_id customer_id document",
    "card": "business_id id customer_id number created_at",
    "tag": "business_id customer_id key value created_at",
    "answer": "business_id customer_id field_id words words_key number day yes choice_id",
    "consent": "business_id customer_id kind granted at user_id",
    "enrolment": "business_id program_id customer_id category_id category_by_hand access enrolled_at",
    "transaction": "business_id id customer_id program_id point_of_sale_id terminal_id kind source status at gross"
    " discount points_paid account_paid points_earned user_id cancelled_at",
    "transaction_line": "business_id transaction_id number code name quantity gross discount good_id",
    "ledger_entry": "business_id id customer_id wallet_id kind amount balance_after at key point_of_sale_id"
    " transaction_id reverses_id user_id note",
    "lot": "business_id id customer_id wallet_id entry_id amount remaining expires_at title",
    "lot_use": "business_id entry_id lot_id amount",
    "balance": "business_id wallet_id customer_id amount expiring_at expiring",
    "message": "business_id customer_id direction kind channel title text language segments status dedupe_key reason"
    " gateway point_of_sale_id terminal_id user_id created_at distributed_at ends_at read_at",
    "customer_offer": "business_id customer_id holder_id offer_id given_at user_id redeemed_at"
    " redeemed_point_of_sale_id lapsed_at",
    "customer_stats": "business_id scope_id customer_id sales_count amount average first_at last_at",
    "customer_good": "business_id customer_id good_id scope_id sales_count",
}
Rows = dict[str, str]
"""Table → its rows."""

_NULL = "\\N"
_VALUES = ("words", "words_key", "number", "day", "yes", "choice_id")


class Texts:
    """Formats the rows of one business."""

    def __init__(self, structure: Structure, calendar: Calendar) -> None:
        self._business = structure.business
        self._goods = structure.goods
        self._calendar = calendar
        self._text = calendar.text
        self.rows: dict[str, list[str]] = {table: [] for table in COLUMNS}

    def customer(self, customer: Customer, tags: list[tuple[str, str, int]], first_card: int) -> None:
        person, registered = customer.person, self._text(customer.habit.registered)
        place = customer.registered_at.id if customer.registered_at else _NULL
        year, month, day = customer.birthday or (0, 0, 0)
        self.rows["customer"].append(
            f"{self._business}\t{customer.id}\t{person.phone}\t{person.first_name}\t{person.last_name}"
            f"\t{sort_key(person.first_name)}\t{sort_key(person.last_name)}"
            f"\t{sort_key(person.last_name, person.first_name)}\t{person.email}"
            f"\t{f'{year}-{month:02d}-{day:02d}' if year else _NULL}\t{person.language}\t{registered}\t{place}"
            f"\t{_flag(customer.confirmed)}\t{_flag(customer.app_installed)}\t{len(person.cards)}\t{len(tags)}"
            f"\t{registered}\n"
        )
        self.rows["customer_search"].append(f"{self._business}\t{customer.id}\t{self._document(customer)}\n")
        self.rows["card"] += (
            f"{self._business}\t{number}\t{customer.id}\t{card}\t{registered}\n"
            for number, card in enumerate(person.cards, first_card)
        )
        self.rows["tag"] += (
            f"{self._business}\t{customer.id}\t{key}\t{value}\t{self._text(at)}\n" for key, value, at in tags
        )

    def told(self, customer: Customer, told: Told) -> None:
        self.rows["answer"] += (
            f"{self._business}\t{customer.id}\t{each.question}\t"
            + "\t".join(each.values.get(column, _NULL) for column in _VALUES)
            + "\n"
            for each in told.answers()
        )
        at = self._text(customer.habit.registered)
        self.rows["consent"] += (
            f"{self._business}\t{customer.id}\t{kind:d}\t{_flag(granted)}\t{at}\t{_NULL}\n"
            for kind, granted in told.consents()
        )

    def enrolment(self, customer: Customer, program: int, category: int, by_hand: bool, access: Access) -> None:
        self.rows["enrolment"].append(
            f"{self._business}\t{program}\t{customer.id}\t{category}\t{_flag(by_hand)}\t{access:d}"
            f"\t{self._text(customer.habit.registered)}\n"
        )

    def sale(self, sale: Sale) -> None:
        status, cancelled = Status.COMPLETED, _NULL
        if sale.cancelled_at:
            status, cancelled = Status.CANCELLED, self._text(sale.cancelled_at)
        self.rows["transaction"].append(
            f"{self._business}\t{sale.id}\t{sale.customer}\t{sale.program}\t{sale.place}\t{sale.terminal}"
            f"\t{sale.kind:d}\t{sale.source:d}\t{status:d}\t{self._text(sale.at)}\t{sale.gross}\t{sale.discount}"
            f"\t{sale.points_paid}\t{sale.account_paid}\t{sale.points_earned}\t{_or_null(sale.user)}\t{cancelled}\n"
        )
        lines = self.rows["transaction_line"]
        for number, line in enumerate(sale.lines, 1):
            lines.append(
                f"{self._business}\t{sale.id}\t{number}\t{line.good.code}\t{line.name}\t{line.quantity}"
                f"\t{line.gross}\t{line.discount}\t{self._goods[line.good.code]}\n"
            )

    def movement(self, movement: Movement) -> None:
        sale, reverses = movement.sale, movement.reverses
        key = movement.key.replace("%", str(movement.subject.id))
        self.rows["ledger_entry"].append(
            f"{self._business}\t{movement.id}\t{movement.customer}\t{movement.wallet}\t{movement.kind:d}"
            f"\t{movement.amount}\t{movement.balance_after}\t{self._text(movement.at)}\t{key}"
            f"\t{_or_null(movement.place)}\t{sale.id if sale else _NULL}\t{reverses.id if reverses else _NULL}"
            f"\t{_or_null(sale.user if sale else None)}\t{movement.note}\n"
        )
        if movement.takings and (not reverses or movement.amount < 0):
            self.rows["lot_use"] += (
                f"{self._business}\t{movement.id}\t{portion.id}\t{amount}\n" for portion, amount in movement.takings
            )

    def portion(self, portion: Portion) -> None:
        movement = portion.movement
        expires = _NULL if portion.expires == FOREVER else self._text(portion.expires)
        self.rows["lot"].append(
            f"{self._business}\t{portion.id}\t{movement.customer}\t{movement.wallet}\t{movement.id}"
            f"\t{portion.amount}\t{portion.remaining}\t{expires}\t{portion.title}\n"
        )

    def balance(self, holding: Holding) -> None:
        at, amount = holding.soonest()
        self.rows["balance"].append(
            f"{self._business}\t{holding.wallet}\t{holding.customer}\t{holding.balance}"
            f"\t{NEVER if at == FOREVER else self._text(at)}\t{amount}\n"
        )

    def _document(self, customer: Customer) -> str:
        person = customer.person
        text = document(
            self._business,
            first_name=person.first_name,
            last_name=person.last_name,
            phone=person.phone,
            email=person.email,
            cards=person.cards,
        )
        return text.replace("\\", "\\\\")


def _flag(value: bool) -> str:
    return "t" if value else "f"


def _or_null(number: int | None) -> str:
    return _NULL if number is None else str(number)
