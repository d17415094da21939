"""Writes what a business begins with, and remembers its ids for the rows that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from app.demo.assortment import assortment, write_goods
from app.demo.plans import ACCOUNT, CATEGORIES, FIRST_CATEGORY, BusinessPlan
from app.demo.rules import rules, settings
from app.demo.told import Question
from app.demo.words import OfferPlan
from app.loyalty.models import FieldKind
from app.permissions import Role


@dataclass
class Place:
    id: int
    franchisee: int | None
    terminals: list[int]
    weight: float
    online: bool
    name: str


@dataclass
class Scopes:
    """The ids of the scopes in which figures are kept, by program; None is all programs."""

    everywhere: dict[int | None, int] = field(default_factory=dict)
    franchisee: dict[tuple[int | None, int], int] = field(default_factory=dict)
    place: dict[tuple[int | None, int], int] = field(default_factory=dict)
    terminal: dict[tuple[int | None, int], int] = field(default_factory=dict)


@dataclass
class Structure:
    """A business's ids, in the order of its plan."""

    business: int
    franchisees: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    wallets: list[int] = field(default_factory=list)
    """The points wallets."""
    account: int = 0
    """The money account's wallet."""
    programs: list[int] = field(default_factory=list)
    categories: list[dict[str, int]] = field(default_factory=list)
    """By program: name → id."""
    questions: list[Question] = field(default_factory=list)
    scopes: Scopes = field(default_factory=Scopes)
    offers: list[int] = field(default_factory=list)
    """By the plan's offer: language → id."""
    goods: dict[str, int] = field(default_factory=dict)
    """Code → id."""


class Writer:
    """Inserts rows of one business, one at a time."""

    def __init__(self, connection: Connection, business: int) -> None:
        self._connection = connection
        self._business = business

    def add(self, table: str, **values: object) -> int:
        """Inserts a row and answers with its id."""
        return insert(self._connection, table, business_id=self._business, **values)

    def link(self, table: str, **ids: int) -> None:
        """Inserts a row that has no id of its own."""
        names, marks = sql.SQL(", ").join(map(sql.Identifier, ids)), sql.SQL(", ").join(sql.Placeholder() * len(ids))
        statement = sql.SQL("INSERT INTO {} (business_id, {}) VALUES (%s, {})")
        self._connection.execute(statement.format(sql.Identifier(table), names, marks), [self._business, *ids.values()])


def insert(connection: Connection, table: str, **values: object) -> int:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    row = connection.execute(statement, list(values.values())).fetchone()
    assert row is not None  # noqa: S101 - an INSERT without a conflict clause returns its row or raises
    return int(row[0])


def write_structure(connection: Connection, plan: BusinessPlan, until: datetime) -> Structure:
    """Makes the business with its places, programs, scopes, goods and offers, as they are at the moment `until`."""
    business = insert(
        connection,
        "business",
        name=plan.name,
        slug=plan.slug,
        currency=plan.currency,
        time_zone=plan.zone,
        country=plan.country,
        colour=plan.colour,
        address=plan.address,
    )
    made = Structure(business)
    writer = Writer(connection, business)
    _write_places(writer, plan, made)
    _write_programs(connection, writer, plan, made)
    _write_rules(writer, plan, made, until)
    _write_questions(writer, plan, made)
    _write_scopes(writer, made)
    made.goods = write_goods(connection, business, assortment(plan))
    made.offers = [_write_offer(writer, offer, until) for offer in plan.offers]
    return made


def add_member(connection: Connection, business: int, user: int, role: Role, franchisee: int | None = None) -> None:
    """Gives a user a role, in the transaction that makes the business."""
    connection.execute(
        "INSERT INTO membership (business_id, user_id, role, franchisee_id) VALUES (%s, %s, %s, %s)",
        [business, user, str(role), franchisee],
    )


def assign(connection: Connection, business: int, terminal: int, user: int) -> None:
    """Lets a salesperson sell at a Terminal, in the same transaction."""
    connection.execute(
        "INSERT INTO terminal_user (business_id, terminal_id, user_id) VALUES (%s, %s, %s)", [business, terminal, user]
    )


