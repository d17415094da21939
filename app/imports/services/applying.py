"""Writing the rows of an import, thousands in a few statements, each once (IM-2, RELIABILITY: bulk work).

What is there of customers stays where a row says nothing of it; what was there before is kept for the undoing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from app.bulk.models import Batch, ItemState
from app.bulk.registry import Claim, Doubts
from app.customers.services.enrolling import enrol_many, list_many
from app.customers.services.writing import keep_search_of
from app.db import business_id, side_by_side
from app.extensions import db
from app.imports.models import RowState
from app.imports.services.judging import ANSWERED, ANSWERS, BARRED, BEGUN, OPENING
from app.ledger.models import EntryKind
from app.ledger.services import Many, credit_each, open_balances_of
from app.lib.arrays import as_array
from app.loyalty.models import Program
from app.loyalty.queries import program_options
from app.offers.services.holding import open_holdings

# By their customers rows are found one by one. Of an import of a moment ago the planner knows nothing and takes it for
# a row or two; the index of its rows would read all of them for each customer, so it is kept from it.
OF_IMPORT = "r.import_id + 0 = :import"
ROW = (
    f"LEFT JOIN import_row r ON r.business_id = :business AND r.customer_id = a.customer_id AND {OF_IMPORT}"
    f" AND r.state < {RowState.UNCHANGED:d}"
)
IS_NEW, IS_KNOWN = f"r.state = {RowState.NEW:d}", f"r.state = {RowState.UPDATED:d}"
_TAKEN_PHONE = (
    "r.phone <> '' AND EXISTS (SELECT FROM customer p WHERE p.business_id = :business AND p.phone = r.phone"
    " AND p.id <> a.customer_id AND ({}))"
)
_TAKEN_CARD = (
    "EXISTS (SELECT FROM card k WHERE k.business_id = :business AND k.number = ANY (r.cards)"
    " AND k.customer_id <> a.customer_id)"
)
DOUBTS = (
    ("r.customer_id IS NULL", "forgotten"),
    (f"{IS_NEW} AND c.id IS NOT NULL", "there"),
    (f"{IS_KNOWN} AND c.id IS NULL", "gone"),
    ("c.erased_at IS NOT NULL", "erased"),
    ("c.merged_into_id IS NOT NULL", "merged"),
    (f"{IS_NEW} AND {_TAKEN_PHONE.format('true')}", "taken_phone"),
    (f"{IS_KNOWN} AND {_TAKEN_PHONE.format('survivor_of(p.id) <> a.customer_id')}", "taken_phone"),
    (_TAKEN_CARD, "taken_card"),
    (
        f"{IS_KNOWN} AND r.phone NOT IN ('', c.phone) AND c.phone <> '' AND NOT EXISTS (SELECT FROM customer p"
        " WHERE p.business_id = :business AND p.phone = r.phone)",
        "other_phone",
    ),
    *(
        (f"r.points > 0 AND {BARRED.format(customer='a.customer_id')} = '{each}'", each)
        for each in ("left", "blacklisted")
    ),
)
"""What can have come about since the dry run, which is refused for the same reasons itself."""


class Writing:
    """The rows of an import as a bulk action does them."""

    def doubts(self, batch: Batch) -> Doubts:
        values = {"import": batch.values["import"], "program": batch.values["program"]}
        return Doubts(DOUBTS, ROW, amount="r.points", values=values, of_customers=False)

    def step(self, claim: Claim) -> int:
        program = program_of(claim.batch)
        values = values_of(claim)
        said = db.session.execute(_SAID, values).one()
        new = list(said.new or ())
        known = sorted({*claim.customers} - {*new})
        if new:
            _add(new, values)
        if known:
            with side_by_side():
                db.session.execute(_KEEP, values)
        if said.cards:
            db.session.execute(_CARDS, values)
        if known:
            with side_by_side():
                db.session.execute(_CHANGE, values)
        if said.answers:
            db.session.execute(_ANSWERS, values)
        _enrol(new, claim.customers, program)
        if known:
            keep_search_of(known)
        return _begin(claim, program, values) if said.points else 0


def values_of(claim: Claim) -> dict[str, object]:
    """What every statement over a chunk takes."""
    program = program_of(claim.batch)
    return {
        "business": business_id(),
        "batch": claim.batch.id,
        "import": claim.batch.values["import"],
        "customers": as_array(claim.customers),
        "program": program.id,
        "wallet": program.wallet_id,
        "at": claim.at,
    }


def program_of(batch: Batch) -> Program:
    return db.session.get_one(Program, (business_id(), batch.values["program"]))


def key_of(number: int) -> str:
    """What makes the entries of an import's batch happen once, with the customer's id behind it."""
    return f"{OPENING}:{number}"


def _add(new: Sequence[int], values: dict[str, object]) -> None:
    """A phone that somebody took this very moment is refused by the database, and the chunk is done over."""
    db.session.execute(_ADD, values)
    list_many(new)
    open_holdings(new)
    db.session.execute(_SEARCH, values)


def _enrol(new: Sequence[int], customers: Sequence[int], program: Program) -> None:
    """Who is new comes into the default program too (AC-2)."""
    options = {each.id: each for each in program_options()}
    default = next(each for each in options.values() if each.is_default)
    if new and default.id != program.id:
        enrol_many(new, default.id, default.default_access, default.default_category)
    chosen = options[program.id]
    enrol_many(customers, chosen.id, chosen.default_access, chosen.default_category)
    open_balances_of(customers)


def _begin(claim: Claim, program: Program, values: dict[str, object]) -> int:
    """Points to begin with; answers with their sum."""
    due = db.session.execute(_POINTS, values).all()
    if not due:
        return 0
    many = Many(
        program.wallet_id,
        [row.customer_id for row in due],
        EntryKind.ADDED,
        key_of(claim.batch.id),
        claim.batch.values["name"],
    )
    moved = credit_each(many, [row.points for row in due], expires_at=_until(claim.batch, program.points_days))
    return sum(each.amount for each in moved)


def _until(batch: Batch, days: int | None) -> datetime | None:
    """The same moment for all of them, whenever their chunk was done."""
    return batch.started_at + timedelta(days) if days and batch.started_at else None


_THESE = "= ANY (CAST(:customers AS bigint[]))"
_MINE = f"r.business_id = :business AND {OF_IMPORT} AND r.customer_id {_THESE}"
_OF_NEW, _OF_KNOWN = f"{_MINE} AND {IS_NEW}", f"{_MINE} AND {IS_KNOWN}"
NAME_KEY = "btrim(left(btrim({last} || ' ' || {first}), 200))"
# Who is new, and of what rows say what not all files have: what nobody says is not looked for again.
_SAID = text(
    f"""
    SELECT array_agg(r.customer_id ORDER BY r.customer_id) FILTER (WHERE {IS_NEW}) AS new,
        bool_or(r.cards <> '{{}}') AS cards, bool_or(r.answers <> '[]') AS answers, bool_or(r.points > 0) AS points
    FROM import_row r WHERE {_MINE} AND r.state < {RowState.UNCHANGED:d}
    """
)
_ADD = text(
    f"""
    INSERT INTO customer (business_id, id, phone, first_name, last_name, first_name_key, last_name_key, name_key,
        email, birthday, language, registered_at, card_count)
    SELECT r.business_id, r.customer_id, r.phone, r.first_name, r.last_name, r.first_name_key, r.last_name_key,
        {NAME_KEY.format(last="r.last_name_key", first="r.first_name_key")}, r.email, r.birthday, r.language,
        CAST(:at AS timestamptz), cardinality(r.cards)
    FROM import_row r WHERE {_OF_NEW} ORDER BY r.customer_id
    """
)
_SEARCH = text(
    f"""
    INSERT INTO customer_search (business_id, customer_id, document)
    SELECT r.business_id, r.customer_id, CAST(r.document AS tsvector)
    FROM import_row r WHERE {_OF_NEW} ORDER BY r.customer_id
    """
)
_CARDS = text(
    f"""
    INSERT INTO card (business_id, customer_id, number)
    SELECT r.business_id, r.customer_id, n.number FROM import_row r, unnest(r.cards) n (number)
    WHERE {_MINE} AND r.state < {RowState.UNCHANGED:d} AND r.cards <> '{{}}'
        AND NOT EXISTS (SELECT FROM card k WHERE k.business_id = :business AND k.number = n.number
            AND k.customer_id = r.customer_id)
    ORDER BY n.number
    """
)
_PHONE = (
    "(r.phone <> '' AND c.phone = '' AND NOT EXISTS (SELECT FROM customer p WHERE p.business_id = :business"
    " AND p.phone = r.phone))"
)


def _pair(name: str, key: str = "") -> str:
    """Old and new value, where a row changes it, with the old key to sort by."""
    more = f", c.{key}" if key else ""
    return f"'{name}', CASE WHEN r.{name} NOT IN ('', c.{name}) THEN jsonb_build_array(c.{name}, r.{name}{more}) END"


# Needs the cards not yet added and nothing changed yet. Cards are looked up one by one: joined, all are read for each.
_KEEP = text(
    f"""
    UPDATE batch_item i SET state = {ItemState.DONE:d}, kept = jsonb_strip_nulls(jsonb_build_object(
        {_pair("first_name", "first_name_key")}, {_pair("last_name", "last_name_key")}, {_pair("email")},
        {_pair("language")},
        'birthday', CASE WHEN coalesce(r.birthday <> c.birthday, r.birthday IS NOT NULL)
            THEN jsonb_build_array(c.birthday, r.birthday) END,
        'phone', CASE WHEN {_PHONE} THEN jsonb_build_array(c.phone, r.phone) END,
        'cards', (SELECT jsonb_agg(n.number) FROM unnest(r.cards) n (number) WHERE (SELECT k.number FROM card k
            WHERE k.business_id = :business AND k.number = n.number) IS NULL),
        'answers', (SELECT jsonb_agg(jsonb_build_array(a.field_id, CASE WHEN w.field_id IS NOT NULL THEN
                jsonb_build_array(w.words, w.words_key, w.number, w.day, w.yes, w.choice_id) END,
                jsonb_build_array(a.words, a.words_key, a.number, a.day, a.yes, a.choice_id)) ORDER BY a.field_id)
            FROM {ANSWERS} {ANSWERED.format(customer="r.customer_id")}
            WHERE (w.words, w.number, w.day, w.yes, w.choice_id)
                IS DISTINCT FROM (a.words, a.number, a.day, a.yes, a.choice_id)),
        'enrolled', CASE WHEN NOT EXISTS (SELECT FROM enrolment n WHERE n.business_id = :business
            AND n.program_id = :program AND n.customer_id = r.customer_id) THEN true END))
    FROM import_row r JOIN customer c ON c.business_id = r.business_id AND c.id = r.customer_id
    WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = r.customer_id AND {_OF_KNOWN}
        AND i.customer_id {_THESE} AND c.id {_THESE}
    """
)


def _taken(name: str, key: str = "") -> str:
    """What a row says, and where it says nothing what there was."""
    return f"{key or name} = CASE WHEN r.{name} <> '' THEN r.{key or name} ELSE c.{key or name} END"


def _key(name: str) -> str:
    return f"CASE WHEN r.{name} <> '' THEN r.{name}_key ELSE c.{name}_key END"


_CHANGE = text(
    f"""
    UPDATE customer c SET {_taken("first_name")}, {_taken("last_name")}, {_taken("email")}, {_taken("language")},
        {_taken("first_name", "first_name_key")}, {_taken("last_name", "last_name_key")},
        name_key = {NAME_KEY.format(last=_key("last_name"), first=_key("first_name"))},
        birthday = coalesce(r.birthday, c.birthday), phone = CASE WHEN {_PHONE} THEN r.phone ELSE c.phone END,
        card_count = (SELECT count(*) FROM card k WHERE k.business_id = :business AND k.customer_id = c.id),
        version = c.version + 1
    FROM import_row r WHERE c.business_id = r.business_id AND c.id = r.customer_id AND {_OF_KNOWN} AND c.id {_THESE}
    """
)
_ANSWERS = text(
    f"""
    INSERT INTO answer AS w (business_id, customer_id, field_id, words, words_key, number, day, yes, choice_id)
    SELECT r.business_id, r.customer_id, a.field_id, a.words, a.words_key, a.number, a.day, a.yes, a.choice_id
    FROM import_row r, {ANSWERS} WHERE {_MINE} AND r.state < {RowState.UNCHANGED:d} AND r.answers <> '[]'
    ORDER BY r.customer_id, a.field_id
    ON CONFLICT (business_id, customer_id, field_id) DO UPDATE SET words = excluded.words,
        words_key = excluded.words_key, number = excluded.number, day = excluded.day, yes = excluded.yes,
        choice_id = excluded.choice_id
    """
)
_POINTS = text(
    f"""
    SELECT r.customer_id, r.points FROM import_row r
    WHERE {_MINE} AND r.state < {RowState.UNCHANGED:d} AND r.points > 0
        AND ({IS_NEW} OR NOT {BEGUN.format(family="family_of(r.customer_id)")})
    ORDER BY r.customer_id
    """
)
