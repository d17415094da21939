"""Rows for tests, made one by one in the unit of work at hand, coherent as the application keeps them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import cast, func, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.bulk.models import Batch, BatchItem, BatchState, ItemState
from app.businesses.models import Franchisee, PointOfSale, Terminal
from app.businesses.scopes import ensure_scopes
from app.customers.conditions.kept import written
from app.customers.conditions.nodes import Condition, Group, Node
from app.customers.models import (
    Answer,
    Card,
    Customer,
    CustomerSearch,
    Enrolment,
    LikelyDuplicate,
    Likeness,
    Segment,
    Tag,
)
from app.customers.search import document
from app.customers.services.figures import count_sale, uncount_sale
from app.db import business_id
from app.extensions import Base, db
from app.imports.models import ImportFile, ImportJob, ImportRow, ImportState, RowState
from app.ledger.models import Balance, Entry, EntryKind, Lot
from app.lib import dates
from app.lib.collation import sort_key
from app.loyalty.models import (
    Access,
    Category,
    FieldKind,
    Good,
    GoodGroup,
    Program,
    ProgramRule,
    QuestionnaireChoice,
    QuestionnaireField,
    Wallet,
    WalletKind,
)
from app.loyalty.rules import Conditions, Effect
from app.loyalty.rules.kept import written_conditions, written_effects
from app.messaging.models import (
    Channel,
    Direction,
    Message,
    MessageKind,
    MessageStatus,
    MessageTemplate,
    SimulatedMessage,
)
from app.offers.models import CouponKind, CouponSeries, CustomerOffer, Offer
from app.offers.services import open_holding
from app.offers.services.holding import add_offers
from app.transactions.bought import add_bought, take_back_bought
from app.transactions.models import Kind, Source, Status, Transaction, TransactionLine
from app.transactions.services import BasketLine
from app.transactions.services.open_sales import begin_sale, open_sale, put_lines


def add_franchisee(name: str) -> int:
    return _place(Franchisee(business_id=business_id(), name=name))


def add_point_of_sale(name: str, franchisee_id: int | None = None, address: str = "") -> int:
    return _place(PointOfSale(business_id=business_id(), name=name, franchisee_id=franchisee_id, address=address))


def add_terminal(point_of_sale_id: int, name: str) -> int:
    return _place(Terminal(business_id=business_id(), point_of_sale_id=point_of_sale_id, name=name))


def segment_row(business: int, name: str, franchisee: int | None = None, conditions: Group | None = None) -> Segment:
    return Segment(
        business_id=business,
        franchisee_id=franchisee,
        name=name,
        name_key=name.casefold(),
        conditions=written(conditions or Group(members=(Condition("sales_count", "more", ("1",)),))),
        changed_at=dates.now(),
    )


def add_segment(name: str, *conditions: Node, franchisee: int | None = None) -> int:
    """A segment whose conditions must all hold; without any, that of who bought more than once."""
    group = Group(members=conditions) if conditions else None
    segment = segment_row(business_id(), name, franchisee, group)
    _add(segment)
    return segment.id


def add_customer(
    first_name: str = "Olena",
    last_name: str = "Koval",
    phone: str = "",
    *,
    email: str = "",
    cards: Sequence[str] = (),
    tags: Sequence[tuple[str, str]] = (),
    point_of_sale: int | None = None,
    registered_at: datetime | None = None,
    access: Access = Access.FULL,
    category: int | None = None,
    confirmed: bool = False,
    app_installed: bool = False,
    birthday: date | None = None,
) -> int:
    """A customer enrolled in the default program, with no sale and no points; answers with its id."""
    customer = Customer(
        business_id=business_id(),
        first_name=first_name,
        last_name=last_name,
        first_name_key=sort_key(first_name),
        last_name_key=sort_key(last_name),
        name_key=sort_key(last_name, first_name),
        phone=phone,
        email=email,
        birthday=birthday,
        registered_at=registered_at or dates.now(),
        registered_point_of_sale_id=point_of_sale,
        confirmed=confirmed,
        app_installed=app_installed,
        card_count=len(cards),
        tag_count=len(tags),
    )
    _add(customer)
    words = document(business_id(), first_name=first_name, last_name=last_name, phone=phone, email=email, cards=cards)
    _add(
        CustomerSearch(business_id=business_id(), customer_id=customer.id, document=cast(words, TSVECTOR)),
        *(Card(business_id=business_id(), customer_id=customer.id, number=number) for number in cards),
        *(Tag(business_id=business_id(), customer_id=customer.id, key=key, value=value) for key, value in tags),
    )
    enrol(customer.id, default_program(), access, category)
    open_holding(customer.id)
    return customer.id


def add_duplicate(first: int, second: int) -> int:
    """A pair of records that may be one person."""
    first, second = sorted((first, second))
    pair = LikelyDuplicate(business_id=business_id(), first_id=first, second_id=second, reasons=Likeness.EMAIL)
    _add(pair)
    return pair.id


def enrol(customer_id: int, program: Program, access: Access = Access.FULL, category: int | None = None) -> None:
    """Takes a customer into a program, with the balance of its wallet; before what it buys in it."""
    first = select(Category.id).where(Category.program_id == program.id, Category.is_default)
    _add(
        Enrolment(
            business_id=business_id(),
            program_id=program.id,
            customer_id=customer_id,
            category_id=category or db.session.scalars(first).one(),
            access=access,
        )
    )
    hold(customer_id, program.wallet_id)
    _list(customer_id, program.id)


def hold(
    customer_id: int, wallet_id: int, amount: int = 0, expiring: int = 0, expiring_at: datetime | None = None
) -> None:
    """What a customer holds in a wallet, without the movements that it comes from."""
    values = {"amount": amount, "expiring": expiring, "expiring_at": expiring_at or dates.NEVER}
    db.session.merge(Balance(business_id=business_id(), wallet_id=wallet_id, customer_id=customer_id, **values))
    db.session.flush()


def add_account(name: str) -> int:
    """A money account of the business; answers with the wallet's id."""
    wallet = Wallet(business_id=business_id(), kind=WalletKind.MONEY, name=name)
    _add(wallet)
    return wallet.id


