"""The messages of a preview by groups: one is composed for all whose texts are equally long, by SQL's own account.

It is composed as a chunk composes it, so the preview tells what the run will send.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

from flask_babel import force_locale
from sqlalchemy import BigInteger, Text, bindparam, case, cast, column, func, literal, select, text

from app.bulk.models import Batch, BatchItem, ItemState
from app.bulk.services.composing import Composed, Writer, compose
from app.bulk.telling import Wording
from app.customers.models import Customer
from app.db import business_id, side_by_side
from app.extensions import db
from app.locale import LANGUAGES, main_language
from app.messaging.services.measuring import measured, shape_of
from app.messaging.services.reaching import route_of
from app.messaging.texts import EXAMPLES, variables_in
from app.messaging.values import setting_of

AT_ONCE = 100_000
"""Customers that are looked at in one statement: more take more memory, fewer more statements."""
SPARSE = 4
"""A probe of an index costs about as much as reading so many customers in a row."""
EACH = 5_000
"""Texts that are composed at once."""


class Group(NamedTuple):
    """Customers of one length of text, reached the same way."""

    said: Composed
    """What one of them reads."""
    number: int
    customers: str
    """Their ids, as SQL writes an array."""


class Slice(NamedTuple):
    """The customers whose messages are looked at next, in the order of their ids."""

    number: int
    first: int
    last: int

    @property
    def is_dense(self) -> bool:
        """Whether few others lie between them, so that to read all there is costs less than to probe for each."""
        return self.number * SPARSE > self.last - self.first


def groups_of(batch: Batch, wording: Wording) -> Iterator[list[Group]]:
    """Those of the pending items of a batch, some items at a time."""
    statement, after = _statement(wording), 0
    while (here := _slice(batch, after)).number:
        bounds = {"business": business_id(), "batch": batch.id, "program": wording.program.id}
        with side_by_side() if here.is_dense else nullcontext():
            rows = db.session.execute(statement, bounds | {"after": after, "last": here.last}).all()
        yield [group for place in range(0, len(rows), EACH) for group in _composed(wording, rows[place : place + EACH])]
        after = here.last


def examples(customers: Sequence[int]) -> dict[int, dict[str, str]]:
    """What stands in for what only the step will know: as long as that."""
    return dict.fromkeys(customers, _examples())


def _examples() -> dict[str, str]:
    with force_locale(main_language()):
        return {name: str(example) for name, example in EXAMPLES.items()}


def _composed(wording: Wording, rows: Sequence[Any]) -> list[Group]:
    firsts = [row.first for row in rows]
    said = {each.customer_id: each for each in compose(wording, firsts, late=examples(firsts), ahead=True)}
    return [Group(said[row.first], row.number, row.customers) for row in rows if row.first in said]


def _slice(batch: Batch, after: int) -> Slice:
    mine = (BatchItem.business_id == business_id(), BatchItem.batch_id == batch.id)
    pending = select(BatchItem.customer_id).where(*mine, BatchItem.state == ItemState.PENDING)
    behind = pending.where(BatchItem.customer_id > after).order_by(BatchItem.customer_id).limit(AT_ONCE).subquery()
    of = behind.c.customer_id
    return Slice(*db.session.execute(select(func.count(), func.min(of), func.max(of)).select_from(behind)).one())


def _statement(wording: Wording) -> Any:
    """Values are read below, each once, and told apart above."""
    routed = _routed(wording)
    names = variables_in(*wording.titles.values(), *wording.texts.values())
    values = measured(names, setting_of(wording.program.id, wording.holding))
    read = (
        select(
            Customer.id, Customer.language, routed.c.route, *(each.label(f"of_{name}") for name, each in values.items())
        )
        .join_from(routed, Customer, (Customer.business_id == business_id()) & (Customer.id == routed.c.customer_id))
        .where(Customer.id.between(bindparam("after") + 1, bindparam("last")))
        .offset(0)
        .subquery("read")
    )
    shape = _shape(wording, read.c.language, {name: read.c[f"of_{name}"] for name in values})
    key = func.coalesce(shape, literal("#").op("||")(cast(read.c.id, Text)))
    customers = cast(func.array_agg(read.c.id), Text).label("customers")
    grouped = select(func.min(read.c.id).label("first"), func.count().label("number"), customers)
    return grouped.group_by(*(each.collate("C") for each in (read.c.language, read.c.route, key))).order_by("first")


def _routed(wording: Wording) -> Any:
    statement = text(
        f"SELECT i.customer_id, {route_of(wording.way, wording.program)} AS route FROM batch_item i"
        " JOIN customer c ON c.business_id = :business AND c.id = i.customer_id AND c.id BETWEEN :after + 1 AND :last"
        " LEFT JOIN enrolment n ON n.business_id = :business AND n.program_id = :program AND n.customer_id = c.id"
        " AND n.customer_id BETWEEN :after + 1 AND :last"
        f" WHERE i.business_id = :business AND i.batch_id = :batch AND i.state = {ItemState.PENDING:d}"
        " AND i.customer_id BETWEEN :after + 1 AND :last"
    )
    return statement.columns(column("customer_id", BigInteger), column("route", Text)).subquery("routed")


def _shape(wording: Wording, language: Any, values: Mapping[str, Any]) -> Any:
    """Who reads a language that nobody here writes is composed for itself."""
    writer, spoken = Writer(wording), ["", *LANGUAGES]
    letters: dict[str, str] = {}
    for each in spoken:
        for name, opening in writer.openings(each or main_language(), _examples()).items():
            letters[name] = letters.get(name, "") + opening
    return case((language.in_(spoken), shape_of(values, letters)))
