"""Whom conditions select, by every operator of every kind of field (CT-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.customers.conditions.nodes import Condition, Group, Joint
from app.customers.filters import CustomerFilter
from app.customers.models import Customer
from app.customers.queries import customer_count
from app.customers.statements import selection_statement
from app.extensions import db
from app.kept_statements import ask
from app.lib import dates
from app.loyalty.models import Access, FieldKind, Program
from app.loyalty.services import create_program
from app.transactions.bought import take_back_bought
from app.transactions.models import Transaction
from tests.customers.looking import looking
from tests.factories import (
    add_answer,
    add_category,
    add_customer,
    add_good,
    add_good_group,
    add_points,
    add_question,
    add_sale,
    choice_ids,
    enrol,
)
from tests.people import Person, Town

KYIV = ZoneInfo("Europe/Kyiv")
"""The shop's own: its days are what conditions count, whatever day it is elsewhere and whenever clocks change."""


@pytest.fixture
def ids(town: Town) -> dict[str, str]:
    """Ada bought much, Bo once and long ago, Cy never; what choices are called."""
    shop = town.kavalier
    with shop.work():
        gold = add_category("Gold")
        ada = add_customer("Ada", "Lovelace", "+380671112233", email="ada@example.com", cards=["77-00", "1234"],
            tags=[("likes", "Rye Bread"), ("city", "Kyiv")], category=gold, confirmed=True,
            point_of_sale=shop.own_place)  # fmt: skip
        bo = add_customer("Bo", "O’Neil 100%_\\", "+380501112234", tags=[("likes", "tea")], access=Access.BLACKLISTED)
        add_customer("cy")
        drinks, bread = add_good_group("Drinks"), add_good_group("Bread")
        tea = add_good("Tea", group_id=drinks, code="T-1")
        rye, gift = add_good("Rye", group_id=bread, code="r2"), add_good("Gift", price=None)
        for goods in ([tea, rye], [tea], [None]):
            add_sale(ada, shop.own_terminal, 10_050, ago(1), goods=goods)
        add_sale(bo, shop.franchised_terminal, 500, ago(40), goods=[tea, gift])
        add_points(ada, 12_050, days=5)
        add_points(bo, 100)
        size, milk, born = (
            add_question("Shoe size", FieldKind.NUMBER),
            add_question("Milk", FieldKind.CHOICE, choices=["Oat", "Cow"]),
            add_question("Since", FieldKind.DATE),
        )
        add_answer(ada, size, number=0)
        add_answer(bo, size, number=425_000)
        add_answer(ada, milk, choice_id=choice_ids(milk)[0])
        add_answer(bo, born, day=date(2020, 2, 29))
        oat, cow = choice_ids(milk)
    return {
        "gold": str(gold),
        "size": f"answer_{size}",
        "milk": f"answer_{milk}",
        "since": f"answer_{born}",
        "oat": str(oat),
        "cow": str(cow),
        "own": str(shop.own_place),
        "franchised": str(shop.franchised_place),
        "tea": str(tea),
        "rye": str(rye),
        "gift": str(gift),
        "drinks": str(drinks),
        "bread": str(bread),
    }


def ago(days: int) -> datetime:
    return dates.now().astimezone(KYIV) - timedelta(days)


def today(days: int = 0) -> str:
    return ago(-days).date().isoformat()


