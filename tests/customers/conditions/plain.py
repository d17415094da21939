"""What conditions mean, said once more in plain Python over plain records, by the rules (CT-2, CT-7, PR-3).

It knows nothing of SQL nor of how conditions are made into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.customers.conditions.nodes import Condition, Group, Joint, Node
from app.loyalty.models import FieldKind

KYIV = ZoneInfo("Europe/Kyiv")


@dataclass(frozen=True)
class Sale:
    at: datetime
    program: int
    place: int
    terminal: int
    amount: int
    goods: tuple[int, ...] = ()


@dataclass(frozen=True)
class Held:
    """What lies in a wallet, and the part of it that expires soonest."""

    amount: int
    expiring: int = 0
    expires: datetime | None = None


@dataclass(frozen=True)
class Got:
    """A message that went out: of a bulk action or not, seen at a place or by the whole brand."""

    at: datetime
    kind: str
    batch: int | None = None
    place: int | None = None
    left: bool = True
    """Whether it reached the customer, or is on its way."""


@dataclass
class Person:
    """A customer, as the business knows it."""

    first_name: str
    last_name: str
    phone: str
    email: str
    cards: tuple[str, ...]
    birthday: date | None
    tags: dict[str, str]
    registered_at: datetime
    registered_place: int | None
    confirmed: bool
    app_installed: bool
    standings: dict[int, tuple[int, int]]
    """Program → category and access."""
    held: dict[int, Held]
    sales: list[Sale]
    answers: dict[int, Any]
    coupons: tuple[int, ...] = ()
    """The series of those in hand."""
    offers: tuple[int, ...] = ()
    messages: tuple[Got, ...] = ()
    id: int = 0


@dataclass(frozen=True)
class Look:
    """Who looks at the table, on which day, in which scope."""

    today: date
    default_program: int
    wallets: Mapping[int, int] = field(hash=False)
    """Program → where its points lie."""
    questions: Mapping[int, FieldKind] = field(hash=False)
    segments: Mapping[int, Group] = field(hash=False)
    goods: Mapping[int, tuple[str, int | None]] = field(hash=False)
    """Good → its code and group."""
    own: frozenset[int] | None = None
    """The points of sale of a location operator; None for who sees all."""
    program: int | None = None
    place: int | None = None
    terminal: int | None = None

    @property
    def shown_program(self) -> int:
        return self.program or self.default_program

    def lists(self, person: Person) -> bool:
        """Whether the table without conditions has this customer (CT-2, CT-3, PR-3)."""
        if self.place or self.terminal:
            return bool(self.counted(person))
        known = self.own is None or person.registered_place in self.own or any(self._seen(person.sales))
        return known and (self.program is None or self.program in person.standings)

    def counted(self, person: Person) -> list[Sale]:
        """The sales that the figures of the scope are of."""
        return [
            sale
            for sale in self.of_program(person)
            if self.place in (None, sale.place) and self.terminal in (None, sale.terminal)
        ]

    def of_program(self, person: Person) -> list[Sale]:
        return [sale for sale in self._seen(person.sales) if self.program in (None, sale.program)]

    def _seen(self, sales: list[Sale]) -> list[Sale]:
        return [sale for sale in sales if self.own is None or sale.place in self.own]


def holds(node: Node, person: Person, look: Look) -> bool:
    """Whether a filter holds for a customer. An empty group does for everyone."""
    if isinstance(node, Group):
        found = [holds(each, person, look) for each in node.members]
        return any(found) if node.joint is Joint.OR and found else all(found)
    assert isinstance(node, Condition)
    match node.operator:
        case "missing":
            return not holds(replace(node, operator="exists"), person, look)
        case "differs":
            return not holds(replace(node, operator="equals"), person, look)
        case "in":
            each = [replace(node, operator="equals", values=(value,)) for value in node.values]
            return any(holds(one, person, look) for one in each)
    one_holds, known = asked_of(node, person, look)
    return any(one_holds(node.operator, value, node.values, look) for value in known if value is not None)


Holds = Callable[[str, Any, tuple[str, ...], Look], bool]


def asked_of(condition: Condition, person: Person, look: Look) -> tuple[Holds, list[Any]]:
    """How values of a field are compared, and those that a customer has."""
    key, sales = condition.field, look.counted(person)
    points = person.held.get(look.wallets[look.shown_program], Held(0))
    category, access = person.standings.get(look.shown_program, (None, None))
    seen = look.own is None or person.registered_place in look.own
    got = [each for each in person.messages if each.left and (look.own is None or each.place in (None, *look.own))]
    bought = [good for sale in sales for good in sale.goods]
    if key.startswith("answer_"):
        number = int(key.removeprefix("answer_"))
        return ANSWERS[look.questions[number]], [person.answers.get(number)]
    if key.startswith("account_"):
        held = person.held.get(int(key.removeprefix("account_")))
        return money, [held and held.amount]
    known: dict[str, tuple[Holds, list[Any]]] = {
        "segment": (belongs, [person]),
        "phone": (phone, [person.phone]),
        "first_name": (words, [person.first_name]),
        "last_name": (words, [person.last_name]),
        "email": (words, [person.email]),
        "cards": (card, list(person.cards)),
        "birthday": (yearly, [person.birthday]),
        "tag": (words, [person.tags.get(condition.about)]),
        "category": (choice, [category]),
        "access": (choice, [access]),
        "sales_count": (number_of(0), [len(sales)]),
        "amount": (money, [sum(sale.amount for sale in sales)]),
        "average": (money, [average(sales)]),
        "first_at": (moment, [min((sale.at for sale in sales), default=None)]),
        "last_at": (moment, [max((sale.at for sale in sales), default=None)]),
        "days": (days_since, [max((sale.at for sale in sales), default=None)]),
        "bought_at": (choice, [sale.place for sale in look.of_program(person)]),
        "bought_good": (choice, bought),
        "bought_group": (choice, [look.goods[each][1] for each in bought]),
        "bought_code": (words, [look.goods[each][0] for each in bought]),
        "coupons": (number_of(0), [len(person.coupons)]),
        "offers": (number_of(0), [len(person.offers)]),
        "coupon_series": (choice, list(person.coupons)),
        "offer": (choice, list(person.offers)),
        **{name: (moment, [each.at for each in got if each.kind in kinds]) for name, kinds in MESSAGES.items()},
        "message": (choice, [each.batch for each in got]),
        "points": (number_of(2), [points.amount]),
        "expiring": (number_of(2), [points.expiring]),
        "expiring_at": (moment, [points.expires]),
        "registered_at": (moment, [person.registered_at]),
        "registered_place": (choice, [person.registered_place if seen else None]),
        "confirmed": (yes_no, [person.confirmed]),
        "app_installed": (yes_no, [person.app_installed]),
    }
    return known[key]


KINDS = ("bulk", "news", "coupon", "sale", "welcome")
MESSAGES = {"message_at": (*KINDS, "pin"), **{f"message_{each}_at": (each,) for each in KINDS}}


def belongs(operator: str, value: Person, asked: tuple[str, ...], look: Look) -> bool:
    """Segments are evaluated in the viewer's scope (CT-2)."""
    return holds(look.segments[int(asked[0])], value, look)