def _write_places(writer: Writer, plan: BusinessPlan, made: Structure) -> None:
    made.franchisees = [writer.add("franchisee", name=name) for name in plan.franchisees]
    for place in plan.places:
        owner = None if place.owner is None else made.franchisees[place.owner]
        place_id = writer.add("point_of_sale", franchisee_id=owner, name=place.name, published=not place.online)
        terminals = [
            writer.add("terminal", point_of_sale_id=place_id, name=f"Terminal {number + 1}")
            for number in range(place.terminals)
        ]
        made.places.append(Place(place_id, owner, terminals, place.weight, place.online, place.name))


def _write_programs(connection: Connection, writer: Writer, plan: BusinessPlan, made: Structure) -> None:
    made.wallets = [writer.add("wallet", kind="points", name=name) for name in plan.wallets]
    made.account = writer.add("wallet", kind="money", name=ACCOUNT)
    for number, program in enumerate(plan.programs):
        names = Jsonb(program.public_names)
        wallet = made.wallets[program.wallet]
        own = {"title": program.title, "public_names": names, "wallet_id": wallet, "is_default": number == 0}
        id_ = writer.add("program", **own, **settings(plan, program))
        made.programs.append(id_)
        made.categories.append(
            {
                name: writer.add(
                    "category", program_id=id_, name=name, is_default=name == FIRST_CATEGORY, position=position
                )
                for position, name in enumerate(CATEGORIES)
            }
        )
    connection.execute(
        "INSERT INTO program_account (business_id, program_id, wallet_id) VALUES (%s, %s, %s)",
        [made.business, made.programs[0], made.account],
    )


def _write_rules(writer: Writer, plan: BusinessPlan, made: Structure, until: datetime) -> None:
    for program, id_, categories in zip(plan.programs, made.programs, made.categories, strict=True):
        for row in rules(program, categories, until):
            json = {name: Jsonb(row[name]) for name in ("conditions", "effects")}
            writer.add("program_rule", **{**row, **json, "program_id": id_})


def _write_questions(writer: Writer, plan: BusinessPlan, made: Structure) -> None:
    for position, asked in enumerate(plan.questions):
        id_ = writer.add(
            "questionnaire_field", name=asked.name, kind=int(asked.kind), required=asked.required, position=position
        )
        offered = asked.says if asked.kind is FieldKind.CHOICE else ()
        choices = [
            writer.add("questionnaire_choice", field_id=id_, name=name, position=place)
            for place, name in enumerate(offered)
        ]
        made.questions.append(Question(id_, asked, choices))


def _write_scopes(writer: Writer, made: Structure) -> None:
    for program in (None, *made.programs):
        _write_scopes_of(writer, made, program)


def _write_scopes_of(writer: Writer, made: Structure, program: int | None) -> None:
    def scope(**place: int | None) -> int:
        return writer.add("stats_scope", program_id=program, **place)

    scopes = made.scopes
    scopes.everywhere[program] = scope()
    for each in made.franchisees:
        scopes.franchisee[program, each] = scope(franchisee_id=each, owner_franchisee_id=each)
    for place in made.places:
        owner = place.franchisee
        scopes.place[program, place.id] = scope(point_of_sale_id=place.id, owner_franchisee_id=owner)
        for terminal in place.terminals:
            scopes.terminal[program, terminal] = scope(terminal_id=terminal, owner_franchisee_id=owner)


def _write_offer(writer: Writer, offer: OfferPlan, until: datetime) -> int:
    """An offer, as customers read it in their own language."""
    starts, ends = until + timedelta(days=offer.starts), until + timedelta(days=offer.ends)
    return writer.add(
        "offer",
        title=offer.words["en"][0],
        public_titles=Jsonb({language: title for language, (title, _text) in offer.words.items()}),
        texts=Jsonb({language: text for language, (_title, text) in offer.words.items()}),
        price=100 * offer.points,
        starts_at=starts,
        ends_at=ends,
        created_at=starts,
    )