def add_rule(
    program_id: int, *effects: Effect, name: str = "Always", conditions: Conditions | None = None, priority: int = 0
) -> int:
    """An active rule that combines; answers with its id."""
    rule = ProgramRule(
        business_id=business_id(),
        program_id=program_id,
        name=name,
        priority=priority,
        conditions=written_conditions(conditions or Conditions()),
        effects=written_effects(effects),
    )
    _add(rule)
    return rule.id


def add_question(
    name: str, kind: FieldKind = FieldKind.TEXT, *, required: bool = False, choices: Sequence[str] = ()
) -> int:
    """A question behind those that there are; answers with its id."""
    position = db.session.scalar(select(func.count()).select_from(QuestionnaireField)) or 0
    question = QuestionnaireField(business_id=business_id(), name=name, kind=kind, required=required, position=position)
    _add(question)
    _add(
        *(
            QuestionnaireChoice(business_id=business_id(), field_id=question.id, name=each, position=place)
            for place, each in enumerate(choices)
        )
    )
    return question.id


def add_answer(customer_id: int, question_id: int, **value: object) -> None:
    """An answer in the column of its kind: words, number (ten-thousandths), day, yes, choice_id."""
    if "words" in value:
        value["words_key"] = sort_key(str(value["words"]))
    _add(Answer(business_id=business_id(), customer_id=customer_id, field_id=question_id, **value))


def choice_ids(question_id: int) -> list[int]:
    """The choices of a question in their order."""
    mine = select(QuestionnaireChoice.id).where(QuestionnaireChoice.field_id == question_id)
    return list(db.session.scalars(mine.order_by(QuestionnaireChoice.position)))


def add_category(name: str, position: int = 1, program_id: int | None = None) -> int:
    """A category, of the default program unless told otherwise."""
    program = program_id or default_program().id
    category = Category(business_id=business_id(), program_id=program, name=name, position=position)
    _add(category)
    return category.id


def add_sale(
    customer_id: int,
    terminal_id: int,
    amount: int,
    at: datetime | None = None,
    *,
    program_id: int | None = None,
    points_earned: int = 0,
    goods: Sequence[int | None] = (None,),
) -> int:
    """A completed sale of `amount` in kopecks, counted in the figures of every scope it belongs to.

    A line for each of `goods`, None for what no list knows; the first line has the whole amount.
    """
    terminal = db.session.get_one(Terminal, (business_id(), terminal_id))
    sale = Transaction(
        business_id=business_id(),
        customer_id=customer_id,
        program_id=program_id or default_program().id,
        point_of_sale_id=terminal.point_of_sale_id,
        terminal_id=terminal_id,
        kind=Kind.SALE,
        source=Source.STORE,
        status=Status.COMPLETED,
        at=at or dates.now(),
        gross=amount,
        points_earned=points_earned,
    )
    _add(sale)
    names = {"business_id": business_id(), "transaction_id": sale.id, "name": "Flat white", "quantity": 1000}
    _add(
        *(
            TransactionLine(**names, number=number, gross=0 if number > 1 else amount, good_id=good)
            for number, good in enumerate(goods, start=1)
        )
    )
    db.session.execute(select(func.charge_sale(sale.id, sale.at)))
    add_bought(sale.id)
    count_sale(sale_values(sale))
    return sale.id