def average(sales: list[Sale]) -> int:
    """Rounded half up; 0 without sales."""
    return (2 * sum(sale.amount for sale in sales) + len(sales)) // (2 * len(sales)) if sales else 0


def words(operator: str, value: str, asked: tuple[str, ...], look: Look) -> bool:
    """Case and outer blanks aside."""
    mine, theirs = value.lower(), [each.strip().lower() for each in asked]
    match operator:
        case "exists":
            return value != ""
        case "equals":
            return mine == theirs[0]
        case "contains":
            return theirs[0] in mine
        case "begins":
            return mine.startswith(theirs[0])
    raise AssertionError(operator)


def card(operator: str, value: str, asked: tuple[str, ...], look: Look) -> bool:
    return words(operator, value, tuple(re.sub("[ -]", "", each) for each in asked), look)


def phone(operator: str, value: str, asked: tuple[str, ...], look: Look) -> bool:
    """In Ukraine 067 … is +380 67 …; without 0 or + it may be how it begins at home, or abroad."""
    if operator == "exists":
        return value != ""
    digits = re.sub("[^0-9]", "", asked[0])
    if operator == "contains":
        return digits in value
    if "+" in asked[0]:
        wanted = [f"+{digits}"]
    elif digits.startswith("0"):
        wanted = [f"+38{digits}"]
    else:
        wanted = [f"+{digits}", f"+380{digits}"]
    return value in wanted if operator == "equals" else any(value.startswith(each) for each in wanted)


