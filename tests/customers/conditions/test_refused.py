"""Kept filters that cannot be read any more: they select nobody, and never another selection than asked (CT-7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update

from app.customers.columns import all_columns
from app.customers.conditions.nodes import Path
from app.customers.filters import CustomerFilter
from app.customers.models import SavedFilter
from app.customers.queries import customer_count, customer_page, sums_by_source
from app.customers.registry import registry
from app.db import business_id
from app.errors import BadAddress
from app.extensions import db
from app.lib import dates
from app.loyalty.models import FieldKind, QuestionnaireChoice, QuestionnaireField
from tests.customers.looking import looking
from tests.factories import add_answer, add_category, add_customer, add_question, add_sale, choice_ids
from tests.people import Person, Town

EVERYONE = {"field": "sales_count", "operator": "less", "values": ["1000"]}
PHONE = {"field": "phone", "operator": "exists"}
GONE, OFFERED = "What was chosen here is not there any more. Choose again.", "This cannot be asked of this field."
NO_FIELD, DAMAGED = "There is no such field any more.", "This part of the filter is damaged"


@dataclass(frozen=True)
class Shopful:
    """Two customers, both of the brand and of Boris, with all that filters ask of."""

    town: Town
    gold: int
    milk: int
    oat: int
    foreign_place: int
    foreign_category: int


@pytest.fixture
def shopful(town: Town) -> Shopful:
    shop = town.kavalier
    with town.teremok.work():
        foreign = add_category("Theirs")
    with shop.work():
        gold, milk = add_category("Gold"), add_question("Milk", FieldKind.CHOICE, choices=["Oat", "Cow"])
        oat, _cow = choice_ids(milk)
        for phone in ("+380671112233", "+380501112233"):
            customer = add_customer(phone=phone, category=gold, point_of_sale=shop.franchised_place)
            add_sale(customer, shop.franchised_terminal, 100)
            add_sale(customer, shop.own_terminal, 100)
            add_answer(customer, milk, choice_id=oat)
    return Shopful(town, gold, milk, oat, town.teremok.own_place, foreign)


UNREADABLE: list[tuple[object, str]] = [
    ({"operator": "exists"}, DAMAGED),
    ({}, DAMAGED),
    (None, DAMAGED),
    ("phone", DAMAGED),
    ([PHONE], DAMAGED),
    ({"and": PHONE}, DAMAGED),
    ({"and": [], "or": []}, DAMAGED),
    (PHONE | {"values": [1]}, DAMAGED),
    (PHONE | {"more": "x"}, DAMAGED),
    ({"field": "shoe_size", "operator": "exists"}, NO_FIELD),
    ({"field": "answer_0", "operator": "exists"}, NO_FIELD),
    ({"field": "account_0", "operator": "exists"}, NO_FIELD),
    ({"field": "", "operator": "exists"}, "Choose a field."),
    ({"field": "business_id", "operator": "equals", "values": ["1"]}, NO_FIELD),
    ({"field": "phone", "operator": "like", "values": ["0"]}, OFFERED),
    ({"field": "phone", "operator": "", "values": ["0"]}, OFFERED),
    ({"field": "phone", "operator": "more", "values": ["0"]}, OFFERED),
    ({"field": "amount", "operator": "contains", "values": ["0"]}, OFFERED),
    ({"field": "confirmed", "operator": "differs", "values": ["yes"]}, OFFERED),
    ({"field": "phone", "operator": "equals"}, "Enter a value."),
    ({"field": "phone", "operator": "equals", "values": ["call me"]}, "There is no such phone."),
    ({"field": "amount", "operator": "more", "values": ["1,5"]}, "Enter a number."),
    ({"field": "amount", "operator": "between", "values": ["2", "1"]}, "The first value is beyond the second."),
    ({"field": "last_at", "operator": "equals", "values": ["2026-02-30"]}, "Enter a day such as 2026-11-30."),
    ({"field": "confirmed", "operator": "equals", "values": ["maybe"]}, "Choose Yes or No."),
    ({"field": "category", "operator": "equals", "values": ["0"]}, GONE),
    ({"field": "category", "operator": "differs", "values": ["999999"]}, GONE),
    ({"field": "category", "operator": "in", "values": ["{gold}", "{foreign_category}"]}, GONE),
    ({"field": "access", "operator": "in", "values": ["1", "5"]}, GONE),
    ({"field": "access", "operator": "equals", "values": ["999999999999999999"]}, GONE),
    ({"field": "bought_at", "operator": "differs", "values": ["{foreign_place}"]}, GONE),
    ({"field": "registered_place", "operator": "differs", "values": ["{foreign_place}"]}, GONE),
    ({"field": "answer_{milk}", "operator": "differs", "values": ["0"]}, GONE),
    ({"field": "tag", "operator": "missing"}, "Enter a name."),
    ({"field": "tag", "operator": "missing", "about": " "}, "Enter a name."),
]


@pytest.mark.parametrize(("kept", "words"), UNREADABLE)
def test_what_cannot_be_read_selects_nobody(shopful: Shopful, kept: object, words: str) -> None:
    """Alone, beside what everyone is selected by, and within groups."""
    part = filled(kept, shopful)
    if part is not None:
        assert_refused(shopful, part, {(0,): words})
    assert_refused(shopful, {"or": [EVERYONE, part]}, {(1,): words})
    assert_refused(
        shopful, {"or": [EVERYONE, {"and": [{"or": [part, PHONE]}, part]}]}, {(1, 0, 0): words, (1, 1): words}
    )


@pytest.mark.parametrize(
    "kept",
    [
        EVERYONE,
        {"or": [PHONE, EVERYONE]},
        {"field": "category", "operator": "equals", "values": ["{gold}"]},
        {"field": "answer_{milk}", "operator": "equals", "values": ["{oat}"]},
        {"field": "phone", "operator": "exists", "values": ["left over"]},
        {"field": "category", "operator": "exists", "values": ["999999"]},
        {"field": "category", "operator": "in", "values": [" {gold} "]},
        {"field": "tag", "operator": "missing", "about": " city "},
        {"field": "tag", "operator": "missing", "about": "'; DROP TABLE tag --"},
        {"field": "last_name", "operator": "differs", "values": ["'; DROP TABLE tag --"]},
    ],
)
def test_what_can_be_read_selects(shopful: Shopful, kept: object) -> None:
    for person in (shopful.town.anna, shopful.town.boris):
        with kept_filter(shopful, person, filled(kept, shopful)) as chosen:
            assert chosen.problems == {}
            assert selected(chosen) == 2


def test_a_question_that_is_asked_no_more_is_no_field(shopful: Shopful) -> None:
    answered = filled({"field": "answer_{milk}", "operator": "equals", "values": ["{oat}"]}, shopful)
    with shopful.town.kavalier.work():
        db.session.execute(
            update(QuestionnaireField).where(QuestionnaireField.id == shopful.milk).values(archived_at=dates.now())
        )
    assert_refused(shopful, answered, {(0,): NO_FIELD})


def test_a_choice_that_is_offered_no_more_is_still_asked_for(shopful: Shopful) -> None:
    """Who chose it keeps it."""
    with shopful.town.kavalier.work():
        db.session.execute(
            update(QuestionnaireChoice).where(QuestionnaireChoice.id == shopful.oat).values(archived_at=dates.now())
        )
    answered = filled({"field": "answer_{milk}", "operator": "equals", "values": ["{oat}"]}, shopful)
    with kept_filter(shopful, shopful.town.anna, answered) as chosen:
        assert selected(chosen) == 2


@pytest.mark.parametrize("field", ["bought_at", "registered_place"])
@pytest.mark.parametrize("operator", ["equals", "differs", "in"])
def test_a_colleague_s_filter_by_a_place_that_is_not_one_s_own(shopful: Shopful, field: str, operator: str) -> None:
    """Boris learns neither who bought there nor who did not (PR-3)."""
    kept = {"field": field, "operator": operator, "values": [str(shopful.town.kavalier.own_place)]}
    with kept_filter(shopful, shopful.town.anna, kept) as chosen:
        assert chosen.problems == {}
    with kept_filter(shopful, shopful.town.boris, kept) as chosen:
        assert chosen.problems == {(0,): GONE}
        assert selected(chosen) == 0


@pytest.mark.parametrize(
    "kept", [[], {"conditions": {"and": [PHONE] * 201}}, {"conditions": "{17 levels}"}, "x", {"search": 1}]
)
def test_what_no_person_wrote_is_a_bad_address(shopful: Shopful, kept: Any) -> None:
    deep: dict[str, Any] = {"and": [PHONE]}
    for _each in range(16):
        deep = {"and": [deep]}
    plain = {"conditions": deep} if kept == {"conditions": "{17 levels}"} else kept
    with looking(shopful.town, shopful.town.anna), pytest.raises(BadAddress):
        read(plain)


def test_a_key_of_another_business_is_not_known(shopful: Shopful) -> None:
    with shopful.town.teremok.work():
        db.session.add(SavedFilter(business_id=business_id(), key="theirs", conditions={"conditions": EVERYONE}))
    with looking(shopful.town, shopful.town.anna), pytest.raises(BadAddress):
        CustomerFilter.from_args({"f": "theirs"})


def test_the_page_of_an_unreadable_filter_is_there_and_empty(shopful: Shopful) -> None:
    with looking(shopful.town, shopful.town.anna):
        read({"conditions": {"or": [EVERYONE, {}]}})
        db.session.commit()
    for person in (shopful.town.anna, shopful.town.boris):
        answer = shopful.town.browser(person).get("/customers?f=kept")
        assert answer.status_code == 200
        assert "+380 67 111 22 33" not in answer.get_data(as_text=True)


def assert_refused(shopful: Shopful, kept: object, where: dict[Path, str]) -> None:
    for person in (shopful.town.anna, shopful.town.boris):
        with kept_filter(shopful, person, kept) as chosen:
            assert list(chosen.problems) == list(where)
            assert all(chosen.problems[path].startswith(words) for path, words in where.items())
            assert selected(chosen) == 0


@contextmanager
def kept_filter(shopful: Shopful, person: Person, conditions: object) -> Iterator[CustomerFilter]:
    """In a request of this person, the filter that has these conditions."""
    with looking(shopful.town, person):
        yield read({"conditions": conditions})


def selected(chosen: CustomerFilter) -> int:
    """How many a filter selects: page, count and sums agree."""
    columns = all_columns(registry.columns)
    number = customer_count(chosen)
    summed = {key: value for ask in sums_by_source(chosen, columns.values()) for key, value in ask().items()}
    assert summed.get("sales_count", 0) in (number, 2 * number)
    for key in ("phone", "category", "-last_at", "registered_place"):
        page = customer_page(chosen, [columns["phone"]], columns[key.lstrip("-")], key.startswith("-"), None)
        assert len(page.rows) == number
        assert not page.has_next
    return number


def filled(kept: Any, shopful: Shopful) -> Any:
    """The same with the ids that stand in braces."""
    match kept:
        case dict():
            return {key: filled(value, shopful) for key, value in kept.items()}
        case list():
            return [filled(value, shopful) for value in kept]
        case str():
            ids = {name: str(number) for name, number in vars(shopful).items() if isinstance(number, int)}
            for name, number in ids.items():
                kept = kept.replace(f"{{{name}}}", number)
    return kept


def read(plain: Any) -> CustomerFilter:
    """The filter that is kept as this."""
    db.session.merge(SavedFilter(business_id=business_id(), key="kept", conditions=plain))
    db.session.flush()
    return CustomerFilter.from_args({"f": "kept"})