CASES: list[tuple[str, str, tuple[str, ...], str]] = [
    ("first_name", "equals", (" ADA ",), "Ada"),
    ("first_name", "differs", ("ada",), "Bo cy"),
    ("first_name", "in", ("ada", "CY"), "Ada cy"),
    ("last_name", "contains", ("100%_\\",), "Bo"),
    ("last_name", "contains", ("_",), "Bo"),
    ("last_name", "begins", ("o’n",), "Bo"),
    ("email", "exists", (), "Ada"),
    ("email", "missing", (), "Bo cy"),
    ("email", "differs", ("ada@example.com",), "Bo cy"),
    ("phone", "equals", ("067 111-22-33",), "Ada"),
    ("phone", "contains", ("111 22",), "Ada Bo"),
    ("phone", "begins", ("067",), "Ada"),
    ("phone", "begins", ("+38050",), "Bo"),
    ("phone", "begins", ("38",), "Ada Bo"),
    ("phone", "missing", (), "cy"),
    ("cards", "exists", (), "Ada"),
    ("cards", "missing", (), "Bo cy"),
    ("cards", "equals", ("7700",), ""),
    ("cards", "begins", ("12 3",), "Ada"),
    ("cards", "differs", ("1234",), "Bo cy"),
    ("sales_count", "exists", (), "Ada Bo"),
    ("sales_count", "missing", (), "cy"),
    ("sales_count", "more", ("1",), "Ada"),
    ("sales_count", "less", ("3",), "Bo cy"),
    ("sales_count", "between", ("1", "3"), "Ada Bo"),
    ("sales_count", "in", ("0", "3"), "Ada cy"),
    ("amount", "equals", ("301.50",), "Ada"),
    ("amount", "more", ("5",), "Ada"),
    ("average", "equals", ("100.5",), "Ada"),
    ("points", "more", ("1",), "Ada"),
    ("points", "equals", ("120.5",), "Ada"),
    ("points", "exists", (), "Ada Bo"),
    ("expiring", "exists", (), "Ada"),
    ("expiring_at", "next", ("5",), "Ada"),
    ("expiring_at", "next", ("4",), ""),
    ("expiring_at", "missing", (), "Bo cy"),
    ("last_at", "equals", (today(-1),), "Ada"),
    ("last_at", "last", ("1",), "Ada"),
    ("last_at", "last", ("0",), ""),
    ("last_at", "older", ("39",), "Bo"),
    ("last_at", "older", ("40",), ""),
    ("last_at", "missing", (), "cy"),
    ("last_at", "less", (today(-1),), "Bo"),
    ("last_at", "more", (today(-40),), "Ada"),
    ("last_at", "between", (today(-40), today(-1)), "Ada Bo"),
    ("last_at", "differs", (today(-1),), "Bo cy"),
    ("days", "equals", ("40",), "Bo"),
    ("days", "more", ("1",), "Bo"),
    ("days", "less", ("40",), "Ada"),
    ("days", "between", ("1", "40"), "Ada Bo"),
    ("days", "in", ("1", "2"), "Ada"),
    ("days", "missing", (), "cy"),
    ("category", "equals", ("{gold}",), "Ada"),
    ("category", "differs", ("{gold}",), "Bo cy"),
    ("access", "in", ("4",), "Bo"),
    ("bought_at", "in", ("{own}", "{franchised}"), "Ada Bo"),
    ("bought_at", "equals", ("{own}",), "Ada"),
    ("bought_at", "differs", ("{own}",), "Bo cy"),
    ("bought_at", "missing", (), "cy"),
    ("bought_good", "equals", ("{tea}",), "Ada Bo"),
    ("bought_good", "equals", ("{rye}",), "Ada"),
    ("bought_good", "differs", ("{rye}",), "Bo cy"),
    ("bought_good", "in", ("{rye}", "{gift}"), "Ada Bo"),
    ("bought_good", "exists", (), "Ada Bo"),
    ("bought_good", "missing", (), "cy"),
    ("bought_group", "equals", ("{drinks}",), "Ada Bo"),
    ("bought_group", "differs", ("{bread}",), "Bo cy"),
    ("bought_group", "in", ("{bread}",), "Ada"),
    ("bought_group", "missing", (), "cy"),
    ("bought_code", "equals", ("t-1",), "Ada Bo"),
    ("bought_code", "begins", ("R",), "Ada"),
    ("bought_code", "contains", ("-",), "Ada Bo"),
    ("bought_code", "exists", (), "Ada Bo"),
    ("registered_place", "exists", (), "Ada"),
    ("registered_at", "last", ("0",), "Ada Bo cy"),
    ("confirmed", "equals", ("yes",), "Ada"),
    ("confirmed", "equals", ("no",), "Bo cy"),
    ("confirmed", "exists", (), "Ada"),
    ("{size}", "exists", (), "Ada Bo"),
    ("{size}", "equals", ("0",), "Ada"),
    ("{size}", "more", ("42.4",), "Bo"),
    ("{milk}", "equals", ("{oat}",), "Ada"),
    ("{milk}", "differs", ("{cow}",), "Ada Bo cy"),
    ("{since}", "equals", ("2020-02-29",), "Bo"),
    ("{since}", "older", ("100",), "Bo"),
    ("birthday", "missing", (), "Ada Bo cy"),
]


@pytest.mark.parametrize(("field", "operator", "values", "selected"), CASES)
def test_a_condition_selects(
    town: Town, ids: dict[str, str], field: str, operator: str, values: tuple[str, ...], selected: str
) -> None:
    condition = Condition(field.format(**ids), operator, tuple(each.format(**ids) for each in values))
    assert names(town, Group(members=(condition,))) == selected


@pytest.mark.parametrize(
    ("now", "born", "operator", "days", "met"),
    [
        ("2026-12-30", "1990-01-02", "next", "3", True),
        ("2026-12-30", "1990-01-03", "next", "3", False),
        ("2026-12-30", "1990-12-29", "next", "3", False),
        ("2026-01-02", "1990-12-30", "last", "3", True),
        ("2026-01-02", "1990-12-29", "last", "3", False),
        ("2026-02-27", "1996-02-29", "next", "1", True),
        ("2026-03-01", "1996-02-29", "last", "0", False),
        ("2028-02-28", "1996-02-29", "next", "0", False),
        ("2028-02-29", "1996-02-29", "next", "0", True),
        ("2028-02-29", "1996-02-28", "next", "0", False),
        ("2026-06-01", "1996-02-29", "next", "36500", True),
        ("2026-06-01", "1990-06-01", "older", "36500", False),
    ],
)
def test_a_birthday_comes_every_year(
    town: Town, monkeypatch: pytest.MonkeyPatch, now: str, born: str, operator: str, days: str, met: bool
) -> None:
    """CT-7: whose it was in the last days, or will be in the next; 29 February's is kept on the 28th."""
    monkeypatch.setattr(dates, "now", lambda: datetime.fromisoformat(f"{now}T12:00+02:00"))
    with town.kavalier.work():
        add_customer("Ada", birthday=date.fromisoformat(born))
    assert (names(town, Group(members=(Condition("birthday", operator, (days,)),))) == "Ada") is met


