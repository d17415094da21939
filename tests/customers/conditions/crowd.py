"""A crowd of customers as rows and as plain records, with everything about them that could go wrong (CT-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from app.bulk.models import Batch
from app.businesses.models import Terminal
from app.customers.conditions.nodes import Condition, Group, Joint
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Access, FieldKind, Program
from app.loyalty.services import create_program
from app.messaging.models import MessageKind, MessageStatus
from app.offers.services import issue_coupon
from tests.customers.conditions.plain import KYIV, Got, Held, Look, Person, Sale
from tests.factories import (
    add_account,
    add_answer,
    add_batch,
    add_category,
    add_customer,
    add_franchisee,
    add_good,
    add_good_group,
    add_message,
    add_offer,
    add_point_of_sale,
    add_question,
    add_sale,
    add_segment,
    add_series,
    add_terminal,
    choice_ids,
    default_program,
    enrol,
    give_offer,
    hold,
)
from tests.people import Town

FIRST = [
    "",
    "Олена",
    "ОЛЕНА",
    "ґалина",
    "Їжачок",
    "anna",
    "Anna Maria",
    "Zoë",
    "😀 Joy",
    "李",
    "Ёлка",
    "100%",
    "%",
    "_",
]
LAST = ["", "O’Neil", "O'Neil", "Коваль", "коваленко", "Straße", "a_b", "a%b", "\\", '"q"', "d'", "Іванова-Їжак", "Ann"]
WORDS = [*FIRST[1:], *LAST[1:], "латте ні", "x" * 1000, "-1", "2026-03-29"]
KEYS, VALUES = ["city", "Любить", "a%", "\U0001f600"], ["Київ", "КИЇВ", "Kyiv", "100%", "_", "'", "чай з м’ятою"]
AGO = [-400, -31, -8, -7, -2, -1, 0, 0, 1, 1, 2, 6, 7, 8, 29, 30, 31, 90, 154, 155, 364, 365, 366, 4000]
"""Days between a moment and today; those below 0 are still to come."""
OFF_MIDNIGHT = [
    *(timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1), timedelta(hours=2, minutes=59)),
    *(timedelta(hours=1), timedelta(hours=3, minutes=30), timedelta(hours=12), timedelta(hours=23, minutes=30)),
]
AMOUNTS = [0, 1, 99, 100, 101, 5_000, 10_050, 2_000_000_000, 30_000_000_000]


@dataclass(frozen=True)
class Crowd:
    people: list[Person]
    programs: list[int]
    places: dict[int, list[int]]
    """Point of sale → its Terminals."""
    own: frozenset[int]
    """Boris's points of sale."""
    look: Look
    """Anna's, in no scope."""

    def values(self, of: Any) -> list[Any]:
        """Something of everyone, once each, without what is missing."""
        return list(dict.fromkeys(value for person in self.people for value in of(person) if value is not None))


