"""What rows would do: new, updated, unchanged or refused, told for thousands at once (IM-2).

Rows come by COPY into a temporary table, as policies refuse it into ours, and are judged as they are written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.imports.cleaning import MOST_CARDS
from app.imports.lines import COLUMNS, Line
from app.imports.models import ImportJob, RowState
from app.loyalty.models import Access, Program

OPENING = "import"
"""What the keys of the entries begin with that bring points to begin with: import:<batch>:<customer>."""
_TEMPORARY = """
    CREATE TEMPORARY TABLE import_chunk (
        number integer, raw jsonb, reason text, detail text, phone text COLLATE "C", first_name text, last_name text,
        first_name_key text, last_name_key text, email text, birthday date, language text, cards text[],
        answers jsonb, points bigint, document text
    ) ON COMMIT DROP
"""
_COPY = f"COPY import_chunk ({', '.join(COLUMNS)}) FROM STDIN"

ANSWERS = (
    "jsonb_to_recordset(r.answers) a (field_id bigint, words text, words_key text, number bigint, day date,"
    " yes boolean, choice_id bigint)"
)
ANSWERED = """LEFT JOIN LATERAL (
    SELECT * FROM answer WHERE business_id = :business AND customer_id = {customer} AND field_id = a.field_id OFFSET 0
) w ON true"""
"""What was answered before, looked up one by one: else the answers of all customers are read for each."""
# Points to begin with are given once in a wallet, to a customer and to whoever was merged into it: so the same file
# gives nothing twice, whatever else stands in it. What was taken back whole can be given again. Entries are found by
# their customer: starts_with() would have all that imports ever brought read for each.
BEGUN = """
    EXISTS (SELECT FROM ledger_entry e WHERE e.business_id = :business AND e.customer_id = ANY ({family})
        AND e.wallet_id = :wallet AND e.amount > 0 AND left(e.key, 7) = 'import:'
        AND NOT EXISTS (SELECT FROM ledger_entry v WHERE v.business_id = :business AND v.reverses_id = e.id OFFSET 0))
"""
# Why points to begin with cannot be given to a customer in the program, as a bulk credit has it (BA-5, AC-1). Who waits
# for access has them waiting too.
BARRED = f"""
    (SELECT CASE WHEN n.left_at IS NOT NULL THEN 'left' ELSE 'blacklisted' END FROM enrolment n
    WHERE n.business_id = :business AND n.program_id = :program AND n.customer_id = {{customer}}
        AND (n.left_at IS NOT NULL OR n.access = {Access.BLACKLISTED:d}))
"""
CHANGES = f"""
    (r.first_name NOT IN ('', c.first_name) OR r.last_name NOT IN ('', c.last_name) OR r.email NOT IN ('', c.email)
    OR r.language NOT IN ('', c.language) OR coalesce(r.birthday <> c.birthday, r.birthday IS NOT NULL)
    OR (r.phone <> '' AND c.phone = '' AND r.by_phone IS NULL)
    OR r.new_cards > 0
    OR (r.points > 0 AND NOT {BEGUN.format(family="family_of(c.id)")})
    OR NOT EXISTS (SELECT FROM enrolment n WHERE n.business_id = :business AND n.program_id = :program
        AND n.customer_id = c.id OFFSET 0)
    OR EXISTS (SELECT FROM {ANSWERS} {ANSWERED.format(customer="c.id")}
        WHERE (w.words, w.number, w.day, w.yes, w.choice_id)
            IS DISTINCT FROM (a.words, a.number, a.day, a.yes, a.choice_id)))
