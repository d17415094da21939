"""What conditions become in SQL: bound parameters alone (CT-7)."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql

from app.customers.asking import fields
from app.customers.conditions.fields import Field
from app.customers.conditions.nodes import Condition, Group, Operator
from app.customers.filters import CustomerFilter
from app.customers.statements import selection_statement
from tests.customers.looking import looking
from tests.people import Town

WORD = "x'); DROP TABLE customer; --"
NUMBER, DAY, PHONE, NAME = "73519", "2011-12-13", "+380671357913", "key'73519"


def test_no_value_stands_in_a_statement(town: Town) -> None:
    """Every operator of every field, with a value that would be seen."""
    with looking(town, town.anna):
        every = tuple(condition(each, operator) for each in fields().values() for operator in each.kind.operators)
        chosen = CustomerFilter(conditions=Group(members=every))
        asked = [each for path, each in Group(members=every).conditions() if path not in chosen.problems]
        statement = selection_statement(CustomerFilter(conditions=Group(members=tuple(asked))))
        written = str(statement.compile(dialect=postgresql.dialect()))
    assert len(asked) > 100
    for value in ("DROP", "73519", "2011", "13579", "key'"):
        assert value not in written


def condition(field: Field, operator: Operator) -> Condition:
    value = {"number": NUMBER, "day": DAY, "days": "73", "phone": PHONE}.get(field.kind.control_of(operator), WORD)
    if field.options is not None:
        value = next(iter(field.options()), (NUMBER, ""))[0]
    values = (value, value) if operator is Operator.BETWEEN else (value,)
    return Condition(field.key, operator, values, NAME if field.about else "")
