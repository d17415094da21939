"""Taking an import back (IM-2): who came with it and did nothing since goes, what it changed is as it was, where nobody
changed it since; points to begin with are taken out of what is left of them. What stays is named.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.bulk.models import Batch, ItemState
from app.bulk.registry import Claim, Doubts
from app.customers.services.writing import keep_search_of
from app.extensions import db
from app.imports.services.applying import IS_NEW, NAME_KEY, OF_IMPORT, ROW, key_of, program_of, values_of
from app.ledger.models import EntryKind
from app.ledger.services import Many, take_back_many

# Of an import's own: what brought points to begin with, and what let them expire.
_MOVED = (
    "EXISTS (SELECT FROM ledger_entry e WHERE e.business_id = :business AND e.customer_id = a.customer_id"
    f" AND e.key <> :own_key || ':' || a.customer_id AND e.kind <> {EntryKind.EXPIRED:d})"
)
_BOUGHT = "EXISTS (SELECT FROM transaction t WHERE t.business_id = :business AND t.customer_id = a.customer_id)"
_HOLDS = (
    "EXISTS (SELECT FROM coupon h WHERE h.business_id = :business AND h.holder_id = a.customer_id)"
    " OR EXISTS (SELECT FROM customer_offer h WHERE h.business_id = :business AND h.holder_id = a.customer_id)"
)
_WRITTEN = "EXISTS (SELECT FROM message s WHERE s.business_id = :business AND s.customer_id = a.customer_id)"
_CHANGED = (
    "c.version > 1 OR c.tag_count > 0 OR c.confirmed OR c.app_installed"
    " OR EXISTS (SELECT FROM customer m WHERE m.business_id = :business AND m.merged_into_id = a.customer_id)"
    " OR EXISTS (SELECT FROM batch_item b WHERE b.business_id = :business AND b.customer_id = a.customer_id"
    " AND b.kept IS NOT NULL AND b.batch_id <> :undone)"
)


class TakingBack:
    """The rows of an import, backwards."""

    def doubts(self, batch: Batch) -> Doubts:
        arms = (
            ("r.customer_id IS NULL", "forgotten"),
            (f"{IS_NEW} AND ({_BOUGHT} OR {_MOVED} OR {_HOLDS})", "active"),
            (f"{IS_NEW} AND {_WRITTEN}", "written_to"),
            (f"{IS_NEW} AND ({_CHANGED})", "changed_since"),
        )
        values = {"import": batch.values["import"], "own_key": key_of(batch.undoes_id or 0)}
        return Doubts(arms, ROW, values=values)

    def step(self, claim: Claim) -> int:
        values = values_of(claim) | {"undone": claim.batch.undoes_id, "own_key": key_of(claim.batch.undoes_id or 0)}
        new = list(db.session.scalars(_NEW, values))
        known = sorted({*claim.customers} - {*new})
        taken = _take_back_points(claim)
        if new:
            _remove(values)
        if known:
            _restore(known, values)
        return -taken


def _take_back_points(claim: Claim) -> int:
    program, batch = program_of(claim.batch), claim.batch
    many = Many(program.wallet_id, claim.customers, EntryKind.REVERSED, f"batch:{batch.id}", batch.values["name"])
    return sum(each.amount for each in take_back_many(many, key_of(batch.undoes_id or 0)))


def _remove(values: dict[str, object]) -> None:
    """Nothing refers to them but what came with them; the row stays, as ids do, and names nobody."""
    for table in ("card", "answer", "consent", "customer_search", "customer_stats"):
        db.session.execute(text(f"DELETE FROM {table} g {_GONE.format('g.customer_id')}"), values)
    for end in ("first_id", "second_id"):
        db.session.execute(text(f"DELETE FROM likely_duplicate g {_GONE.format(f'g.{end}')}"), values)
    db.session.execute(_ERASE, values)


def _restore(known: Sequence[int], values: dict[str, object]) -> None:
    """What differs by now from what the import wrote stays, and is noted first."""
    for statement in (_NOTE, _CARDS, _ANSWERS_GONE, _ANSWERS_BACK, _LISTED, _ENROLLED, _NAMES):
        db.session.execute(statement, values)
    keep_search_of(known)


_ROWS = f"r.business_id = :business AND {OF_IMPORT} AND r.customer_id = ANY (CAST(:customers AS bigint[]))"
_NEW = text(f"SELECT r.customer_id FROM import_row r WHERE {_ROWS} AND {IS_NEW} ORDER BY 1")
_GONE = f"USING import_row r WHERE {_ROWS} AND {IS_NEW} AND g.business_id = :business AND {{}} = r.customer_id"
_ERASE = text(
    f"""
    UPDATE customer c SET phone = '', first_name = '', last_name = '', first_name_key = '', last_name_key = '',
        name_key = '', email = '', birthday = NULL, language = '', card_count = 0, erased_at = CAST(:at AS timestamptz),
        version = c.version + 1
    FROM import_row r WHERE {_ROWS} AND {IS_NEW} AND c.business_id = r.business_id AND c.id = r.customer_id
    """
)
# The items of the import that is taken back, with what they kept: [as it was, as the import wrote it].
_KEPT = (
    "d.business_id = :business AND d.batch_id = :undone AND d.customer_id = ANY (CAST(:customers AS bigint[]))"
    " AND d.kept IS NOT NULL"
)
_LINES = ("first_name", "last_name", "email", "language", "phone")
_SAME = {name: f"c.{name} = d.kept -> '{name}' ->> 1" for name in _LINES}
_SAME["birthday"] = "c.birthday = CAST(d.kept -> 'birthday' ->> 1 AS date)"
_SAID = "jsonb_array_elements(d.kept -> 'answers') said (each)"
_ANSWERED = (
    "w.business_id = :business AND w.customer_id = d.customer_id AND w.field_id = CAST(said.each ->> 0 AS bigint)"
    " AND jsonb_build_array(w.words, w.words_key, w.number, w.day, w.yes, w.choice_id) = said.each -> 2"
)
_CHANGED_LINES = ", ".join(
    f"CASE WHEN d.kept ? '{name}' AND ({same}) IS NOT TRUE THEN '{name}' END" for name, same in _SAME.items()
)
_BOUGHT_THERE = (
    "EXISTS (SELECT FROM transaction t WHERE t.business_id = :business AND t.customer_id = d.customer_id"
    " AND t.program_id = :program)"
)
# Behind OFFSET 0 what took an entry back is looked up by itself: joined, all that was ever taken back is read for each.
_NOTE = text(
    f"""
    WITH left_over AS (
        SELECT d.customer_id, array_remove(ARRAY[{_CHANGED_LINES},
            CASE WHEN EXISTS (SELECT FROM ledger_entry e WHERE e.business_id = :business
                AND e.key = :own_key || ':' || d.customer_id AND NOT EXISTS (SELECT FROM ledger_entry v
                    WHERE v.business_id = :business AND v.reverses_id = e.id OFFSET 0)) THEN 'points' END,
            CASE WHEN d.kept ? 'enrolled' AND {_BOUGHT_THERE} THEN 'enrolled' END], NULL)
            || ARRAY(SELECT 'answer_' || (said.each ->> 0) FROM {_SAID}
                WHERE NOT EXISTS (SELECT FROM answer w WHERE {_ANSWERED})) AS names
        FROM batch_item d JOIN customer c ON c.business_id = d.business_id AND c.id = d.customer_id
        WHERE {_KEPT}
    )
    UPDATE batch_item i SET state = {ItemState.DONE:d}, kept = jsonb_build_object('left', to_jsonb(l.names))
    FROM left_over l WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = l.customer_id
        AND i.customer_id = ANY (CAST(:customers AS bigint[])) AND cardinality(l.names) > 0
    """
)
_CARDS = text(
    f"""
    DELETE FROM card k USING batch_item d, jsonb_array_elements_text(d.kept -> 'cards') n (number)
    WHERE {_KEPT} AND k.business_id = :business AND k.customer_id = d.customer_id AND k.number = n.number
    """
)
_ANSWERS_GONE = text(
    f"DELETE FROM answer w USING batch_item d, {_SAID} WHERE {_KEPT} AND {_ANSWERED} AND said.each -> 1 = 'null'"
)
_ANSWERS_BACK = text(
    f"""
    UPDATE answer w SET words = said.each -> 1 ->> 0, words_key = said.each -> 1 ->> 1,
        number = CAST(said.each -> 1 ->> 2 AS bigint), day = CAST(said.each -> 1 ->> 3 AS date),
        yes = CAST(said.each -> 1 ->> 4 AS boolean), choice_id = CAST(said.each -> 1 ->> 5 AS bigint)
    FROM batch_item d, {_SAID} WHERE {_KEPT} AND {_ANSWERED} AND said.each -> 1 <> 'null'
    """
)
_OUT = f"{_KEPT} AND d.kept ? 'enrolled' AND NOT {_BOUGHT_THERE}"
_LISTED = text(
    f"""
    DELETE FROM customer_stats f USING batch_item d, stats_scope s
    WHERE {_OUT} AND f.business_id = :business AND f.customer_id = d.customer_id AND f.scope_id = s.id
        AND s.business_id = :business AND s.program_id = :program
    """
)
_ENROLLED = text(
    f"""
    DELETE FROM enrolment n USING batch_item d
    WHERE {_OUT} AND n.business_id = :business AND n.program_id = :program AND n.customer_id = d.customer_id
    """
)


def _as_it_was(name: str, key: str = "") -> str:
    """The old value where it is still the import's, else what there is."""
    return f"CASE WHEN {_SAME[name]} THEN d.kept -> '{name}' ->> {2 if key else 0} ELSE c.{key or name} END"


_LINES_BACK = ", ".join(
    f"{_as_it_was(name, key)} AS {key or name}"
    for name, key in (
        *((name, "") for name in _LINES),
        ("first_name", "first_name_key"),
        ("last_name", "last_name_key"),
    )
)
_NAMES = text(
    f"""
    UPDATE customer c SET first_name = b.first_name, last_name = b.last_name, email = b.email, language = b.language,
        phone = b.phone, birthday = b.birthday, first_name_key = b.first_name_key, last_name_key = b.last_name_key,
        name_key = {NAME_KEY.format(last="b.last_name_key", first="b.first_name_key")},
        card_count = (SELECT count(*) FROM card k WHERE k.business_id = :business AND k.customer_id = c.id),
        version = c.version + 1
    FROM (
        SELECT c.id, {_LINES_BACK}, CASE WHEN {_SAME["birthday"]} THEN CAST(d.kept -> 'birthday' ->> 0 AS date)
            ELSE c.birthday END AS birthday
        FROM batch_item d JOIN customer c ON c.business_id = d.business_id AND c.id = d.customer_id WHERE {_KEPT}
    ) b
    WHERE c.business_id = :business AND c.id = b.id
    """
)