"""
# Doubles are looked for by customer alone: by import_id, all of its rows would be read for each (as in applying).
# m is looked up row by row, behind OFFSET 0, and by CASE, not coalesce(): else all customers of the business are read
# for each row, as row-level security lets an index be asked only by what is known to tell nothing.
_JUDGE = f"""
    WITH met AS MATERIALIZED (
        SELECT t.*, p.id AS by_phone, k.one, k.other, cardinality(t.cards) - k.own AS new_cards,
            CASE WHEN m.merged_into_id IS NULL THEN m.id ELSE survivor_of(m.id) END AS known
        FROM import_chunk t
        LEFT JOIN customer p ON p.business_id = :business AND p.phone = t.phone AND t.phone <> ''
        LEFT JOIN LATERAL (
            SELECT min(d.customer_id) AS one, max(d.customer_id) AS other, count(*) AS own FROM card d
            WHERE d.business_id = :business AND d.number = ANY (t.cards)
        ) k ON true
        LEFT JOIN LATERAL (
            SELECT id, merged_into_id FROM customer
            WHERE business_id = :business AND id = CASE WHEN p.id IS NULL THEN k.one ELSE p.id END OFFSET 0
        ) m ON true
    ), looked AS MATERIALIZED (
        SELECT r.*, c.id AS there, CASE
            WHEN r.reason <> '' THEN r.reason
            WHEN r.one <> r.other THEN 'two_cards'
            WHEN r.by_phone IS NOT NULL AND r.one <> r.known THEN 'taken_card'
            WHEN r.by_phone IS NULL AND c.phone <> '' AND r.phone <> '' THEN 'other_phone'
            WHEN c.card_count + r.new_cards > {MOST_CARDS} THEN 'many_cards'
            WHEN r.points > 0 AND NOT {BEGUN.format(family="family_of(c.id)")}
                THEN coalesce({BARRED.format(customer="c.id")}, '')
            ELSE ''
        END AS refused, c.id IS NOT NULL AND {CHANGES} AS changes,
            c.id IS NOT NULL AND r.points > 0 AND {BEGUN.format(family="family_of(c.id)")} AS begun
        FROM met r LEFT JOIN customer c ON c.business_id = :business AND c.id = r.known
    ), doubled AS (
        SELECT l.*, coalesce(earlier.number, first_value(l.number) OVER same) AS first_number
        FROM looked l LEFT JOIN LATERAL (
            SELECT i.number FROM import_row i WHERE i.business_id = :business AND i.customer_id = l.there
                AND i.import_id + 0 = :import AND i.state <> {RowState.REFUSED:d} LIMIT 1
        ) earlier ON true
        WINDOW same AS (PARTITION BY l.there, l.refused = '' ORDER BY l.number)
    ), judged AS (
        SELECT d.*, CASE WHEN d.refused <> '' THEN d.refused
            WHEN d.there IS NOT NULL AND d.first_number < d.number THEN 'double' ELSE '' END AS why
        FROM doubled d ORDER BY d.number
    ), written AS (
        INSERT INTO import_row (business_id, import_id, number, raw, state, reason, detail, customer_id, phone,
            first_name, last_name, first_name_key, last_name_key, email, birthday, language, cards, answers, points,
            document)
        SELECT :business, :import, number, raw, CASE WHEN why <> '' THEN {RowState.REFUSED:d}
                WHEN there IS NULL THEN {RowState.NEW:d} WHEN changes THEN {RowState.UPDATED:d}
                ELSE {RowState.UNCHANGED:d} END,
            why, CASE WHEN why = 'double' AND reason = '' THEN first_number::text
                WHEN why IN ('left', 'blacklisted') THEN 'points' ELSE detail END,
            CASE WHEN there IS NOT NULL THEN there WHEN why = '' THEN nextval('customer_id_seq') END,
            phone, first_name, last_name, first_name_key, last_name_key, email, birthday, language, cards, answers,
            CASE WHEN begun THEN 0 ELSE points END, document
        FROM judged
        RETURNING state, reason
    )
    SELECT state, reason, count(*) AS number FROM written GROUP BY state, reason
"""


@dataclass(frozen=True)
class Judged:
    """How many rows do what, by the names of states; and why rows were refused."""

    states: Counter[str]
    reasons: Counter[str]


def judge(job: ImportJob, lines: Sequence[Line]) -> Judged:
    """Writes rows with what they would do. Those before them must be written, as no customer is in two of them."""
    program = db.session.get_one(Program, (business_id(), job.program_id))
    db.session.execute(text(_TEMPORARY))
    driver: Any = db.session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write("".join(each.text for each in lines))
    values = {"business": business_id(), "import": job.id, "program": program.id, "wallet": program.wallet_id}
    found = Judged(Counter(), Counter())
    for row in db.session.execute(text(_JUDGE), values):
        found.states[RowState(row.state).name.lower()] += row.number
        if row.reason:
            found.reasons[row.reason] += row.number
    return found