@pytest.mark.parametrize(
    ("operator", "values", "selected"),
    [
        ("exists", (), "Ada Bo"),
        ("missing", (), "cy"),
        ("equals", ("rye bread",), "Ada"),
        ("differs", ("rye bread",), "Bo cy"),
        ("contains", ("E",), "Ada Bo"),
        ("in", ("TEA",), "Bo"),
    ],
)
def test_a_tag_is_asked_for_by_its_key(
    town: Town, ids: dict[str, str], operator: str, values: tuple[str, ...], selected: str
) -> None:
    assert names(town, Group(members=(Condition("tag", operator, values, about="likes"),))) == selected


def test_groups_nest(town: Town, ids: dict[str, str]) -> None:
    bought, tea = Condition("sales_count", "more", ("1",)), Condition("tag", "equals", ("tea",), about="likes")
    never, cy = Condition("last_at", "missing"), Condition("first_name", "equals", ("cy",))
    either = Group(Joint.OR, (bought, tea, Group(Joint.AND, (never, cy))))
    assert names(town, either) == "Ada Bo cy"
    assert names(town, Group(Joint.AND, (either, Condition("phone", "exists")))) == "Ada Bo"
    assert names(town, Group(Joint.AND, (bought, tea))) == ""


@pytest.mark.parametrize(
    ("scope", "good", "selected"),
    [
        ({"point_of_sale": "own"}, "tea", "Ada"),
        ({"point_of_sale": "franchised"}, "tea", "Bo"),
        ({"point_of_sale": "franchised"}, "rye", ""),
        ({"terminal": "own_terminal"}, "tea", "Ada"),
        ({"terminal": "franchised_terminal"}, "tea", "Bo"),
        ({"program": "program"}, "tea", "Ada Bo"),
        ({"program": "second"}, "tea", ""),
        ({"program": "second"}, "rye", "Bo"),
        ({"program": "second", "point_of_sale": "own"}, "rye", "Bo"),
        ({"program": "second", "point_of_sale": "franchised"}, "rye", ""),
    ],
)
def test_bought_is_what_the_scope_shows(
    town: Town, ids: dict[str, str], scope: dict[str, str], good: str, selected: str
) -> None:
    """CT-2, CT-7: with a program, a point of sale or a Terminal chosen, its sales alone count."""
    shop = town.kavalier
    with shop.work():
        second = create_program("Second", {"en": "Second"})
        bo = db.session.scalars(select(Customer.id).where(Customer.first_name == "Bo")).one()
        enrol(bo, db.session.get_one(Program, (shop.id, second)))
        add_sale(bo, shop.own_terminal, 100, program_id=second, goods=[int(ids["rye"])])
    known = ids | {name: str(getattr(shop, name)) for name in ("own_terminal", "franchised_terminal", "program")}
    args = {name: (known | {"second": str(second)})[what] for name, what in scope.items()}
    group = Group(members=(Condition("bought_good", "equals", (ids[good],)),))
    assert names(town, group, args) == selected
    of_group = Condition("bought_group", "equals", (ids["drinks" if good == "tea" else "bread"],))
    assert names(town, Group(members=(of_group,)), args) == selected


def test_an_operator_knows_what_was_bought_at_its_places(town: Town, ids: dict[str, str]) -> None:
    """PR-3."""
    shop = town.kavalier
    with shop.work():
        ada = db.session.scalars(select(Customer.id).where(Customer.first_name == "Ada")).one()
        add_sale(ada, shop.franchised_terminal, 100, goods=[int(ids["gift"])])
    for good, selected in (("tea", "Bo"), ("rye", ""), ("gift", "Ada Bo")):
        group = Group(members=(Condition("bought_good", "equals", (ids[good],)),))
        assert names(town, group, viewer=town.boris) == selected


def test_a_cancelled_sale_was_none(town: Town, ids: dict[str, str]) -> None:
    """TE-5: whoever got its money back has not bought."""
    with town.kavalier.work():
        take_back_bought(db.session.scalars(select(func.max(Transaction.id))).one())
    group = Group(members=(Condition("bought_good", "exists"),))
    assert names(town, group) == "Ada"


def names(town: Town, group: Group, scope: dict[str, str] | None = None, viewer: Person | None = None) -> str:
    with looking(town, viewer or town.anna):
        chosen = replace(CustomerFilter.from_args(scope or {}), conditions=group)
        assert chosen.problems == {}
        found = ask(None, lambda: selection_statement(chosen), chosen.parameters()).scalars().all()
        assert customer_count(chosen) == len(found)
        return " ".join(sorted(_names(list(found))))


def _names(found: list[int]) -> list[str]:
    return list(db.session.scalars(select(Customer.first_name).where(Customer.id.in_(found))))