def number_of(digits: int, said: bool = False) -> Holds:
    """Numbers in units with so many digits; 0 is no value unless someone said it."""

    def compared(operator: str, value: int, asked: tuple[str, ...], look: Look) -> bool:
        if operator == "exists":
            return said or value != 0
        return sized(operator, Decimal(value), [Decimal(each) * 10**digits for each in asked])

    return compared


def days_since(operator: str, value: datetime, asked: tuple[str, ...], look: Look) -> bool:
    if operator == "exists":
        return True
    return sized(operator, (look.today - value.astimezone(KYIV).date()).days, [int(each) for each in asked])


def moment(operator: str, value: datetime, asked: tuple[str, ...], look: Look) -> bool:
    return day(operator, value.astimezone(KYIV).date(), asked, look)


def day(operator: str, value: date, asked: tuple[str, ...], look: Look) -> bool:
    if operator == "exists":
        return True
    if operator not in ("last", "older", "next"):
        return sized(operator, value, [date.fromisoformat(each) for each in asked])
    some = timedelta(int(asked[0]))
    match operator:
        case "last":
            return look.today - some <= value <= look.today
        case "older":
            return value < look.today - some
    return look.today <= value <= look.today + some


def yearly(operator: str, value: date, asked: tuple[str, ...], look: Look) -> bool:
    """A birthday comes each year; 29 February's on the 28th where there is none."""
    if operator not in ("last", "next"):
        return day(operator, value, asked, look)
    some = timedelta(int(asked[0]))
    first, last = (look.today - some, look.today) if operator == "last" else (look.today, look.today + some)
    return any(first <= _in_year(value, year) <= last for year in range(first.year, last.year + 1))


def _in_year(value: date, year: int) -> date:
    try:
        return value.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def choice(operator: str, value: int, asked: tuple[str, ...], look: Look) -> bool:
    return operator == "exists" or value == int(asked[0])


def yes_no(operator: str, value: bool, asked: tuple[str, ...], look: Look) -> bool:
    return value if operator == "exists" else value == (asked[0] == "yes")


def answered_yes_no(operator: str, value: bool, asked: tuple[str, ...], look: Look) -> bool:
    return operator == "exists" or yes_no(operator, value, asked, look)


def sized(operator: str, value: Any, asked: list[Any]) -> bool:
    match operator:
        case "equals":
            return bool(value == asked[0])
        case "more":
            return bool(value > asked[0])
        case "less":
            return bool(value < asked[0])
        case "between":
            return bool(asked[0] <= value <= asked[1])
    raise AssertionError(operator)


money = number_of(2)
ANSWERS: dict[FieldKind, Holds] = {
    FieldKind.TEXT: words,
    FieldKind.NUMBER: number_of(4, said=True),
    FieldKind.DATE: day,
    FieldKind.YES_NO: answered_yes_no,
    FieldKind.CHOICE: choice,
}
