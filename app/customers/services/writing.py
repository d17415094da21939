"""Where each part of a customer's details is kept, and what is kept of it besides: sort keys, counts, search (CP-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import cast, delete, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR, insert
from sqlalchemy.exc import IntegrityError

from app.customers.details import AnswerValue, Details, details_of
from app.customers.family import family, survivor_of
from app.customers.models import Answer, Card, Consent, ConsentKind, Customer, CustomerSearch, Enrolment
from app.customers.search import document
from app.customers.services.assigning import assign_categories
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.lib.arrays import as_array
from app.lib.collation import sort_key
from app.loyalty.models import Access, FieldKind
from app.loyalty.queries import every_question

ANSWERED_IN = {
    FieldKind.TEXT: "words",
    FieldKind.NUMBER: "number",
    FieldKind.DATE: "day",
    FieldKind.YES_NO: "yes",
    FieldKind.CHOICE: "choice_id",
}
_UNIQUE = {"customer_phone_key": "phone", "card_business_id_number_key": "cards"}


class TakenError(Exception):
    """Another customer has this phone, or one of these cards.

    `name` is the field, `values` what may be taken; `holder` is None when this person may not see who has it.
    """

    def __init__(self, name: str, values: list[str], holder: Customer | None) -> None:
        super().__init__(name)
        self.name = name
        self.values = values
        self.holder = holder


@contextmanager
def refusing_taken(customer_id: int, old: Details, new: Details) -> Iterator[None]:
    """Gives up what is done within, and raises TakenError, when a phone or card belongs to another customer.

    The database tells, not a look beforehand: two people at once, or a franchisee that does not see the other
    customer, are refused alike.
    """
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        fault = error.orig
        name = _UNIQUE.get(fault.diag.constraint_name or "") if isinstance(fault, UniqueViolation) else None
        if name is None:
            raise
        raise _taken(name, customer_id, old, new) from None


def identity_values(new: Details) -> dict[str, Any]:
    """The columns of a customer's own row."""
    return {
        **new.names,
        "first_name_key": sort_key(new.first_name),
        "last_name_key": sort_key(new.last_name),
        "name_key": sort_key(new.last_name, new.first_name),
        "phone": new.phone,
        "email": new.email,
        "birthday": new.birthday,
        "language": new.language,
        "card_count": len(new.cards),
    }


def keep_identity(customer: Customer, new: Details) -> None:
    for name, value in identity_values(new).items():
        setattr(customer, name, value)


def keep_cards(customer_id: int, old: Details, new: Details) -> None:
    gone = set(old.cards) - set(new.cards)
    if gone:
        db.session.execute(delete(Card).where(*_of(Card, customer_id), Card.number.in_(gone)))
    db.session.add_all(
        Card(business_id=business_id(), customer_id=customer_id, number=number)
        for number in new.cards
        if number not in old.cards
    )


def keep_search(customer_id: int, new: Details) -> None:
    """A customer is found by what records merged into it had, too (CP-9)."""
    words = document(business_id(), **new.names, phone=new.phone, email=new.email, cards=new.cards)
    merged = select(Customer).where(Customer.business_id == business_id(), Customer.id.in_(family(customer_id)[1:]))
    for each in db.session.scalars(merged):
        names = {"first_name": each.first_name, "last_name": each.last_name}
        words += " " + document(business_id(), **names, phone=each.phone, email=each.email, cards=())
    row = insert(CustomerSearch).values(
        business_id=business_id(), customer_id=customer_id, document=cast(words, TSVECTOR)
    )
    kept = row.on_conflict_do_update(
        index_elements=["business_id", "customer_id"], set_={"document": row.excluded.document}
    )
    db.session.execute(kept)


_FOUND_BY = text(
    """
    INSERT INTO customer_search (business_id, customer_id, document)
    SELECT :business, customer_id, CAST(document AS tsvector)
    FROM unnest(CAST(:customers AS bigint[]), CAST(:documents AS text[])) found (customer_id, document)
    ORDER BY customer_id
    ON CONFLICT (business_id, customer_id) DO UPDATE SET document = excluded.document
    """
)