class Filler:
    """Fills Kavalier with a crowd, by chance from a seed; needs its unit of work."""

    def __init__(self, town: Town, now: datetime, rng: Random) -> None:
        self.town, self.now, self.rng = town, now, rng
        self.today = now.astimezone(KYIV).date()

    def fill(self, number: int) -> Crowd:
        shop = self.town.kavalier
        create_program("Second", {"en": "Second"})
        create_program("Third", {"en": "Third"}, wallet_id=shop.wallet)
        self.programs = list(db.session.query(Program).filter_by(business_id=business_id()).order_by(Program.id))
        self.categories = {each.id: self._categories(each) for each in self.programs}
        self.accounts = [add_account("Gift"), add_account("Lunch")]
        self.questions = {add_question(kind.name.title(), kind, choices=_choices(kind)): kind for kind in FieldKind}
        self.places = self._add_places()
        self.goods = self._add_goods()
        self.series = [add_series(f"Series {each}") for each in range(3)]
        self.offers = [add_offer(f"Offer {each}") for each in range(2)]
        self.batches = [self._batch(each) for each in (None, None, shop.franchisee)]
        people = [self._person(place) for place in range(number)]
        for person in people:
            self._write(person)
        wallets = {each.id: each.wallet_id for each in self.programs}
        own = frozenset(each for each, terminals in self.places.items() if terminals and each in self.boris)
        look = Look(self.today, shop.program, wallets, self.questions, self._add_segments(), self.goods)
        return Crowd(people, list(wallets), self.places, own, look)

    def _batch(self, franchisee: int | None) -> int:
        """A bulk action that told its customers of it."""
        batch = db.session.get_one(Batch, (business_id(), add_batch(0, self.town.anna.id, franchisee)))
        batch.started_at, batch.foreseen = self.now, {**batch.foreseen, "message": {}}
        return batch.id

    def _add_places(self) -> dict[int, list[int]]:
        """Two of the brand's, two of Boris's franchisee, one of another; some with two Terminals."""
        shop = self.town.kavalier
        mine, others = (
            add_point_of_sale("Podil 2", shop.franchisee),
            add_point_of_sale("Obolon", add_franchisee("Other")),
        )
        self.boris = {shop.franchised_place, mine}
        places = [shop.own_place, shop.franchised_place, add_point_of_sale("Nyvky"), mine, others]
        for place in (*places[1:], places[1]):
            add_terminal(place, "Till")
        terminals = db.session.query(Terminal.point_of_sale_id, Terminal.id).filter_by(business_id=business_id())
        found: dict[int, list[int]] = {place: [] for place in places}
        for place, terminal in terminals.order_by(Terminal.id):
            found[place].append(terminal)
        return found

    def _add_goods(self) -> dict[int, tuple[str, int | None]]:
        """Good → its code and group; two without a group, one of them without a code."""
        bread, drinks = add_good_group("Bread"), add_good_group("Drinks")
        kinds = [("A1", bread), ("a_2", bread), ("%", drinks), ("Ї-1", None), ("", None)]
        return {add_good(f"Good {code}", code=code, group_id=group): (code, group) for code, group in kinds}

    def _add_segments(self) -> dict[int, Group]:
        """By the day, by a place that Boris does not see, and by other segments."""
        recent, here = Condition("last_at", "last", ("31",)), (str(self.town.kavalier.own_place),)
        places = [Condition("bought_at", "equals", here), Condition("registered_place", "differs", here)]
        known = [Group(members=(recent,)), Group(Joint.OR, (places[0], Condition("tag", "exists", about="city")))]
        made = {add_segment(f"Segment {number}", each): each for number, each in enumerate(known)}
        ids = [str(number) for number in made]
        inner = Group(Joint.OR, (Condition("segment", "differs", (ids[0],)), Condition("segment", "in", tuple(ids))))
        outer = Group(members=(inner, places[1]))
        return made | {add_segment("Nested", outer): outer}

    def _categories(self, program: Program) -> list[int]:
        return [add_category(name, place, program.id) for place, name in enumerate(("Gold", "Silver"), start=1)]

    def _person(self, place: int) -> Person:
        chance, pick = self.rng.random, self.rng.choice
        taken = [each for each in self.programs if each.is_default or chance() < 0.5]
        return Person(
            first_name=pick(FIRST),
            last_name=pick(LAST),
            phone=f"+380{pick(['67', '50', '93'])}{pick([111, 112, 670])}{place * 7:04}" if chance() < 0.8 else "",
            email=pick(["", f"ann{place % 3}@example.com", "їжак@пошта.укр"]),
            cards=tuple(pick(["77", "ab%", "№"]) + f"{place}{card}" for card in range(pick([0, 0, 1, 3]))),
            birthday=pick([None, self._day(), date(1996, 2, 29), date(1800, 1, 1)]),
            tags={key: pick(VALUES) for key in self.rng.sample(KEYS, pick([0, 1, 3]))},
            registered_at=self._moment(),
            registered_place=pick([None, *self.places]),
            confirmed=chance() < 0.5,
            app_installed=chance() < 0.3,
            standings={each.id: (pick(self.categories[each.id]), int(pick(list(Access)))) for each in taken},
            held={each.wallet_id: self._held() for each in taken}
            | {wallet: self._held() for wallet in self.accounts if chance() < 0.5},
            sales=[self._sale(pick(taken).id) for _each in range(pick([0, 0, 1, 1, 2, 5]))],
            coupons=tuple(self.rng.choices(self.series, k=pick([0, 0, 1, 3]))),
            offers=tuple(self.rng.sample(self.offers, pick([0, 0, 1, 2]))),
            answers={number: self._answer(number) for number in self.questions if chance() < 0.6},
            messages=tuple(self._got() for _each in range(pick([0, 0, 1, 3]))),
        )

    def _sale(self, program: int) -> Sale:
        place = self.rng.choice(list(self.places))
        terminal = self.rng.choice(self.places[place])
        goods = tuple(self.rng.choices(list(self.goods), k=self.rng.choice([0, 1, 1, 2, 4])))
        return Sale(self._moment(), program, place, terminal, self.rng.choice(AMOUNTS), goods)

    def _got(self) -> Got:
        kind, left = self.rng.choice(list(SORTS)), self.rng.random() < 0.7
        batch = self.rng.choice([None, *self.batches]) if kind == "bulk" else None
        return Got(self._moment(), kind, batch, self.rng.choice([None, *self.places]), left)

    def _held(self) -> Held:
        amount = self.rng.choice([0, 0, 1, 100, 12_050, 10**12])
        if not amount or self.rng.random() < 0.5:
            return Held(amount)
        return Held(amount, self.rng.choice([1, amount]), self._moment())

    def _answer(self, question: int) -> object:
        match self.questions[question]:
            case FieldKind.TEXT:
                return self.rng.choice(WORDS)
            case FieldKind.NUMBER:
                return self.rng.choice([0, 1, -1, 10_000, 425_000, -35_000, 10**18 - 1])
            case FieldKind.DATE:
                return self._day()
            case FieldKind.YES_NO:
                return self.rng.random() < 0.5
        return self.rng.choice(choice_ids(question))

    def _day(self) -> date:
        return self.today - timedelta(self.rng.choice(AGO))

    def _moment(self) -> datetime:
        midnight = datetime.combine(self._day(), datetime.min.time(), KYIV)
        return midnight.astimezone(UTC) + self.rng.choice(OFF_MIDNIGHT)

    def _write(self, person: Person) -> None:
        default = default_program()
        category, access = person.standings[default.id]
        person.id = add_customer(
            person.first_name,
            person.last_name,
            person.phone,
            email=person.email,
            cards=person.cards,
            tags=list(person.tags.items()),
            point_of_sale=person.registered_place,
            registered_at=person.registered_at,
            access=Access(access),
            category=category,
            confirmed=person.confirmed,
            app_installed=person.app_installed,
            birthday=person.birthday,
        )
        for program in self.programs:
            if program.id in person.standings and program.id != default.id:
                category, access = person.standings[program.id]
                enrol(person.id, program, Access(access), category)
        for wallet, held in person.held.items():
            hold(person.id, wallet, held.amount, held.expiring, held.expires)
        for sale in person.sales:
            goods = (None, *sale.goods)
            add_sale(person.id, sale.terminal, sale.amount, sale.at, program_id=sale.program, goods=goods)
        for number, series in enumerate(person.coupons):
            issue_coupon(series, person.id, f"{number}")
        for offer in person.offers:
            give_offer(person.id, offer)
        for number, got in enumerate(person.messages):
            add_message(
                person.id,
                kind=SORTS[got.kind],
                text="" if got.kind == "pin" else "Hello",
                dedupe_key=f"batch:{got.batch}:{person.id}:{number}"
                if got.batch
                else f"{got.kind}:{person.id}:{number}",
                status=MessageStatus.DELIVERED if got.left else self.rng.choice(NOT_LEFT),
                point_of_sale_id=got.place,
                distributed_at=got.at,
            )
        for number, answer in person.answers.items():
            add_answer(person.id, number, **{COLUMNS[self.questions[number]]: answer})


SORTS = {
    "bulk": MessageKind.BULK,
    "news": MessageKind.NEWS,
    "coupon": MessageKind.COUPON,
    "sale": MessageKind.TRANSACTION,
    "welcome": MessageKind.WELCOME,
    "pin": MessageKind.PIN,
}
NOT_LEFT = [MessageStatus.REJECTED, MessageStatus.FAILED, MessageStatus.QUEUED, MessageStatus.UNKNOWN]
COLUMNS = {
    FieldKind.TEXT: "words",
    FieldKind.NUMBER: "number",
    FieldKind.DATE: "day",
    FieldKind.YES_NO: "yes",
    FieldKind.CHOICE: "choice_id",
}


def _choices(kind: FieldKind) -> list[str]:
    return ["Oat", "Cow", "None"] if kind is FieldKind.CHOICE else []