def cancel_sale(sale_id: int) -> None:
    """Takes a sale out of the figures; its points stay."""
    sale = db.session.get_one(Transaction, (business_id(), sale_id))
    sale.status, sale.cancelled_at = Status.CANCELLED, dates.now()
    db.session.flush()
    uncount_sale(sale_values(sale))
    take_back_bought(sale_id)


def sale_values(sale: Transaction) -> dict[str, object]:
    """What figures need to know of a sale."""
    where = {"program": sale.program_id, "place": sale.point_of_sale_id, "terminal": sale.terminal_id}
    return {"customer": sale.customer_id, "amount": sale.gross, "at": sale.at, **where}


def add_good_group(name: str = "Drinks") -> int:
    group = GoodGroup(business_id=business_id(), name=name, name_key=sort_key(name))
    _add(group)
    return group.id


def add_good(name: str = "Flat white", **values: Any) -> int:
    """A good for 95.00 unless told otherwise; answers with its id."""
    keys = {"name_key": sort_key(name), "code_key": values.get("code", "").casefold()}
    good = Good(business_id=business_id(), name=name, **keys, **({"price": 9_500} | values))
    _add(good)
    return good.id


def add_points(customer_id: int, amount: int, *, days: int | None = None, terminal_id: int | None = None) -> int:
    """Points in hundredths, in a lot of their own that expires in `days`, or never; answers with the entry's id."""
    place = db.session.get_one(Terminal, (business_id(), terminal_id)).point_of_sale_id if terminal_id else None
    balance = db.session.get_one(Balance, (business_id(), default_program().wallet_id, customer_id))
    balance.amount += amount
    expires_at = dates.now() + timedelta(days=days) if days is not None else None
    if expires_at and (balance.expiring_at == dates.NEVER or expires_at < balance.expiring_at):
        balance.expiring_at, balance.expiring = expires_at, amount
    holder = {"business_id": business_id(), "customer_id": customer_id, "wallet_id": balance.wallet_id}
    number = db.session.scalar(select(func.count()).select_from(Entry))
    entry = Entry(
        **holder,
        kind=EntryKind.ADDED,
        amount=amount,
        balance_after=balance.amount,
        at=dates.now(),
        key=f"test:{number}",
        point_of_sale_id=place,
    )
    _add(entry)
    _add(Lot(**holder, entry_id=entry.id, amount=amount, remaining=amount, expires_at=expires_at))
    return entry.id


def add_message(customer_id: int | None, text: str = "Your purchase: +12 points.", **values: Any) -> int:
    """A notice that arrived at once as an SMS, of the brand unless told otherwise; answers with its id."""
    number = db.session.scalar(select(func.count()).select_from(Message))
    standard = {
        "direction": Direction.OUT,
        "kind": MessageKind.TRANSACTION,
        "channel": Channel.SMS,
        "status": MessageStatus.DELIVERED,
        "segments": 1,
        "dedupe_key": f"test:{number}",
        "created_at": values.get("distributed_at") or dates.now(),
        "distributed_at": dates.now(),
    }
    message = Message(business_id=business_id(), customer_id=customer_id, text=text, **(standard | values))
    _add(message)
    return message.id


def add_simulated(message_id: int, text: str) -> int:
    """An SMS as the simulator took it; answers with the call's id."""
    taken = {"channel": Channel.SMS, "address": "+380674120855", "fate": "accepted", "arrived": True}
    words = {"sender": "", "title": "", "text": text, "language": "uk", "at": dates.now()}
    call = SimulatedMessage(business_id=business_id(), message_id=message_id, **taken, **words)
    _add(call)
    return call.id


def add_template(
    name: str = "We miss you", text: str = "{first_name}, your coffee waits.", **values: Any
) -> MessageTemplate:
    """A template of an SMS in English unless told otherwise."""
    standard = {"channel": "sms", "texts": {"en": text}, "changed_at": dates.now()}
    template = MessageTemplate(business_id=business_id(), name=name, **(standard | values))
    _add(template)
    return template


def add_offer(title: str = "Second croissant free", text: str = "The second is on us.", **values: Any) -> int:
    """An offer of the business, free, and begun a month ago unless told otherwise; answers with its id."""
    begun = {"starts_at": dates.now() - timedelta(days=30)}
    words = {"public_titles": {"en": title}, "texts": {"en": text}}
    offer = Offer(business_id=business_id(), title=title, **(begun | words | values))
    _add(offer)
    return offer.id