def keep_search_of(customers: Sequence[int]) -> None:
    """What many are found by, worked out anew of what is kept of them."""
    mine = select(Customer).where(Customer.business_id == business_id(), Customer.id.in_(customers))
    merged = select(Customer.merged_into_id).where(
        Customer.business_id == business_id(), Customer.merged_into_id.in_(customers)
    )
    survivors = set(db.session.scalars(merged))
    cards: dict[int, list[str]] = {}
    for row in db.session.execute(
        select(Card.customer_id, Card.number).where(Card.business_id == business_id(), Card.customer_id.in_(customers))
    ):
        cards.setdefault(row.customer_id, []).append(row.number)
    found = {}
    for each in db.session.scalars(mine, execution_options={"populate_existing": True}):
        if each.id in survivors:
            keep_search(each.id, details_of(each))
            continue
        names = {"first_name": each.first_name, "last_name": each.last_name}
        held = cards.get(each.id, [])
        found[each.id] = document(business_id(), **names, phone=each.phone, email=each.email, cards=held)
    values = {"business": business_id(), "customers": as_array(found), "documents": list(found.values())}
    db.session.execute(_FOUND_BY, values)


def keep_answers(customer_id: int, old: Details, new: Details) -> None:
    asked = {*old.answers, *new.answers}
    changed = {number for number in asked if old.answers.get(number) != new.answers.get(number)}
    if not changed:
        return
    db.session.execute(delete(Answer).where(*_of(Answer, customer_id), Answer.field_id.in_(changed)))
    kinds = {question.id: question.kind for question in every_question()}
    answered = {number: value for number, value in new.answers.items() if number in changed}
    db.session.add_all(_answer(customer_id, number, kinds[number], value) for number, value in answered.items())
    db.session.flush()


def keep_consents(customer_id: int, old: Details, new: Details) -> None:
    """Writes down what changed, with the moment and who did it."""
    changed = [kind for kind in ConsentKind if old.granted(kind) != new.granted(kind)]
    if not changed:
        return
    said = {"at": dates.now(), "user_id": current_scope().user_id}
    row = insert(Consent).values(
        [
            {
                "business_id": business_id(),
                "customer_id": customer_id,
                "kind": kind,
                "granted": new.granted(kind),
                **said,
            }
            for kind in changed
        ]
    )
    again = {name: row.excluded[name] for name in ("granted", "at", "user_id")}
    kept = row.on_conflict_do_update(index_elements=["business_id", "customer_id", "kind"], set_=again)
    db.session.execute(kept)


def keep_standings(customer_id: int, old: Details, new: Details) -> None:
    """Access and category in each program; one that is released gets what the rules say (AC-3)."""
    changed = {number for number, standing in new.standings.items() if old.standings.get(number) != standing}
    if not changed:
        return
    for enrolment in db.session.scalars(
        select(Enrolment).where(*_of(Enrolment, customer_id), Enrolment.program_id.in_(changed))
    ):
        standing = new.standings[enrolment.program_id]
        enrolment.access = standing.access
        if standing.access in (Access.FULL, Access.LIMITED):
            enrolment.left_at = None  # Who left has come back.
        enrolment.category_by_hand = standing.category_id is not None
        enrolment.category_id = standing.category_id or enrolment.category_id
    db.session.flush()
    for program_id in sorted(changed):
        if new.standings[program_id].category_id is None:
            assign_categories(program_id, [customer_id])


def _of(kind: Any, customer_id: int) -> tuple[Any, Any]:
    return kind.business_id == business_id(), kind.customer_id == customer_id


def _answer(customer_id: int, question_id: int, kind: FieldKind, value: AnswerValue) -> Answer:
    answer = Answer(business_id=business_id(), customer_id=customer_id, field_id=question_id)
    setattr(answer, ANSWERED_IN[kind], value)
    if kind is FieldKind.TEXT:
        answer.words_key = sort_key(str(value))
    return answer


def _taken(name: str, customer_id: int, old: Details, new: Details) -> TakenError:
    """Who has it, as far as this person sees."""
    values = [new.phone] if name == "phone" else [number for number in new.cards if number not in old.cards]
    if name == "phone":
        mine = Customer.business_id == business_id(), Customer.phone == new.phone, Customer.id != customer_id
        found = db.session.scalar(select(Customer.id).where(*mine))
        # Of a merged record it is the one that stands for it.
        return TakenError(
            name, values, db.session.get(Customer, (business_id(), survivor_of(found))) if found else None
        )
    taken = select(Card).where(
        Card.business_id == business_id(), Card.number.in_(values), Card.customer_id != customer_id
    )
    card = db.session.scalars(taken.order_by(Card.number)).first()
    if card is None:
        return TakenError(name, values, None)
    return TakenError(name, [card.number], db.session.get(Customer, (business_id(), card.customer_id)))
