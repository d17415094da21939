"""Segments as conditions: whom they select, and what cannot be read of them (CT-9)."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import event, select

from app.customers.asking import fields, setting
from app.customers.conditions.meaning import problems
from app.customers.conditions.nodes import Condition, Group, Joint
from app.customers.filters import CustomerFilter
from app.customers.models import Customer, Segment
from app.customers.statements import selection_statement
from app.extensions import db
from app.kept_statements import ask
from tests.customers.looking import looking
from tests.factories import add_customer, add_franchisee, add_sale, add_segment
from tests.people import Person, Town

TWICE = Condition("sales_count", "more", ("1",))


@pytest.fixture
def regulars(town: Town) -> int:
    """Ada bought twice in the brand's own place, Bo twice in the franchisee's, Cy never."""
    shop = town.kavalier
    with shop.work():
        for name, terminal in (("Ada", shop.own_terminal), ("Bo", shop.franchised_terminal)):
            customer = add_customer(name)
            for _each in range(2):
                add_sale(customer, terminal, 500)
        add_customer("Cy")
        return add_segment("Regulars", TWICE)


def of(*segments: int, operator: str = "equals") -> Condition:
    return Condition("segment", operator, tuple(str(each) for each in segments))


def add(town: Town, name: str, *conditions: Condition | Group, franchisee: int | None = None) -> int:
    with town.kavalier.work():
        return add_segment(name, *conditions, franchisee=franchisee)


def names(town: Town, *conditions: Condition | Group, person: Person | None = None, joint: Joint = Joint.AND) -> str:
    with looking(town, person or town.anna):
        chosen = CustomerFilter(conditions=Group(joint, conditions))
        assert chosen.problems == {}
        found = ask(None, lambda: selection_statement(chosen), chosen.parameters()).scalars().all()
        return " ".join(sorted(db.session.scalars(select(Customer.first_name).where(Customer.id.in_(found)))))


def faults(town: Town, *conditions: Condition | Group, person: Person | None = None) -> list[str]:
    with looking(town, person or town.anna):
        return list(problems(Group(members=conditions), fields(), setting()).values())


class TestSelecting:
    def test_is_is_not_is_any_of(self, town: Town, regulars: int) -> None:
        """CT-9: a segment is a condition of another filter."""
        ada = add(town, "A", Condition("first_name", "begins", ("a",)))
        cy = add(town, "C", Condition("first_name", "equals", ("cy",)))
        assert names(town, of(regulars)) == "Ada Bo"
        assert names(town, of(regulars, operator="differs")) == "Cy"
        assert names(town, of(ada, cy, operator="in")) == "Ada Cy"
        assert names(town, of(regulars), of(ada, operator="differs")) == "Bo"
        assert names(town, of(ada), of(cy), joint=Joint.OR) == "Ada Cy"

    def test_they_stand_in_one_another(self, town: Town, regulars: int) -> None:
        """CT-9: whoever bought more than once, but for Ada; and everyone else."""
        ada = add(town, "A", Condition("first_name", "begins", ("a",)))
        others = add(town, "Others", of(regulars), Group(Joint.OR, (of(ada, operator="differs"),)))
        rest = add(town, "Rest", of(others, operator="differs"))
        assert names(town, of(others)) == "Bo"
        assert names(town, of(rest)) == "Ada Cy"

    def test_it_is_evaluated_in_the_scope_of_who_looks(self, town: Town, regulars: int) -> None:
        """CT-2, CT-9: Boris sees who bought twice at his place."""
        assert names(town, of(regulars), person=town.boris) == "Bo"

    def test_a_place_in_a_segment_that_its_reader_does_not_see(self, town: Town, regulars: int) -> None:
        """PR-3: nobody bought there for an operator of another place; the segment itself stays readable."""
        own = add(town, "Pechersk", Condition("bought_at", "equals", (str(town.kavalier.own_place),)))
        assert names(town, of(own)) == "Ada"
        assert names(town, of(own), person=town.boris) == ""
        assert names(town, of(own, operator="differs"), person=town.boris) == "Bo"

    def test_the_drawer_opens_beside_such_a_segment(self, town: Town, regulars: int) -> None:
        """CT-8, PR-3: it says why someone is not included, and nothing of the place."""
        here = Condition("bought_at", "equals", (str(town.kavalier.own_place),))
        own = add(town, "Pechersk", here, Condition("sales_count", "more", ("1",)))
        with town.kavalier.work():
            bo = db.session.scalars(select(Customer.id).where(Customer.first_name == "Bo")).one()
        answer = town.browser(town.boris).get(f"/customers/summary?id={bo}&segment={own}")
        assert answer.status_code == 200
        assert "Why not included?" in answer.text
        assert "Pechersk" not in answer.text

    def test_its_segments_cost_one_statement(self, town: Town, regulars: int) -> None:
        both = add(town, "Both", of(regulars), of(regulars, operator="differs"))
        asked: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        with looking(town, town.anna):
            engine = db.engine
            event.listen(engine, "before_cursor_execute", count)
            try:
                group = Group(members=(of(both), of(regulars)))
                assert problems(group, fields(), setting()) == {}
                CustomerFilter(conditions=group).compiler(CustomerFilter().figures()).holds(group)
            finally:
                event.remove(engine, "before_cursor_execute", count)
        assert sum("FROM segment" in each for each in asked) == 1


class TestUnreadable:
    def test_one_that_is_gone_or_another_franchisees(self, town: Town, regulars: int) -> None:
        """PR-3, CT-9: said where it stands, not guessed."""
        with town.kavalier.work():
            other = add_segment("Other", franchisee=add_franchisee("Obolon Partners"))
        for missing in (of(regulars + 100), of(regulars, regulars + 100, operator="in")):
            assert faults(town, missing) == ["What was chosen here is not there any more. Choose again."]
        assert faults(town, of(other)) == []
        assert len(faults(town, of(other), person=town.boris)) == 1

    @pytest.mark.parametrize(
        "inside",
        [
            Condition("segment", "equals", ("999999",)),
            Condition("answer_999999", "exists"),
            Condition("sales_count", "more", ("many",)),
        ],
    )
    def test_one_with_a_condition_that_cannot_be_read(self, town: Town, inside: Condition) -> None:
        """CT-9: also when it stands deeper."""
        broken = add(town, "Broken", TWICE, inside)
        above = add(town, "Above", of(broken))
        words = ["A condition of this segment cannot be read any more. Edit the segment."]
        assert faults(town, of(broken)) == faults(town, of(above)) == words

    def test_operators_that_it_does_not_have(self, town: Town, regulars: int) -> None:
        for operator in ("exists", "missing", "more"):
            assert len(faults(town, of(regulars, operator=operator))) == 1
        assert faults(town, of()) == ["Enter a value."]

    def test_a_circle_that_was_made_past_the_panel_ends(self, town: Town, regulars: int) -> None:
        above = add(town, "Above", of(regulars), of(regulars))
        with town.kavalier.work():
            segment = db.session.get_one(Segment, (town.kavalier.id, regulars))
            segment.conditions = {"and": [{"field": "segment", "operator": "equals", "values": [str(above)]}]}
        assert len(faults(town, of(above))) == 1

    def test_what_doubles_at_every_level_is_read_in_time_and_refused(self, town: Town, regulars: int) -> None:
        """Each segment asks twice for the one before: written out these are 65,536 conditions."""
        below = regulars
        for number in range(15):
            below = add(town, f"S{number}", of(below), of(below))
        began = time.monotonic()
        assert "more than 2,000 conditions" in " ".join(faults(town, of(below)))
        assert time.monotonic() - began < 5