def give_offer(customer_id: int, offer_id: int, **values: Any) -> int:
    """An offer in a customer's hands; answers with the id of its being there."""
    now = {"given_at": dates.now(), "holder_id": customer_id}
    given = CustomerOffer(business_id=business_id(), customer_id=customer_id, offer_id=offer_id, **(now | values))
    _add(given)
    if not {"redeemed_at", "removed_at", "lapsed_at"} & values.keys():
        add_offers([customer_id], 1)
    return given.id


def add_series(title: str = "Ten percent off", **values: Any) -> int:
    """A series of coupons of 10 %, begun a month ago unless told otherwise; answers with its id."""
    known = {"kind": CouponKind.PERCENT, "value": 1000, "issue_from": dates.now() - timedelta(days=30)}
    series = CouponSeries(business_id=business_id(), title=title, **({"public_titles": {"en": title}} | known | values))
    _add(series)
    return series.id


def add_batch(customer_id: int, user_id: int, franchisee: int | None = None) -> int:
    """A previewed bulk action on one customer: a tag; answers with its id."""
    values = {"way": "add", "key": "city", "value": "Kyiv"}
    batch = Batch(
        business_id=business_id(),
        state=BatchState.PREVIEWED,
        action="tags",
        values=values,
        selection={"args": {}, "ids": [customer_id], "left_out": []},
        user_id=user_id,
        franchisee_id=franchisee,
        selected=1,
        foreseen={"done": 1, "amount": 0, "reasons": {}},
        frozen_at=dates.now(),
    )
    _add(batch)
    _add(BatchItem(business_id=business_id(), batch_id=batch.id, customer_id=customer_id, state=ItemState.PENDING))
    return batch.id


def add_import(customer_id: int, user_id: int, name: str = "customers.csv") -> int:
    """An import whose rows are checked: one that tells nothing new of a customer, and one that is refused."""
    own = {"business_id": business_id()}
    described = {"encoding": "utf-8", "delimiter": ",", "columns": ["phone"], "mapping": ["phone"], "lines": 2}
    job = ImportJob(**own, name=name, size=20, sha256=b"", user_id=user_id, state=ImportState.READ, **described)
    job.counts, job.reasons = {"unchanged": 1, "refused": 1}, {"phone": 1}
    job.program_id, job.read_at = default_program().id, dates.now()
    _add(job)
    _add(ImportFile(**own, import_id=job.id, content=b"phone\n+380671112233\n12\n"))
    of_job = {**own, "import_id": job.id}
    _add(ImportRow(**of_job, number=1, raw=["+380671112233"], state=RowState.UNCHANGED, customer_id=customer_id))
    _add(ImportRow(**of_job, number=2, raw=["12"], state=RowState.REFUSED, reason="phone", detail="phone"))
    return job.id


def add_open_sale(customer_id: int, terminal_id: int) -> uuid.UUID:
    """A sale of 100.00 that the person of this unit of work is making; answers with its key."""
    key = begin_sale(terminal_id, customer_id)
    put_lines(open_sale(terminal_id, key), default_program().id, [BasketLine("Check", 10_000)])
    db.session.flush()
    return key


def default_program() -> Program:
    return db.session.scalars(select(Program).where(Program.business_id == business_id(), Program.is_default)).one()


def _place(row: Franchisee | PointOfSale | Terminal) -> int:
    _add(row)
    ensure_scopes()
    return row.id


def _add(*rows: Base) -> None:
    db.session.add_all(rows)
    db.session.flush()


def _list(customer_id: int, program_id: int) -> None:
    """The rows of figures that stand without a sale: business, program, and the franchisee of the registration."""
    values = {"business": business_id(), "customer": customer_id, "program": program_id, "never": dates.NEVER}
    db.session.execute(_LIST, values)


_LIST = text(
    """
    INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
    SELECT s.business_id, s.id, :customer, :never, :never
    FROM stats_scope s
    WHERE s.business_id = :business AND s.point_of_sale_id IS NULL AND s.terminal_id IS NULL
        AND (s.program_id IS NULL OR s.program_id = :program)
        AND (s.franchisee_id IS NULL OR s.franchisee_id =
            (SELECT p.franchisee_id FROM customer c
             JOIN point_of_sale p ON p.business_id = c.business_id AND p.id = c.registered_point_of_sale_id
             WHERE c.business_id = :business AND c.id = :customer))
    ON CONFLICT DO NOTHING
    """
)
